"""Packing from scratch: pages filled one after the other, the last one's shape searched for, a few orders tried."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product

from msgspec import Struct

from assetgen.atlas.skyline import Bin, Skyline
from assetgen.atlas.types import Options, Point, Size

Sizes = Mapping[str, Size]
"""Outer width and height (extrusion and padding included) by key."""

Page = dict[str, Point]
"""Outer top left by key."""

Found = dict[tuple[str, str], int]
"""The page of each (unit, key)."""

_WORK = 25_000
"""Placements spent on searching the last page's shape, per order: about 80 ms at most."""
_SMALL = 500
"""Up to this many rectangles a third order is tried: it wins rarely and costs the most."""
_MANY = 200
"""From this many rectangles on a trial is given up when the page grows too high."""
_SLACK_OF_ONE, _LEAST_SLACK, _MOST_SLACK = 20.0, 0.003, 0.02
"""Part of the area that may stay empty before something better is looked for: the first number over that of the
rectangles, which is what further trials seldom improve on by as much as half a percent; within the two others."""


class Unit(Struct, frozen=True):
    """Keys that belong on one page."""

    name: str
    keys: tuple[str, ...]


class _Order(Struct, frozen=True):
    """A sort order; `flipped` fills columns instead of rows."""

    key: Callable[[int, int, str], tuple[int, int, str]]
    flipped: bool = False


_ORDERS = (
    _Order(lambda width, height, key: (-height, -width, key)),
    _Order(lambda width, height, key: (-height, -width, key), flipped=True),
    _Order(lambda width, height, key: (-max(width, height), -min(width, height), key)),
)


def pack_fresh(units: Sequence[Unit], sizes: Sizes, options: Options) -> tuple[list[Page], Found]:
    """Pages from scratch and where each unit's keys are: the fewest pages, then the smallest total area as written,
    then the first order."""
    count = sum(len(unit.keys) for unit in units)
    if not count:
        return [], {}
    keys = {key for unit in units for key in unit.keys}
    enough, side = _enough(keys, sizes), options.limit + options.padding
    fewest = math.ceil(sum(math.prod(sizes[key]) for key in keys) / side**2)
    best: tuple[tuple[int, int], tuple[list[Page], Found]] | None = None
    for order in _ORDERS if count <= _SMALL else _ORDERS[:2]:
        way = _referenced(units, _pack_ordered(units, sizes, options, order))
        size = len(way[0]), total_area(way[0], sizes, options)
        if best is None or size < best[0]:
            best = size, way
        outer = sum(_outer(*page, options.padding) for page in _written(way[0], sizes, options))
        if size[0] == fewest and outer <= enough:
            break
    assert best is not None, "there is at least one order"
    return best[1]


def _enough(keys: Collection[str], sizes: Sizes) -> int:
    """The area below which pages of this content are dense enough. Sides with a common divisor fit closely."""
    area = sum(math.prod(sizes[key]) for key in keys)
    common = math.gcd(*(side for key in keys for side in sizes[key]))
    slack = min(max(_SLACK_OF_ONE / len(keys), _LEAST_SLACK), _MOST_SLACK) / common
    return int(area * (1 + slack))


def content_size(page: Iterable[tuple[str, Point]], sizes: Sizes, options: Options) -> Size:
    """Where a page's content ends, extrusion included."""
    right = bottom = options.padding
    for key, (x, y) in page:
        width, height = sizes[key]
        right, bottom = max(right, x + width), max(bottom, y + height)
    return right - options.padding, bottom - options.padding


def total_area(pages: Iterable[Page], sizes: Sizes, options: Options) -> int:
    """Area of the pages as written."""
    return sum(map(math.prod, _written(pages, sizes, options)))


def _written(pages: Iterable[Page], sizes: Sizes, options: Options) -> list[Size]:
    return [options.page_size(*content_size(page.items(), sizes, options)) for page in pages]


def least_of(keys: Iterable[str], sizes: Sizes) -> Size:
    """The smallest width and the smallest height."""
    chosen = [sizes[key] for key in keys]
    return min(width for width, _ in chosen), min(height for _, height in chosen)


def _referenced(units: Sequence[Unit], pages: Sequence[Page]) -> tuple[list[Page], Found]:
    """Pages without copies that nobody refers to, and the page of each (unit, key)."""
    wanted = {(page, key) for (_, key), page in _assign(units, pages).items()}
    used = [{key: spot for key, spot in page.items() if (n, key) in wanted} for n, page in enumerate(pages)]
    kept = [page for page in used if page]
    return kept, _assign(units, kept)


def _assign(units: Iterable[Unit], pages: Sequence[Page]) -> Found:
    """For each unit the first page that holds all of it, else for each of its keys the first that holds it."""
    holders: dict[str, list[int]] = {}
    for number, page in enumerate(pages):
        for key in page:
            holders.setdefault(key, []).append(number)
    found: Found = {}
    for unit in units:
        common = set(holders[unit.keys[0]]).intersection(*(holders[key] for key in unit.keys))
        for key in unit.keys:
            found[unit.name, key] = min(common) if common else holders[key][0]
    return found


def _pack_ordered(units: Sequence[Unit], sizes: Sizes, options: Options, order: _Order) -> list[Page]:
    if order.flipped:
        turned = {key: (height, width) for key, (width, height) in sizes.items()}
        pages = _pack_rows(units, turned, options, order)
        return [{key: (y, x) for key, (x, y) in page.items()} for page in pages]
    return _pack_rows(units, sizes, options, order)


def _pack_rows(units: Sequence[Unit], sizes: Sizes, options: Options, order: _Order) -> list[Page]:
    side = options.limit + options.padding
    rank = _ranked(units, sizes, order)
    pages: list[Page] = []
    waiting = list(units)
    while waiting:
        page, left = _fill(waiting, sizes, rank, side, side)
        if not page:  # nothing but units for which one page is too tight in this order, or in any
            page, left = _alone(waiting, sizes, side)
        if not page:
            waiting = [Unit(key, (key,)) for unit in waiting for key in unit.keys]
            continue
        if not left:
            page = _smallest(page, sizes, rank, options)
        pages.append(page)
        waiting = left
    return pages


def _alone(units: Sequence[Unit], sizes: Sizes, side: int) -> tuple[Page, list[Unit]]:
    """A page for the first unit that fits on one in whatever order, and the other units."""
    for unit in units:
        for order, flipped in product(_ORDERS, (False, True)):
            chosen = {key: sizes[key][::-1] if flipped else sizes[key] for key in unit.keys}
            page, _ = _place(unit.keys, chosen, _ranked([unit], chosen, order), side, side)
            if len(page) == len(unit.keys):
                turned = {key: (y, x) for key, (x, y) in page.items()} if flipped else page
                return turned, [other for other in units if other is not unit]
    return {}, list(units)


def _ranked(units: Sequence[Unit], sizes: Sizes, order: _Order) -> dict[str, int]:
    keys = {key for unit in units for key in unit.keys}
    return {key: place for place, key in enumerate(sorted(keys, key=lambda key: order.key(*sizes[key], key)))}


def _fill(
    units: Sequence[Unit], sizes: Sizes, rank: Mapping[str, int], width: int, height: int
) -> tuple[Page, list[Unit]]:
    """Fill one page. Gives it and the units that are not on it; a unit is on it whole or not at all."""
    inside = list(units)
    while True:
        page, _ = _place({key for unit in inside for key in unit.keys}, sizes, rank, width, height)
        whole = [unit for unit in inside if all(key in page for key in unit.keys)]
        broken = {unit.name for unit in inside if any(key in page for key in unit.keys)} - {u.name for u in whole}
        if not broken:
            break
        # Their members on this page only stand in the way: once more without them.
        inside = [unit for unit in inside if unit.name not in broken]
    done = {unit.name for unit in whole}
    outside = [unit for unit in units if unit.name not in done]
    if len(inside) < len(units):
        page, outside = _squeeze(page, whole, outside, sizes, rank, width, height)
    return page, outside


def _place(keys: Iterable[str], sizes: Sizes, rank: Mapping[str, int], width: int, height: int) -> tuple[Page, Bin]:
    ordered = sorted(keys, key=rank.__getitem__)
    space = Bin(Skyline(0, 0, width, height), least_of(ordered, sizes) if ordered else (1, 1))
    page: Page = {}
    for key in ordered:
        spot = space.insert(*sizes[key])
        if spot is not None:
            page[key] = spot
    return page, space


def _squeeze(
    page: Page, whole: Sequence[Unit], outside: Sequence[Unit], sizes: Sizes, rank: Mapping[str, int],
    width: int, height: int,
) -> tuple[Page, list[Unit]]:  # fmt: skip
    """Add whole units to a page in the order of their largest members, each or none of it."""
    kept = {key for unit in whole for key in unit.keys}
    if not kept and not outside:
        return page, []
    page, space = _place(kept, sizes, rank, width, height)
    space.least = least_of({key for unit in (*whole, *outside) for key in unit.keys}, sizes)
    free = width * height - sum(math.prod(sizes[key]) for key in page)
    left: list[Unit] = []
    for unit in sorted(outside, key=lambda unit: min(rank[key] for key in unit.keys)):
        new = sorted((key for key in unit.keys if key not in page), key=rank.__getitem__)
        area = sum(math.prod(sizes[key]) for key in new)
        trial = space.copy() if area <= free and len(new) > 1 else space
        spots = added(trial, new, sizes) if area <= free else None
        if spots is None:
            left.append(unit)
            continue
        page.update(spots)
        space, free = trial, free - area
    return page, left


def added(space: Bin, keys: Sequence[str], sizes: Sizes) -> Page | None:
    """All keys inserted, or None as soon as one does not fit (then `space` is spoilt)."""
    spots: Page = {}
    for key in keys:
        spot = space.insert(*sizes[key])
        if spot is None:
            return None
        spots[key] = spot
    return spots


def _smallest(page: Page, sizes: Sizes, rank: Mapping[str, int], options: Options) -> Page:
    """The same content on the smallest page found over a range of widths; the first that is dense enough will do."""

    def measure(candidate: Page) -> tuple[int, int, int]:
        written = options.page_size(*content_size(candidate.items(), sizes, options))
        return math.prod(written), max(written), written[0]

    side, padding = options.limit + options.padding, options.padding
    ordered = sorted(page, key=rank.__getitem__)
    enough = 0 if options.pot else _enough(page, sizes)
    bounded = len(page) >= _MANY and not options.pot

    def dense(size: tuple[int, int, int]) -> bool:
        return _outer(size[2], size[0] // size[2], padding) <= enough

    best, size = page, measure(page)
    for width in _widths(page, sizes, options):
        # Of many rectangles some reach the right edge, so that a page which grows too high will not be smaller.
        height = size[1] if options.square else max(size[0], enough) // max(1, width - padding) + 1
        candidate = _whole(ordered, sizes, width, min(side, height + padding) if bounded else side)
        found = measure(candidate) if candidate is not None else size
        if candidate is not None and (found < size or (dense(found) and 100 * found[0] <= 101 * size[0])):
            best, size = candidate, found
        if dense(size):
            break
    return best


def _outer(width: int, height: int, padding: int) -> int:
    """The area of a page with the padding that its last row and column would have."""
    return (width + padding) * (height + padding)


def _widths(page: Page, sizes: Sizes, options: Options) -> list[int]:
    """Widths to try for the last page, those near a square first."""
    side = options.limit + options.padding
    widest = max(sizes[key][0] for key in page)
    if options.pot:
        widths = {(1 << bits) + options.padding for bits in range(16)}
        return sorted(width for width in widths if widest <= width <= side)
    area = sum(math.prod(sizes[key]) for key in page)
    root = math.sqrt(area)
    narrow, wide = (1.0, 1.15) if options.square else (0.6, 1.8)
    low = max(widest, area // side, int(narrow * root))
    high = max(low, min(side, int(wide * root) + 1))
    tries = max(4, min(48, _WORK // len(page)))
    common = math.gcd(*(sizes[key][0] for key in page))  # between its multiples nothing changes
    found = [math.ceil(root) + common - 1, *(low + (high - low) * step // (tries - 1) for step in range(tries))]
    widths = {width // common * common for width in found}
    chosen = (width for width in widths if widest <= width <= side)
    return sorted(chosen, key=lambda width: (max(width / root, root / width), width))


def _whole(ordered: Sequence[str], sizes: Sizes, width: int, height: int) -> Page | None:
    """All of a page's content in a box; None as soon as something does not fit."""
    space = Bin(Skyline(0, 0, width, height), least_of(ordered, sizes))
    return added(space, ordered, sizes)
