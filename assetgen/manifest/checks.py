"""What only the whole manifest shows: rings, former names, frames that do not exist, names that collide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from assetgen.manifest import cycles
from assetgen.manifest.animation import check_tags
from assetgen.manifest.messages import count_of, did_you_mean, nearest, quoted
from assetgen.manifest.refs import World
from assetgen.manifest.sizes import layout_of
from assetgen.model.errors import AssetError
from assetgen.model.layout import Tag
from assetgen.model.manifest import Asset, AssetRef, Palette, Ref, Timing

_NUMBER = re.compile(r"[0-9]{2,5}")
_FRAME = re.compile(r"(.+)_([0-9]{2,5})")
_SHORT = re.compile(r"(.+)_([0-9])")


def check(
    assets: Mapping[str, Asset], world: World, palettes: Mapping[str, Palette], directions: Mapping[str, str]
) -> None:
    """All checks over finished assets."""
    pieces = Pieces(assets, directions)
    _former_names(assets, world)
    _tags(assets, world, directions)
    _parts(assets, world, pieces)
    _references(assets, world, pieces)
    _collisions(assets, world, pieces)
    _sources_fit(assets, world)
    cycles.check(assets, palettes, world.problems)


class Known(NamedTuple):
    """What is known of an asset's pieces: `names` of frames by tag (count of steps), how many cells, or free names."""

    tags: Mapping[str, int] | None = None
    cells: int | None = None
    names: tuple[str, ...] | None = None


class Pieces:
    """Frames, tiles and cut pieces of each asset, as far as they are known before the pictures are there."""

    def __init__(self, assets: Mapping[str, Asset], directions: Mapping[str, str]) -> None:
        self.assets = assets
        self.directions = directions
        self._known: dict[str, Known] = {}
        self._open: set[str] = set()

    def of(self, asset: Asset) -> Known:
        known = self._known.get(asset.name)
        if known is None:
            known = self._known[asset.name] = self._find(asset)
        return known

    def _find(self, asset: Asset) -> Known:
        if asset.kind == "sprite":
            if asset.cut is None:
                return Known(names=())
            named = tuple(name for name in asset.cut.names if name)
            return Known(names=named if named or asset.cut.mode != "data" else None)
        layout = layout_of(asset)
        if asset.kind == "tileset":
            return Known(cells=20 if layout is not None and layout.tiles and not asset.tileset.tiles else None)
        tags = self.tags(asset)
        if tags is None:
            return Known()
        grid = layout or asset.grid
        cells = grid.columns * grid.rows if grid is not None and grid.columns and grid.rows else None
        return Known({tag.name: len(tag.cells) for tag in tags}, cells)

    def tags(self, asset: Asset) -> tuple[Tag, ...] | None:
        """The tags that will result, where they do not depend on a file's content."""
        from assetgen.catalog.tags import resolve_tags

        if asset.source in ("copy", "parts"):
            return self._brought(asset)
        layout = layout_of(asset)
        columns = layout.columns if layout else asset.grid.columns if asset.grid else None
        rows = layout.rows if layout else asset.grid.rows if asset.grid else None
        if not columns or not rows:
            return None
        try:
            return resolve_tags(layout, columns * rows, asset.timing, self.directions, columns=columns, rows=rows)
        except AssetError:
            return None  # told by _tags

    def _brought(self, asset: Asset) -> tuple[Tag, ...] | None:
        """Tags of copies and joined parts, where those that they come from are known."""
        from assetgen.catalog.tags import resolve_tags, revise

        parts = [(part.of, part.rules) for part in asset.parts]
        parts += [(asset.start, ())] if isinstance(asset.start, AssetRef) else []
        found: list[Tag] = []
        for ref, rules in parts:
            source = self.assets.get(ref.name)
            if source is None or source.kind != "animation" or ref.piece is not None or ref.name in self._open:
                return None
            self._open.add(ref.name)
            tags = self.tags(source)
            self._open.discard(ref.name)
            if tags is None:
                return None
            try:
                found += revise(tags, rules)
            except AssetError:
                return None  # told by _parts
            if asset.source == "copy" and source.timing == asset.timing:
                return tuple(found)
        count = 1 + max((cell.index for tag in found for cell in tag.cells), default=0)
        try:
            return resolve_tags(
                None, count, asset.timing, self.directions, columns=count, rows=1, given=found, named=True
            )
        except AssetError:
            return None  # told when it is built

    def problem(self, asset: Asset, piece: str) -> str | None:
        """What to say when `piece` is none of the asset's; None when it is one, or may be."""
        known = self.of(asset)
        if asset.kind == "sprite":
            if (
                known.names is None
                or piece in known.names
                or (asset.cut and not known.names and _NUMBER.fullmatch(piece))
            ):
                return None
            return did_you_mean(piece, known.names, noun="pieces") or f"{quoted(asset.name)} is a single picture"
        if _NUMBER.fullmatch(piece):
            if known.cells is not None and int(piece) >= known.cells:
                return f"its {known.cells} {'tiles' if asset.kind == 'tileset' else 'cells'} count from 00"
            return None
        if asset.kind == "tileset":
            return "tiles are called by number, like 03"
        frame = _FRAME.fullmatch(piece)
        if known.tags is None:
            return None if frame else "frames are called TAG_NN, like walk_down_00"
        if frame and frame[1] in known.tags:
            steps = known.tags[frame[1]]
            return None if int(frame[2]) < steps else f"tag {quoted(frame[1])} has {count_of(steps, 'frame')}, from 00"
        short = _SHORT.fullmatch(piece)  # one digit where files have two
        wanted, number = (frame[1], frame[2]) if frame else (short[1], f"0{short[2]}") if short else (piece, "00")
        near = nearest(wanted, known.tags)
        if near is not None:
            return f"did you mean {quoted(f'{near}_{number}')}?"
        return did_you_mean(wanted, known.tags, noun="tags", limit=40) or "no such tag"


def _label(asset: Asset) -> str:
    return f"{asset.kind} {quoted(asset.name)}"


def _former_names(assets: Mapping[str, Asset], world: World) -> None:
    claimed: dict[str, str] = {}
    for asset in assets.values():
        if asset.was is None:
            continue
        at = world.entries[asset.name].at("was")
        if asset.was in world.entries:
            head = f"'was: {asset.was}' names an asset that still exists"
            world.problems.add(at, head, where=_label(asset), tail="remove 'was', or rename the other one")
        first = claimed.setdefault(asset.was, asset.name)
        if first != asset.name:
            head = f"'was: {asset.was}' is claimed by {quoted(first)} already"
            world.problems.add(at, head, where=_label(asset))


def _tags(assets: Mapping[str, Asset], world: World, directions: Mapping[str, str]) -> None:
    for asset in assets.values():
        timing = asset.timing
        if asset.kind != "animation" or asset.source in ("copy", "parts"):
            continue  # what their rules are about comes from others
        if directions or timing != Timing(fps=timing.fps, loop=timing.loop):
            check_tags(timing, layout_of(asset), asset.grid, directions, world.entries[asset.name], world.problems)


def _parts(assets: Mapping[str, Asset], world: World, pieces: Pieces) -> None:
    """Members of one animation may not bring the same tag twice."""
    from assetgen.catalog.tags import revise

    for asset in assets.values():
        seen: dict[str, str] = {}
        for part in asset.parts:
            member = assets.get(part.of.name)
            tags = pieces.tags(member) if member is not None else None
            if tags is None:
                continue
            try:
                revised = revise(tags, part.rules)
            except AssetError as error:
                world.problems.add(error.position or part.of.position, f"{_label(asset)}: {error}")
                continue
            for tag in revised:
                first = seen.setdefault(tag.name, part.of.name)
                if first != part.of.name:
                    head = f"tag {quoted(tag.name)} comes from {quoted(first)} and from {quoted(part.of.name)}"
                    tail = f"rename one: {{of: {part.of.name}, tags: {{{tag.name}: {{name: …}}}}}}"
                    world.problems.add(part.of.position, head, where=_label(asset), tail=tail)


def _references(assets: Mapping[str, Asset], world: World, pieces: Pieces) -> None:
    for asset in assets.values():
        for ref in _refs(asset):
            if isinstance(ref, AssetRef) and ref.piece is not None and ref.name in assets:
                wrong = pieces.problem(assets[ref.name], ref.piece)
                if wrong is not None:
                    head = f"{quoted(ref.name)} has no piece {quoted(ref.piece)}"
                    world.problems.add(ref.position, head, where=_label(asset), tail=wrong)

        for entry in asset.tileset.tiles:
            if entry.tag is None or not isinstance(entry.of, AssetRef) or entry.of.name not in assets:
                continue
            tags = pieces.tags(assets[entry.of.name])
            names = [tag.name for tag in tags or ()]
            if tags is not None and entry.tag not in names:
                head = f"{quoted(entry.of.name)} has no tag {quoted(entry.tag)}"
                tail = did_you_mean(entry.tag, names, noun="tags", limit=40)
                world.problems.add(entry.position, head, where=_label(asset), tail=tail)


def _refs(asset: Asset) -> Iterator[Ref]:
    refs: list[Ref | None] = [asset.start, *asset.tileset.objects, *(tile.of for tile in asset.tileset.tiles)]
    refs += [ref for step in asset.steps for group in step.inputs.values() for ref in group]
    return (ref for ref in refs if ref is not None)


def _collisions(assets: Mapping[str, Asset], world: World, pieces: Pieces) -> None:
    """Names that equal a frame, tile or piece of another asset; synthesised sheets; case makes no difference."""
    for asset in assets.values():
        owner_name, _, piece = asset.name.rpartition("/")
        owner = assets.get(owner_name)
        if owner is not None and _is_piece(owner, piece, pieces):
            kind = {"sprite": "a piece", "animation": "a frame", "tileset": "a tile"}[owner.kind]
            head = f"the name {quoted(asset.name)} is {kind} of {owner.kind} {quoted(owner_name)} as well"
            world.problems.add(asset.position, head, tail="choose another name")
        sheets = _sheets(asset)
        if asset.tileset.objects:
            sheets += [name for name in assets if name.startswith(f"{asset.name}-objects/")]
        for sheet in sheets:
            other = assets.get(sheet)
            if other is not None and other.kind == "tileset":
                what = "objects" if sheet.startswith(f"{asset.name}-objects") else "sheet"
                head = f"tileset {quoted(sheet)} would be written over the {what} of tileset {quoted(asset.name)}"
                world.problems.add(other.position, head, tail="choose another name")


def _sheets(asset: Asset) -> list[str]:
    """The further sheets of a tileset: one of each kind for its first two terrains, with their names for others."""
    pairs = list(dict.fromkeys(asset.tileset.terrains.values()))
    kinds = [kind for kind in asset.tileset.autotile if kind != "corners"]
    sheets = [f"{asset.name}-{kind}" for kind in kinds]
    sheets += [f"{asset.name}-{kind}-{inside}-{outside}" for kind in kinds for inside, outside in pairs[1:]]
    return [*sheets, f"{asset.name}-objects"] if asset.tileset.objects else sheets


def _is_piece(owner: Asset, piece: str, pieces: Pieces) -> bool:
    """Whether a piece of this name will (or, where tags are not known yet, could) exist."""
    known = pieces.of(owner)
    if owner.kind == "sprite":
        if owner.cut is None:
            return False
        return piece in (known.names or ()) or (not owner.cut.names and _NUMBER.fullmatch(piece) is not None)
    if owner.kind == "tileset":
        return _NUMBER.fullmatch(piece) is not None
    frame = _FRAME.fullmatch(piece)
    if frame is None:
        return _NUMBER.fullmatch(piece) is not None
    if known.tags is None:
        return True
    folded = {name.lower(): steps for name, steps in known.tags.items()}
    return frame[1].lower() in folded and int(frame[2]) < folded[frame[1].lower()]


def _sources_fit(assets: Mapping[str, Asset], world: World) -> None:
    """Copies of the right kind, terrain sheets of corner tiles, service atlases that were asked for."""
    for asset in assets.values():
        start = asset.start
        if asset.source == "copy" and isinstance(start, AssetRef) and start.name in assets and start.piece is None:
            source = assets[start.name]
            if source.kind != asset.kind and not (source.kind == "sprite" and (asset.layout or asset.grid)):
                head = (
                    f"{quoted(start.name)} is a {source.kind}"
                    if source.kind != "animation"
                    else f"{quoted(start.name)} is an animation"
                )
                tail = f"copy a {asset.kind}, or name one frame of it"
                world.problems.add(start.position, head, where=_label(asset), tail=tail)
        for sheet in asset.tileset.terrains:
            member = assets.get(sheet)
            layout = layout_of(member) if member is not None else None
            if member is not None and (layout is None or not layout.tiles):
                at = world.entries[asset.name].within("terrains", sheet)
                tail = "its style must draw the 4×5 corner sheet (rd_tile__tileset…)"
                world.problems.add(at, f"{quoted(sheet)} is no sheet of corner tiles", where=_label(asset), tail=tail)
        asked = asset.source != "prompt" or not asset.steps or asset.steps[0].fields.get("data")
        if asset.cut is not None and asset.cut.mode == "data" and not asked:
            at = world.entries[asset.name].at("cut")
            tail = "the service sends its atlas on request only"
            world.problems.add(at, "'cut: data' needs 'data: true'", where=_label(asset), tail=tail)
