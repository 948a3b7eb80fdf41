"""Assets made of other assets: copies, joined animations, sheets cut into sprites, tilesets put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assetgen.build import joining, tilework
from assetgen.build.finish import Finished, Sources, apply_recipe, finished_animation, finished_sprite
from assetgen.build.pieces import digest_of
from assetgen.model.built import BuiltAnimation, BuiltAsset, BuiltSprite, BuiltTileset
from assetgen.model.errors import AssetError
from assetgen.model.layout import Tag
from assetgen.model.manifest import Asset, AssetRef
from assetgen.plan.sources import source_key

if TYPE_CHECKING:
    from assetgen.model.built import Picture
    from assetgen.model.finding import Finding
    from assetgen.pixels.reel import Reel


def composed(asset: Asset, sources: Sources) -> Finished:
    """Finishes an asset that is cut, or made of others. What fails their checks fails it, too."""
    faults = _faults(sources)
    if asset.cut is not None:
        done = _cut(asset, _sheet(asset, sources), sources)
    elif asset.source == "parts":
        done = joining.joined(asset, sources)
    elif asset.source == "tiles":
        done = tilework.composite(asset, sources)
    else:
        done = _copied(asset, sources)
    return replace(done, findings=(*faults, *done.findings))


def _faults(sources: Sources) -> tuple[Finding, ...]:
    """Errors of the checks of what the asset is made of: bad pictures do not get in by way of another asset."""
    from assetgen.model.finding import Finding

    return tuple(
        Finding(finding.check, finding.level, f"{name.removesuffix('@base')}: {finding.message}")
        for name, source in sources.made_of.items()
        for finding in source.findings
        if finding.level == "error"
    )


# -- cut --------------------------------------------------------------------------


def _sheet(asset: Asset, sources: Sources) -> Picture:
    """The one picture that is cut."""
    from assetgen.pixels.documents import still

    if sources.files:
        return still(sources.files, sources.what)
    assert isinstance(asset.start, AssetRef)
    return _picture(asset.start, sources)


def _cut(asset: Asset, sheet: Picture, sources: Sources) -> Finished:
    """Sprites `NAME/PIECE`: the sheet is cleaned as a whole, each piece goes through the rest of the recipe."""
    from assetgen.pixels.cutting import cut
    from assetgen.pixels.recipe import Context, apply, cleaning

    assert asset.cut is not None
    first = () if sources.final else cleaning(asset.recipe)
    applied = apply([sheet], first, Context(sources.palettes))
    pieces = cut(applied.frames[0], asset.cut, sources.what, sources.data)
    rest = tuple(operation for operation in asset.recipe if operation not in first)
    entries = [(replace(asset, name=f"{asset.name}/{piece.name}", recipe=rest), piece.picture) for piece in pieces]
    return _together(asset, entries, sources, applied.notes)


def _together(
    asset: Asset, entries: Sequence[tuple[Asset, Picture]], sources: Sources, notes: tuple[str, ...] = ()
) -> Finished:
    """The pieces of one asset, each through its recipe."""
    _recolours_somewhere(entries, sources)
    part = replace(sources, one_of_many=True)
    done = [_piece(asset.name, entry, picture, part) for entry, picture in entries]
    pictures: dict[str, Picture] = {}
    for piece in done:
        pictures.update(piece.pictures)
    return Finished(
        tuple(built for piece in done for built in piece.built),
        pictures,
        tuple(finding for piece in done for finding in piece.findings),
        notes=tuple(dict.fromkeys([*notes, *(note for piece in done for note in piece.notes)])),
    )


def _recolours_somewhere(entries: Sequence[tuple[Asset, Picture]], sources: Sources) -> None:
    """AssetError when a recolour finds its colours in no piece at all."""
    error: AssetError | None = None
    for entry, picture in entries:
        try:
            apply_recipe(entry, [picture], sources)
        except AssetError as found:
            error = error or found
        else:
            return
    if error is not None:
        raise error


def _piece(owner: str, entry: Asset, picture: Picture, sources: Sources) -> Finished:
    done = finished_sprite(entry, picture, sources)
    name = entry.name.removeprefix(f"{owner}/")
    findings = tuple(replace(finding, message=f"piece {name}: {finding.message}") for finding in done.findings)
    built = tuple(replace(item, asset=owner) for item in done.built if isinstance(item, BuiltSprite))
    return replace(done, built=built, findings=findings)


# -- copies -----------------------------------------------------------------------


def _copied(asset: Asset, sources: Sources) -> Finished:
    assert isinstance(asset.start, AssetRef)
    ref = asset.start
    source = sources.made_of[source_key(ref)]
    first: BuiltAsset = source.built[0]
    if asset.kind == "sprite":
        if ref.piece is None and isinstance(first, BuiltSprite):
            return _copied_sprites(asset, ref, source, sources)
        return finished_sprite(asset, _picture(ref, sources), sources)
    if ref.piece is None and isinstance(first, BuiltAnimation) and asset.kind == "animation":
        return _copied_animation(asset, first, source, sources)
    if ref.piece is None and isinstance(first, BuiltTileset) and asset.kind == "tileset":
        return tilework.copied(asset, source, sources)
    return _from_picture(asset, _picture(ref, sources), sources)


def _picture(ref: AssetRef, sources: Sources) -> Picture:
    """The one picture that a reference means. AssetError where it means several or none."""
    source = sources.made_of[source_key(ref)]
    digest = digest_of(source, ref.name, ref.piece)
    if digest is None:
        several = "is no single picture: name one frame, tile or piece of it" if ref.piece is None else "is not there"
        raise AssetError(f"{ref} {several}", position=ref.position)
    return source.pictures[digest]


def _copied_sprites(asset: Asset, ref: AssetRef, source: Finished, sources: Sources) -> Finished:
    """A sprite, or all pieces of a cut sheet under the copy's name."""
    entries = []
    for built in source.built:
        assert isinstance(built, BuiltSprite)
        copy = replace(_placed(asset, built), name=asset.name + built.name.removeprefix(ref.name))
        entries.append((copy, source.pictures[built.frame.pixels]))
    if entries[0][0].name == asset.name:
        return finished_sprite(*entries[0], sources)
    return _together(asset, entries, sources)


def _placed(asset: Asset, built: BuiltSprite) -> Asset:
    """The copy with its source's pivot, nine-slice and hitbox where its entry gives none.

    The pivot moves along with the recipe; borders and boxes come along while it leaves the picture's size alone.
    """
    from assetgen.pixels.documents import reframed

    still = not reframed(asset)
    return replace(
        asset,
        pivot=asset.pivot or built.pivot,
        nine_slice=asset.nine_slice or (built.nine_slice if still else None),
        hitbox=asset.hitbox or (built.hitbox if still else None),
    )


def _copied_animation(asset: Asset, built: BuiltAnimation, source: Finished, sources: Sources) -> Finished:
    """All cells and tags; this entry's own timing and rules come on top."""
    from assetgen.pixels.documents import reframed
    from assetgen.pixels.reel import Reel

    assert isinstance(asset.start, AssetRef)
    entry = sources.entries.get(source_key(asset.start))
    cells = [source.pictures[digest] for digest in source.cells]
    reel = Reel(cells, len(cells), 1, tags=source.tags, named=True)
    hitbox = asset.hitbox or (None if reframed(asset) or asset.crop_box else built.hitbox)
    asset = replace(asset, pivot=asset.pivot or built.pivot, hitbox=hitbox)
    tags = source.tags if entry is not None and entry.timing == asset.timing else _revised(asset, reel, sources)
    return finished_animation(asset, reel, replace(sources, layout=None), tags)


def _revised(asset: Asset, reel: Reel, sources: Sources) -> tuple[Tag, ...]:
    from assetgen.pixels.reel import tags_of

    return tags_of(asset, reel, None, sources.directions)


def _from_picture(asset: Asset, picture: Picture, sources: Sources) -> Finished:
    """A sheet, or one frame, that another asset gives: cut as a file would be."""
    from assetgen.build import finish
    from assetgen.pixels.png import encode_truecolor

    return finish.finish(replace(asset, source="file"), replace(sources, files=(encode_truecolor(picture),)))
