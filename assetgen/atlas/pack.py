"""Rectangles to pages: `pack` is the packer, pure on sizes. Never rotates; the order of its input does not matter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from assetgen.atlas.fresh import Page, Sizes, Unit, content_size, pack_fresh
from assetgen.atlas.types import REPACK_SHARE, Options, Packing, Rect, Spot
from assetgen.model.errors import AssetgenError
from assetgen.model.request import Json


def pack(rects: Sequence[Rect], options: Options, previous: Json = None) -> Packing:
    """Places for all rectangles on as few pages as can be, each as small as its content.

    With `previous` (a packing's `remembered`) nothing that still fits its place moves; without, everything is placed
    afresh. Raises AssetgenError for a rectangle larger than a page.
    """
    for rect in rects:
        if max(rect.width, rect.height) + 2 * options.extrude > options.limit:
            raise AssetgenError(too_large(rect.name, (rect.width, rect.height), options))
    ordered = sorted(rects, key=lambda rect: rect.name)
    around = options.around
    sizes = {rect.key: (rect.width + around, rect.height + around) for rect in ordered}
    names: dict[tuple[str, str], list[str]] = {}
    for rect in ordered:
        names.setdefault((_unit_of(rect), rect.key), []).append(rect.name)
    keys: dict[str, list[str]] = {}
    for unit, key in names:
        keys.setdefault(unit, []).append(key)
    units = [Unit(name, tuple(members)) for name, members in keys.items()]
    memory = None
    if previous is not None:
        from assetgen.atlas.stable import pack_onto, recall

        memory = recall(previous, options)
    if memory is None:
        (pages, found), fresh = pack_fresh(units, sizes, options), None
    else:
        pages, found = pack_onto(units, names, sizes, options, memory)
        fresh = _fresh_occupancy(units, pages, sizes, options)
    return _packing(pages, found, names, sizes, options, fresh)


def too_large(name: str, size: tuple[int, int], options: Options, atlas: str | None = None) -> str:
    """What to say of a frame larger than a page."""
    page = f"a page of atlas {atlas}" if atlas else "a page"
    extra = f" with {options.extrude} px of extrusion" if options.extrude else ""
    return (
        f"{name} is {size[0]}×{size[1]} pixels{extra}; {page} is at most {options.limit}×{options.limit}: "
        "raise max_size or exclude it"
    )


def _unit_of(rect: Rect) -> str:
    # Keys begin with a digest or a newline, so that a group never meets one.
    return f"\t{rect.group}" if rect.group is not None else rect.key


def _area(pages: Sequence[Page], sizes: Sizes, options: Options) -> tuple[int, int]:
    """Placed area without padding and extrusion, and the pages' area as written."""
    around = options.around
    placed = sum((sizes[key][0] - around) * (sizes[key][1] - around) for page in pages for key in page)
    written = sum(math.prod(options.page_size(*content_size(page.items(), sizes, options))) for page in pages)
    return placed, written


def _occupancy(pages: Sequence[Page], sizes: Sizes, options: Options) -> float:
    placed, written = _area(pages, sizes, options)
    return round(placed / written, 4) if written else 1.0


def _fresh_occupancy(units: Sequence[Unit], pages: Sequence[Page], sizes: Sizes, options: Options) -> float | None:
    """Occupancy of a packing from scratch; None where even one without a gap would not be REPACK_SHARE better."""
    placed, written = _area(pages, sizes, options)
    outer = sum(math.prod(sizes[key]) for page in pages for key in page)
    best = 1.0 if options.pot or not outer else placed / outer
    if not written or placed / written >= best - REPACK_SHARE:
        return None
    return _occupancy(pack_fresh(units, sizes, options)[0], sizes, options)


def _packing(
    pages: Sequence[Page], found: Mapping[tuple[str, str], int], names: Mapping[tuple[str, str], Sequence[str]],
    sizes: Sizes, options: Options, fresh: float | None,
) -> Packing:  # fmt: skip
    spots: dict[str, Spot] = {}
    remembered: list[dict[str, list[int]]] = [{} for _ in pages]
    placed = ((name, key, found[unit, key]) for (unit, key), members in names.items() for name in members)
    for name, key, page in sorted(placed):
        (x, y), (width, height) = pages[page][key], sizes[key]
        spots[name] = Spot(page, x + options.extrude, y + options.extrude)
        remembered[page][name] = [x, y, width - options.around, height - options.around]
    return Packing(
        sizes=tuple(options.page_size(*content_size(page.items(), sizes, options)) for page in pages),
        spots=spots,
        occupancy=_occupancy(pages, sizes, options),
        remembered={"options": options.memory, "pages": remembered},
        fresh=fresh,
    )
