"""`parts`: several animations become one, on the smallest common canvas on which their pivots coincide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assetgen.build.finish import Finished, Sources, finished_animation
from assetgen.catalog.tags import resolve_tags, revise
from assetgen.model.built import BuiltAnimation
from assetgen.model.errors import AssetError
from assetgen.model.layout import Cell, Tag
from assetgen.model.manifest import Asset, Part
from assetgen.plan.sources import source_key

if TYPE_CHECKING:
    from assetgen.model.built import Picture


class _Placed(Struct, frozen=True):
    """A cell of one part and its pivot in it."""

    picture: Picture
    pivot: tuple[int, int]

    def turned(self) -> _Placed:
        """Mirrored left to right, the pivot with it."""
        from assetgen.pixels.operations.framing import mirror

        return _Placed(mirror(self.picture, "x"), (self.picture.shape[1] - self.pivot[0], self.pivot[1]))


def joined(asset: Asset, sources: Sources) -> Finished:
    """All tags of all parts, with their own rules, then this entry's. A tag that comes twice is an AssetError."""
    from assetgen.pixels.reel import Reel

    cells: list[_Placed] = []
    tags: list[Tag] = []
    owner: dict[str, str] = {}
    for part in asset.parts:
        source = sources.made_of[source_key(part.of)]
        built = source.built[0]
        assert isinstance(built, BuiltAnimation)
        for tag in _part_tags(part, source):
            first = owner.setdefault(tag.name, part.of.name)
            if first != part.of.name or any(tag.name == other.name for other in tags):
                raise _twice(tag.name, first, part)
            tags.append(_shifted(tag, len(cells)))
        cells += [_Placed(source.pictures[digest], built.pivot) for digest in source.cells]
    count = len(cells)
    resolved = resolve_tags(
        None, count, asset.timing, sources.directions, columns=count, rows=1, given=tags, named=True
    )
    pictures, steps, point = _on_one_canvas(cells, resolved)
    placed = replace(asset, pivot=asset.pivot or point)
    return finished_animation(placed, Reel(pictures, len(pictures), 1), replace(sources, layout=None), steps)


def _part_tags(part: Part, source: Finished) -> tuple[Tag, ...]:
    try:
        return revise(source.tags, part.rules)
    except AssetError as error:
        error.position = error.position or part.of.position
        raise


def _twice(tag: str, first: str, part: Part) -> AssetError:
    message = (
        f"tag {tag} comes from {first} and from {part.of.name}: "
        f"rename one, {{of: {part.of.name}, tags: {{{tag}: {{name: …}}}}}}"
    )
    return AssetError(message, position=part.of.position)


def _shifted(tag: Tag, offset: int) -> Tag:
    return replace(tag, cells=tuple(replace(cell, index=cell.index + offset) for cell in tag.cells))


def _on_one_canvas(
    cells: Sequence[_Placed], tags: Sequence[Tag]
) -> tuple[list[Picture], tuple[Tag, ...], tuple[int, int]]:
    """Each cell that a tag shows (mirrored ones for themselves, so that their pivots coincide, too) on the canvas."""
    from assetgen.pixels.operations.framing import place

    used = sorted({cell for tag in tags for cell in tag.cells})
    shown = [cells[cell.index].turned() if cell.mirrored else cells[cell.index] for cell in used]
    left, top = max(item.pivot[0] for item in shown), max(item.pivot[1] for item in shown)
    right = max(item.picture.shape[1] - item.pivot[0] for item in shown)
    bottom = max(item.picture.shape[0] - item.pivot[1] for item in shown)
    size = (left + right, top + bottom)
    pictures = [place(item.picture, size, left - item.pivot[0], top - item.pivot[1]) for item in shown]
    numbers = {cell: Cell(index) for index, cell in enumerate(used)}
    steps = tuple(replace(tag, cells=tuple(numbers[cell] for cell in tag.cells)) for tag in tags)
    return pictures, steps, (left, top)
