"""Tilesets: a sheet of one's own, corner sheets joined by their terrains, single and animated tiles, objects.

A tile is known by its key (`03` of the own sheet, `meadow/03`, `ladder`, `water/flow_00`, `art/well.png`); which id,
and so which cell, a key has got is fixed in the lock and never changes (`--renumber` alone forgets it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.finish import Album, Finished, Sources, apply_recipe, cleaned
from assetgen.build.terrains import INSIDE, OUTSIDE, Pair, autotile_sheets, corner_names, with_variants
from assetgen.model.built import (
    BuiltAnimation,
    BuiltSprite,
    BuiltTile,
    BuiltTileset,
    Frame,
    Size,
)
from assetgen.model.errors import AssetError
from assetgen.model.manifest import Asset, AssetRef, FileRef, Ref, TileEntry
from assetgen.model.position import Position
from assetgen.plan.sources import source_key

if TYPE_CHECKING:
    from assetgen.model.built import Picture

COLUMNS = 8
"""Tiles side by side in a sheet that is put together, where nothing else is said: one number, so that no tile moves."""

Corners = tuple[str | None, str | None, str | None, str | None]


class _Drawn(Struct, frozen=True):
    """One tile before it has an id. `steps` are the keys and milliseconds of an animated tile's cycle."""

    key: str
    picture: Picture
    corners: Corners | None = None
    steps: tuple[tuple[str, int], ...] = ()
    given: BuiltTile | None = None


# -- what a tileset is made of ------------------------------------------------


def own_sheet(asset: Asset, sources: Sources) -> Finished:
    """A tileset with a sheet of its own (generated, drawn or edited), and what its entry adds to it."""
    from assetgen.build.checks import tileset_findings
    from assetgen.pixels.documents import reel_of

    layout = sources.layout
    reel = reel_of(asset, sources.files, layout, sources.what)
    corners = corner_names(layout)
    drawn = [_Drawn(f"{i:02d}", cell, corners[i] if corners else None) for i, cell in enumerate(reel.cells)]
    columns = reel.columns if len(drawn) > 1 or not (asset.tileset.tiles or sources.tiles) else COLUMNS
    done = _finished(asset, sources, drawn, columns, ((INSIDE, OUTSIDE),) if corners else ())
    finished = [done.pictures[tile.frame.pixels] for tile in _tileset(done).tiles]
    seen = cleaned(asset, reel.cells, sources)
    return replace(done, findings=tileset_findings(asset, seen, finished, layout, sources))


def composite(asset: Asset, sources: Sources) -> Finished:
    """A tileset that is put together from corner sheets (`terrains`) and tiles of other assets."""
    drawn: list[_Drawn] = []
    for sheet, pair in asset.tileset.terrains.items():
        drawn += _terrain_sheet(asset, sheet, pair, sources.made_of[sheet])
    pairs = tuple(dict.fromkeys(asset.tileset.terrains.values()))
    return _with_own_findings(asset, _finished(asset, sources, drawn, COLUMNS, pairs), sources)


def copied(asset: Asset, source: Finished, sources: Sources) -> Finished:
    """Another tileset's tiles, ids and corners, through this entry's recipe."""
    old = _tileset(source)
    drawn = [
        _Drawn(f"{tile.id:02d}", source.pictures[tile.frame.pixels], tile.corners, given=tile) for tile in old.tiles
    ]
    ids = dict(sources.tiles)
    taken = set(ids.values())
    ids = {**{f"{tile.id:02d}": tile.id for tile in old.tiles if tile.id not in taken}, **ids}
    before = (source, old)
    done = _finished(asset, sources, drawn, old.columns, old.pairs, before=before, ids=ids)
    return _with_own_findings(asset, done, sources)


def _with_own_findings(asset: Asset, done: Finished, sources: Sources) -> Finished:
    from assetgen.build.checks import composed_findings

    pictures = {tile.frame.name: done.pictures[tile.frame.pixels] for tile in _tileset(done).tiles}
    return replace(done, findings=composed_findings(asset, pictures, sources))


def _tileset(finished: Finished) -> BuiltTileset:
    built = finished.built[0]
    assert isinstance(built, BuiltTileset)
    return built


def _terrain_sheet(asset: Asset, sheet: str, pair: Pair, source: Finished) -> list[_Drawn]:
    built = _tileset(source)
    names = dict(zip(built.terrains[:2], pair, strict=False))
    tiles = [(tile, tile.corners) for tile in built.tiles if tile.corners is not None]
    if len(names) < 2 or not tiles:
        raise AssetError(f"{sheet} is no sheet of corner tiles: terrains need the 4×5 sheet", position=asset.position)
    return [
        _Drawn(
            f"{sheet}/{tile.id:02d}",
            source.pictures[tile.frame.pixels],
            (names.get(a or ""), names.get(b or ""), names.get(c or ""), names.get(d or "")),
        )
        for tile, (a, b, c, d) in tiles
    ]


def _listed(asset: Asset, sources: Sources) -> list[_Drawn]:
    """The pictures of `tiles`, in order."""
    found: list[_Drawn] = []
    for entry in asset.tileset.tiles:
        if entry.of is not None:
            found += _tiles_of(entry, entry.of, sources)
    return found


def _tiles_of(entry: TileEntry, ref: Ref, sources: Sources) -> list[_Drawn]:
    if isinstance(ref, FileRef):
        return [_Drawn(ref.path, sources.pictures[ref.path])]
    source = sources.made_of[source_key(ref)]
    built = source.built[0]
    if isinstance(built, BuiltAnimation) and ref.piece is None:
        if not entry.animated:
            message = f"tile {ref.name} is an animation: write {{animation: {ref.name}}}, or name one frame of it"
            raise AssetError(message, position=entry.position)
        return _animated(built, source, entry)
    frames = _frames_of(source, ref.name, ref.piece, entry.position)
    return [_Drawn(frame.name, source.pictures[frame.pixels]) for frame in frames]


def _animated(built: BuiltAnimation, source: Finished, entry: TileEntry) -> list[_Drawn]:
    """A tile for each step of the tag that is named, else of the first: engines want the steps side by side."""
    tag = next((tag for tag in built.tags if entry.tag in (None, tag.name)), None)
    if tag is None:
        names = ", ".join(tag.name for tag in built.tags)
        raise AssetError(f"{built.name} has no tag {entry.tag}; there are: {names}", position=entry.position)
    steps = tuple(zip(tag.frames, tag.durations, strict=True))
    pictures = [source.pictures[built.frames[name].pixels] for name in tag.frames]
    return [
        _Drawn(name, picture, steps=steps if number == 0 and len(steps) > 1 else ())
        for number, (name, picture) in enumerate(zip(tag.frames, pictures, strict=True))
    ]


def _frames_of(source: Finished, name: str, piece: str | None, position: Position) -> list[Frame]:
    """One frame, tile or piece, or all of a whole sprite, cut or tileset. Frames are named as they are known there."""
    from assetgen.build.pieces import digest_of

    if piece is not None:
        digest = digest_of(source, name, piece)
        if digest is None:
            raise AssetError(f"{name} has no frame, tile or piece '{piece}'", position=position)
        picture = source.pictures[digest]
        return [Frame(f"{name}/{piece}", (picture.shape[1], picture.shape[0]), digest, (0, 0, 1, 1))]
    found: list[Frame] = []
    for built in source.built:
        if isinstance(built, BuiltSprite):
            found.append(built.frame)
        elif isinstance(built, BuiltTileset):
            found += [tile.frame for tile in built.tiles]
        else:
            raise AssetError(f"{name} is an animation: name one frame of it, like {name}/TAG_00", position=position)
    return found


# -- ids and cells --------------------------------------------------------------


def allocate(known: Mapping[str, int], wanted: Sequence[Sequence[str]], columns: int) -> dict[str, int]:
    """Ids of all keys, those of before unchanged: each new one takes the lowest id that was never used.

    Keys of one group (the steps of an animated tile) get ids side by side: in one row, or from its first column on.
    What is no longer wanted keeps its id, so that nothing else ever gets it.
    """
    ids = dict(known)
    taken = set(ids.values())
    for group in wanted:
        fresh = [key for key in group if key not in ids]
        start = _free(taken, len(fresh), columns) if len(fresh) == len(group) else None
        for number, key in enumerate(fresh):
            ids[key] = start + number if start is not None else _free(taken, 1, columns)
            taken.add(ids[key])
    return ids


def _free(taken: set[int], count: int, columns: int) -> int:
    start = 0
    while True:
        fits = start % columns + count <= columns or start % columns == 0
        if fits and not any(start + step in taken for step in range(count)):
            return start
        start += 1


# -- finishing ------------------------------------------------------------------


def _finished(
    asset: Asset,
    sources: Sources,
    sheet: list[_Drawn],
    columns: int,
    pairs: tuple[Pair, ...],
    *,
    before: tuple[Finished, BuiltTileset] | None = None,
    ids: Mapping[str, int] | None = None,
) -> Finished:
    """Tiles with ids, then the recipe, then what is known of each. `before` is the tileset that this one copies."""
    spec = asset.tileset
    columns = spec.columns or columns
    drawn = list({tile.key: tile for tile in [*sheet, *_listed(asset, sources)]}.values())
    size = _tile_size(asset, drawn)
    applied = apply_recipe(asset, [tile.picture for tile in drawn], sources)
    ids = allocate(sources.tiles if ids is None else ids, _groups(drawn), columns)
    album = Album()
    tiles = [_built(asset.name, tile, album, picture, ids) for tile, picture in zip(drawn, applied.frames, strict=True)]
    tiles = sorted(tiles if before is not None else with_variants(tiles), key=lambda tile: tile.id)
    names = before[1].terrains if before is not None else tuple(dict.fromkeys(name for pair in pairs for name in pair))
    height, width = applied.frames[0].shape[:2] if drawn else size[::-1]
    built = BuiltTileset(
        asset.name,
        (width, height),
        columns,
        _described(asset, tiles),
        names,
        pairs,
        margin=max(spec.margin, spec.extrude),
        spacing=max(spec.spacing, 2 * spec.extrude),
        extrude=spec.extrude,
        objects=_objects(asset, sources, album, before),
        palette=asset.map_palette,
        scales=asset.scales,
        meta=asset.meta,
    )
    built = replace(built, sheets=autotile_sheets(asset, built, album))
    plain = asset.source != "tiles" and not sources.tiles and len(drawn) == len(sheet)
    notes = (*applied.notes, *_unnamed_tags(asset, sources))
    return Finished((built,), album.pictures, tiles={} if plain else ids, notes=notes)


def _unnamed_tags(asset: Asset, sources: Sources) -> Iterator[str]:
    """What to say of animated tiles that leave open which tag of several they play."""
    for entry in asset.tileset.tiles:
        if not entry.animated or entry.tag is not None or not isinstance(entry.of, AssetRef):
            continue
        built = sources.made_of[source_key(entry.of)].built[0]
        if isinstance(built, BuiltAnimation) and len(built.tags) > 1:
            first, *others = (tag.name for tag in built.tags)
            yield (
                f"tile {entry.of.name} plays its first tag, {first}, and leaves out {', '.join(others)}: "
                f"name the one that is meant, as in {{animation: {entry.of.name}, tag: {first}}}"
            )


def _tile_size(asset: Asset, drawn: Sequence[_Drawn]) -> Size:
    """The one size of all tiles; AssetError names the first that differs."""
    wanted = asset.tileset.tile_size if asset.source == "tiles" else None
    for tile in drawn:
        size = (tile.picture.shape[1], tile.picture.shape[0])
        wanted = wanted or size
        if size != wanted:
            message = f"tile {tile.key} is {size[0]}×{size[1]} pixels, the tileset's tiles are {wanted[0]}×{wanted[1]}"
            raise AssetError(message, position=asset.position)
    if wanted is None:
        raise AssetError("a tileset without tiles: give terrains or tiles", position=asset.position)
    return wanted


def _groups(drawn: Sequence[_Drawn]) -> list[list[str]]:
    """Keys that get their ids together: the steps of an animated tile, else each for itself."""
    groups: list[list[str]] = []
    rest: set[str] = set()
    for tile in drawn:
        if tile.steps:
            groups.append(list(dict.fromkeys(key for key, _ in tile.steps)))
            rest |= set(groups[-1])
        elif tile.key not in rest:
            groups.append([tile.key])
    return groups


def _built(name: str, tile: _Drawn, album: Album, picture: Picture, ids: Mapping[str, int]) -> BuiltTile:
    number = ids[tile.key]
    frame = album.frame(f"{name}/{number:02d}", picture)
    if tile.given is not None:
        return replace(tile.given, id=number, frame=frame)
    return BuiltTile(number, frame, tile.corners, animation=tuple((ids[key], time) for key, time in tile.steps))


def _described(asset: Asset, tiles: Sequence[BuiltTile]) -> tuple[BuiltTile, ...]:
    """The tiles with what the entry says of them by id."""
    found = {tile.id: tile for tile in tiles}
    for entry in asset.tileset.tiles:
        if entry.id is None:
            continue
        if entry.id not in found:
            message = f"there is no tile {entry.id}: the ids are {_ranges(sorted(found))}"
            raise AssetError(message, position=entry.position)
        tile = found[entry.id]
        found[entry.id] = replace(
            tile,
            properties=entry.properties or tile.properties,
            collision=entry.collision if entry.collision is not None else tile.collision,
            probability=entry.probability if entry.probability is not None else tile.probability,
        )
    return tuple(found.values())


def _ranges(ids: Iterable[int]) -> str:
    """`0–19, 24`."""
    runs: list[list[int]] = []
    for number in ids:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def _objects(
    asset: Asset, sources: Sources, album: Album, before: tuple[Finished, BuiltTileset] | None
) -> tuple[Frame, ...]:
    """`NAME/objects/OBJECT`, each a picture of its own size through the recipe."""
    pictures: dict[str, Picture] = {}
    if before is not None:
        source, old = before
        pictures.update({frame.name.rpartition("/")[2]: source.pictures[frame.pixels] for frame in old.objects})
    for ref in asset.tileset.objects:
        if isinstance(ref, FileRef):
            found = [(ref.path.rpartition("/")[2].rpartition(".")[0], sources.pictures[ref.path])]
        else:
            source = sources.made_of[source_key(ref)]
            frames = _frames_of(source, ref.name, ref.piece, ref.position)
            found = [(frame.name.replace("/", "_"), source.pictures[frame.pixels]) for frame in frames]
        for name, picture in found:
            if name in pictures:
                raise AssetError(f"two objects are called {name}: give one asset another name", position=ref.position)
            pictures[name] = picture
    return tuple(
        album.frame(f"{asset.name}/objects/{name}", apply_recipe(asset, [picture], sources).frames[0])
        for name, picture in pictures.items()
    )
