"""From originals to finished frames: cut, recipe, tags, pivot. Pure: pictures in, a built record and pictures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.catalog.tags import matching
from assetgen.model.built import (
    BuiltAnimation,
    BuiltAsset,
    BuiltSprite,
    BuiltTag,
    Frame,
)
from assetgen.model.errors import AssetError
from assetgen.model.layout import Cell, Layout, Tag
from assetgen.model.manifest import Asset, Operation

if TYPE_CHECKING:
    from assetgen.model.built import Picture
    from assetgen.model.finding import Finding
    from assetgen.pixels.recipe import Applied
    from assetgen.pixels.reel import Reel


class Sources(Struct, frozen=True):
    """What an asset is finished from.

    `files` are the bytes of its base picture (several for a glob of frames, none for an asset made of others),
    `what` their name for errors. `final` says that an adopted picture is finished already and skips the recipe.
    `bare` asks for the base picture: no recipe (a sheet that is cut is cleaned, since its pieces follow from that).
    `one_of_many`: the picture is a piece of a set. `palettes` gives the colours of every palette that the recipe
    names, `made_of` the finished assets that this one is put together from and `entries` what the manifest says of
    them (both by `source_key`), `pictures` its drawn parts by path, `tiles` the ids fixed in the lock by tile key.
    """

    files: tuple[bytes, ...]
    what: str
    layout: Layout | None = None
    final: bool = False
    bare: bool = False
    one_of_many: bool = False
    palettes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    made_of: Mapping[str, Finished] = field(default_factory=dict)
    entries: Mapping[str, Asset] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    tiles: Mapping[str, int] = field(default_factory=dict)
    data: bytes | None = None


class Finished(Struct, frozen=True):
    """`built` is one record, or the pieces of a `cut`. `pictures` holds every picture that they name, by digest.

    `tiles` are the tile ids to fix in the lock. `findings` come from the quality checks; `notes` are for people.
    Of an animation `cells` are the digests of all cells of its sheet in reading order and `tags` the cycles over them.
    """

    built: tuple[BuiltAsset, ...]
    pictures: Mapping[str, Picture]
    findings: tuple[Finding, ...] = ()
    tiles: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()


class Album:
    """Collects finished pictures by digest and describes each as a Frame."""

    def __init__(self) -> None:
        self.pictures: dict[str, Picture] = {}

    def frame(self, name: str, picture: Picture) -> Frame:
        from assetgen.pixels.geometry import trim_box
        from assetgen.pixels.picture import pixel_digest

        digest = pixel_digest(picture)
        self.pictures[digest] = picture
        height, width = picture.shape[:2]
        return Frame(name, (width, height), digest, trim_box(picture))


def finish(asset: Asset, sources: Sources) -> Finished:
    """Finishes one asset. Raises AssetError, LayoutError or PictureError, naming what does not fit."""
    if sources.files:
        from assetgen.pixels.documents import with_slices

        asset = with_slices(asset, sources.files, sources.what)
    if asset.cut is not None or not sources.files:
        from assetgen.build import compose

        return compose.composed(asset, sources)
    if asset.kind == "sprite":
        return _sprite(asset, sources)
    if asset.kind == "animation":
        return _animation(asset, sources)
    from assetgen.build import tilework

    return tilework.own_sheet(asset, sources)


def recipe_of(asset: Asset, sources: Sources) -> tuple[Operation, ...]:
    """The asset's operations, none for a picture that is finished already."""
    return () if sources.final or sources.bare else asset.recipe


def apply_recipe(asset: Asset, frames: Sequence[Picture], sources: Sources) -> Applied:
    """The recipe on all frames of one asset."""
    from assetgen.pixels.recipe import Context, apply

    return apply(frames, recipe_of(asset, sources), Context(sources.palettes, sources.one_of_many))


def cleaned(asset: Asset, frames: Sequence[Picture], sources: Sources) -> Sequence[Picture]:
    """Frames in the state in which checks look at them: before anything is trimmed, framed or recoloured."""
    from assetgen.pixels.recipe import Context, apply, cleaning

    operations = cleaning(recipe_of(asset, sources))
    return apply(frames, operations, Context(sources.palettes)).frames if operations else frames


# -- sprites --------------------------------------------------------------


def _sprite(asset: Asset, sources: Sources) -> Finished:
    from assetgen.pixels.documents import still

    return finished_sprite(asset, still(sources.files, sources.what), sources)


def finished_sprite(asset: Asset, picture: Picture, sources: Sources) -> Finished:
    """One picture through the recipe."""
    from assetgen.build.checks import sprite_findings
    from assetgen.pixels.geometry import hitbox_of, nine_slice_fits, pivot_of

    applied = apply_recipe(asset, [picture], sources)
    album = Album()
    frame = album.frame(asset.name, applied.frames[0])
    if asset.nine_slice is not None and not nine_slice_fits(asset.nine_slice, frame.size):
        left, top, right, bottom = asset.nine_slice
        sides = f"left {left}, top {top}, right {right}, bottom {bottom}"
        raise AssetError(f"nine_slice leaves no centre: {sides} of {frame.size[0]}×{frame.size[1]} pixels")
    place = asset.pivot if asset.pivot is not None else "center"
    point = applied.move.point(*place) if isinstance(place, tuple) else pivot_of(place, frame.size, applied.frames)
    built = BuiltSprite(
        asset.name,
        frame,
        point,
        nine_slice=asset.nine_slice,
        hitbox=hitbox_of(asset.hitbox, applied.frames),
        palette=asset.map_palette,
        scales=asset.scales,
        meta=asset.meta,
    )
    findings = sprite_findings(asset, cleaned(asset, [picture], sources)[0], applied.frames[0], sources)
    return Finished((built,), album.pictures, findings, notes=applied.notes)


# -- animations -----------------------------------------------------------


def _animation(asset: Asset, sources: Sources) -> Finished:
    from assetgen.pixels.documents import reel_of

    return finished_animation(asset, reel_of(asset, sources.files, sources.layout, sources.what), sources)


def finished_animation(asset: Asset, reel: Reel, sources: Sources, tags: Sequence[Tag] | None = None) -> Finished:
    """Cells through the recipe, then tags in play order (`tags`: as they are, no rules to apply)."""
    from assetgen.build.checks import animation_findings
    from assetgen.pixels.geometry import common_box, crop, hitbox_of
    from assetgen.pixels.reel import tags_of

    if tags is None:
        tags = tags_of(asset, reel, sources.layout, sources.directions)
    applied = apply_recipe(asset, reel.cells, sources)
    cells = applied.frames
    shift = (0, 0)
    if asset.crop_box and not (sources.final or sources.bare):
        box = common_box([cells[cell.index] for tag in tags for cell in tag.cells])
        cells = [crop(cell, box) for cell in cells]
        shift = (box[0], box[1])
    point = _animation_pivot(asset, applied, shift, tags, cells)
    hitbox = asset.hitbox
    if isinstance(asset.pivot, tuple) and any(cell.mirrored for tag in tags for cell in tag.cells):
        cells, left = _around(cells, point[0])
        point = (point[0] + left, point[1])
        hitbox = (hitbox[0] + left, *hitbox[1:]) if isinstance(hitbox, tuple) else hitbox
    album = Album()
    known = {Cell(index): album.frame("", cell) for index, cell in enumerate(cells)}
    frames, built_tags = tagged_frames(asset.name, tags, cells, album, known)
    height, width = cells[0].shape[:2]
    built = BuiltAnimation(
        asset.name,
        (width, height),
        point,
        built_tags,
        frames,
        hitbox=hitbox_of(hitbox, [album.pictures[frame.pixels] for frame in frames.values()]),
        palette=asset.map_palette,
        scales=asset.scales,
        meta=asset.meta,
    )
    findings = animation_findings(asset, reel, cleaned(asset, reel.cells, sources), cells, tags, sources)
    digests = tuple(known[Cell(index)].pixels for index in range(len(cells)))
    return Finished((built,), album.pictures, findings, notes=applied.notes, cells=digests, tags=tuple(tags))


def tagged_frames(
    name: str, tags: Sequence[Tag], cells: Sequence[Picture], album: Album, known: dict[Cell, Frame]
) -> tuple[dict[str, Frame], tuple[BuiltTag, ...]]:
    """One frame a step of each tag's cycle, named `NAME/TAG_NN`. `known` are cells in the album, by cell."""
    from assetgen.pixels.slice import drawn

    frames: dict[str, Frame] = {}
    built: list[BuiltTag] = []
    for tag in tags:
        names = []
        for number, cell in enumerate(tag.cells):
            if cell not in known:
                known[cell] = album.frame("", drawn(cells, cell))
            frame_name = f"{name}/{tag.name}_{number:02d}"
            frames[frame_name] = replace(known[cell], name=frame_name)
            names.append(frame_name)
        built.append(BuiltTag(tag.name, tuple(names), tag.durations, tag.loop))
    return frames, tuple(built)


def _around(cells: Sequence[Picture], x: int) -> tuple[list[Picture], int]:
    """Cells wide enough on both sides that `x` is their middle, which mirroring leaves in its place; and how many
    columns were added on the left."""
    from assetgen.pixels.operations.framing import place

    height, width = cells[0].shape[:2]
    half = max(x, width - x)
    left = half - x
    return [place(cell, (2 * half, height), left, 0) for cell in cells], left


def _animation_pivot(
    asset: Asset, applied: Applied, shift: tuple[int, int], tags: Sequence[Tag], cells: Sequence[Picture]
) -> tuple[int, int]:
    from assetgen.pixels.geometry import pivot_of

    place = asset.pivot if asset.pivot is not None else "bottom"
    if isinstance(place, tuple):
        x, y = applied.move.point(*place)
        return x - shift[0], y - shift[1]
    names = matching(asset.timing.grounded, [tag.name for tag in tags])
    played = {tag.name: [cells[cell.index] for cell in tag.cells] for tag in tags}
    grounded = [picture for name in names for picture in played[name]]
    every = [picture for pictures in played.values() for picture in pictures]
    size = (cells[0].shape[1], cells[0].shape[0])
    return pivot_of(place, size, every, grounded)
