"""Pages that stay put: what the lock remembers keeps its place, newcomers take free space, new pages come last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from assetgen.atlas.fresh import Found, Page, Sizes, Unit, added, least_of, pack_fresh
from assetgen.atlas.skyline import Bin, Skyline
from assetgen.atlas.types import Options, Point
from assetgen.model.request import Json

Mask = NDArray[np.bool_]

_EXACT = 32
"""Up to this many newcomers every free pixel is looked at; more go by free rectangles, which is faster for many."""


class Slot(Struct, frozen=True):
    """A remembered place: outer top left, the content's width and height."""

    page: int
    x: int
    y: int
    width: int
    height: int


class _State(Struct):
    """Pages while they are filled."""

    sizes: Sizes
    options: Options
    pages: list[Page] = field(default_factory=list)
    found: Found = field(default_factory=dict)

    refused: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Sizes for which no free place was found on a page."""

    @property
    def side(self) -> int:
        return self.options.limit + self.options.padding

    def missing(self, unit: Unit) -> list[str]:
        return [key for key in unit.keys if (unit.name, key) not in self.found]


def recall(previous: Json, options: Options) -> tuple[dict[str, Slot], int] | None:
    """Remembered slots by name and the number of pages; None when they were made under other options or are damaged."""
    try:
        if previous["options"] != options.memory:
            return None
        slots = {
            str(name): Slot(page, *map(int, place))
            for page, places in enumerate(previous["pages"])
            for name, place in places.items()
        }
        return (slots, len(previous["pages"])) if _sound(slots, len(previous["pages"]), options) else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _sound(slots: Mapping[str, Slot], pages: int, options: Options) -> bool:
    """Whether no two slots overlap and all lie on their page: a lock merged by hand may break that."""
    side = options.limit + options.padding
    places = {
        (slot.page, slot.x, slot.y, slot.width + options.around, slot.height + options.around)
        for slot in slots.values()
    }
    if any(min(x, y, w - options.around - 1, h - options.around - 1) < 0 for _, x, y, w, h in places):
        return False
    if any(x + w > side or y + h > side for _, x, y, w, h in places):
        return False
    for page in range(pages):
        boxes = [place[1:] for place in places if place[0] == page]
        if boxes and int(_filled(boxes).sum()) != sum(w * h for _, _, w, h in boxes):
            return False
    return True


def pack_onto(
    units: Sequence[Unit],
    names: Mapping[tuple[str, str], Sequence[str]],
    sizes: Sizes,
    options: Options,
    memory: tuple[Mapping[str, Slot], int],
) -> tuple[list[Page], Found]:
    """Pages and the page of each (unit, key). `names` lists the rectangle names of each (unit, key)."""
    slots, count = memory
    state = _State(sizes, options, [{} for _ in range(count)])
    _keep(state, names, slots)
    waiting = _fill(state, [unit for unit in units if state.missing(unit)])
    waiting = _fill(state, [_released(state, unit) for unit in waiting])
    new, found = pack_fresh(waiting, sizes, options)
    state.found.update({place: page + len(state.pages) for place, page in found.items()})
    state.pages += new
    while state.pages and not state.pages[-1]:
        state.pages.pop()
    return state.pages, state.found


def _fill(state: _State, waiting: Sequence[Unit]) -> list[Unit]:
    """Give units free space on existing pages; those for which there is none come back."""
    left = sorted(waiting, key=lambda unit: min((-state.sizes[k][1], -state.sizes[k][0], k) for k in unit.keys))
    if sum(len(state.missing(unit)) for unit in left) > _EXACT:
        left = _fill_rectangles(state, left)
    if 0 < sum(len(state.missing(unit)) for unit in left) <= _EXACT:
        left = _fill_exactly(state, left)
    return left


def _released(state: _State, unit: Unit) -> Unit:
    """A unit whose newcomers find no room beside the rest of it: it moves as a whole, if it fits on one page at all."""
    area = sum(width * height for width, height in (state.sizes[key] for key in unit.keys))
    here = [key for key in unit.keys if (unit.name, key) in state.found]
    if not here:
        return unit
    if area > state.side**2:
        return Unit(unit.name, tuple(state.missing(unit)))
    users = Counter((page, key) for (_, key), page in state.found.items())
    for key in here:
        page = state.found.pop((unit.name, key))
        if users[page, key] == 1:
            del state.pages[page][key]
            state.refused.pop(page, None)
    return unit


def _keep(state: _State, names: Mapping[tuple[str, str], Sequence[str]], slots: Mapping[str, Slot]) -> None:
    """Let everything that still fits its remembered slot stay there; unchanged sizes choose first."""
    around = state.options.around
    claims = sorted(
        (state.sizes[key] != (slots[name].width + around, slots[name].height + around), name, unit, key)
        for (unit, key), members in names.items()
        for name in members
        if name in slots
    )
    taken: dict[tuple[int, int, int], str] = {}
    for _, name, unit, key in claims:
        slot, (width, height) = slots[name], state.sizes[key]
        if (unit, key) in state.found or width > slot.width + around or height > slot.height + around:
            continue
        place = (slot.page, slot.x, slot.y)
        if key in state.pages[slot.page]:
            state.found[unit, key] = slot.page
        elif place not in taken:
            taken[place] = key
            state.pages[slot.page][key] = (slot.x, slot.y)
            state.found[unit, key] = slot.page


def _candidates(state: _State, unit: Unit) -> list[tuple[int, list[str]]]:
    """Pages on which a unit's newcomers may go and what needs room there, largest first.

    With the rest of the unit; else where identical pictures are, else anywhere.
    """
    here = [state.found[unit.name, key] for key in unit.keys if (unit.name, key) in state.found]
    pages = [max(sorted(set(here)), key=here.count)] if here else range(len(state.pages))
    new = sorted(state.missing(unit), key=lambda key: (-state.sizes[key][1], -state.sizes[key][0], key))
    places = [(page, [key for key in new if key not in state.pages[page]]) for page in pages]
    return sorted(places, key=lambda place: (len(place[1]), place[0]))


def _settle(state: _State, unit: Unit, page: int, spots: Page) -> None:
    state.pages[page].update(spots)
    for key in unit.keys:
        if (unit.name, key) not in state.found:
            state.found[unit.name, key] = page


def _fill_rectangles(state: _State, waiting: Sequence[Unit]) -> list[Unit]:
    new = {key for unit in waiting for key in state.missing(unit)}
    area = sum(width * height for width, height in (state.sizes[key] for key in new))
    least = least_of(new, state.sizes)
    bins: dict[int, Bin] = {}
    left: list[Unit] = []
    for unit in waiting:
        for page, keys in _candidates(state, unit):
            if page not in bins:
                bins[page] = _bin(state, state.pages[page], least, area)
            trial = bins[page].copy() if len(keys) > 1 else bins[page]
            spots = added(trial, keys, state.sizes)
            if spots is not None:
                bins[page] = trial
                _settle(state, unit, page, spots)
                break
        else:
            left.append(unit)
    return left


def _bin(state: _State, page: Page, least: tuple[int, int], area: int) -> Bin:
    """The free part of a page: the skyline over its content, wide enough for `area` more, and the holes under it."""
    boxes = [(x, y, *state.sizes[key]) for key, (x, y) in page.items()]
    width = _width(boxes, area, state.side)
    filled = _filled(boxes, width)
    heights = np.where(filled.any(axis=0), len(filled) - np.argmax(filled[::-1], axis=0), 0) if len(filled) else None
    tops = heights if heights is not None else np.zeros(width, np.int64)
    cuts = [0, *(np.flatnonzero(np.diff(tops)) + 1).tolist(), width]
    line = Skyline.over([(b - a, int(tops[a])) for a, b in pairwise(cuts)], state.side)
    under = filled | (np.arange(len(filled))[:, None] >= tops[None, :])
    return Bin(line, least, [Skyline(*hole) for hole in _holes(under) if hole[2] >= least[0] and hole[3] >= least[1]])


def _width(boxes: Sequence[tuple[int, int, int, int]], area: int, side: int) -> int:
    """How wide a page may become: as wide as it is, wider when `area` more would make a tower of it."""
    used = sum(w * h for _, _, w, h in boxes)
    return min(side, max([int((1.05 * (used + area)) ** 0.5) + 1, *(x + w for x, _, w, _ in boxes)]))


def _filled(boxes: Sequence[tuple[int, int, int, int]], width: int = 0) -> Mask:
    """Which pixels the boxes cover, up to the lowest edge and to `width` or the rightmost one."""
    shape = (max((y + h for _, y, _, h in boxes), default=0), max([width, *(x + w for x, _, w, _ in boxes)]))
    mask = np.zeros(shape, np.bool_)
    for x, y, w, h in boxes:
        mask[y : y + h, x : x + w] = True
    return mask


def _holes(filled: Mask) -> list[tuple[int, int, int, int]]:
    """The free pixels as disjoint rectangles, each a run of columns that stays the same over several rows."""
    holes: list[tuple[int, int, int, int]] = []
    open_since: dict[tuple[int, int], int] = {}
    height = len(filled)
    changes = [0, *(np.flatnonzero((filled[1:] != filled[:-1]).any(axis=1)) + 1).tolist()] if height else []
    edge = np.zeros((1,), np.int8)
    for y in [*changes, height]:
        runs: set[tuple[int, int]] = set()
        if y < height:
            steps = np.flatnonzero(np.diff(np.concatenate((edge, (~filled[y]).view(np.int8), edge)))).tolist()
            runs = set(zip(steps[::2], steps[1::2], strict=True))
        for run in [run for run in open_since if run not in runs]:
            since = open_since.pop(run)
            holes.append((run[0], since, run[1] - run[0], y - since))
        for run in runs:
            open_since.setdefault(run, y)
    return sorted(holes, key=lambda hole: (hole[1], hole[0]))


def _fill_exactly(state: _State, waiting: Sequence[Unit]) -> list[Unit]:
    left: list[Unit] = []
    for unit in waiting:
        for page, keys in _candidates(state, unit):
            spots = _spots(state, page, keys)
            if spots is not None:
                _settle(state, unit, page, spots)
                break
        else:
            left.append(unit)
    return left


def _spots(state: _State, page: int, keys: Sequence[str]) -> Page | None:
    """The lowest, then leftmost free place for each key in turn; None when one of them does not fit."""
    refused = state.refused.setdefault(page, [])
    if any(w <= state.sizes[key][0] and h <= state.sizes[key][1] for key in keys for w, h in refused):
        return None
    boxes = [(x, y, *state.sizes[key]) for key, (x, y) in state.pages[page].items()]
    spots: Page = {}
    for key in keys:
        width, height = state.sizes[key]
        spot = _best(_filled(boxes), width, height, state.side)
        if spot is None:
            if not spots:  # it was not its own unit that took the room
                refused.append((width, height))
            return None
        spots[key] = spot
        boxes.append((*spot, width, height))
    return spots


def _best(filled: Mask, width: int, height: int, side: int) -> Point | None:
    """The lowest, then leftmost free window on the page as it is, else where its longer side grows least."""
    below, right = filled.shape
    inside = _lowest(filled, width, height, (right, below))
    if inside is not None:
        return inside
    wider, taller = min(side, right + width), min(side, below + height)
    grown = [
        (max(right, x + width), max(below, y + height), (x, y))
        for space in ((max(right, width), taller), (wider, max(below, height)))
        for x, y in [_lowest(filled, width, height, space) or (-1, -1)]
        if x >= 0 and max(space) <= side
    ]
    return min(grown, key=lambda way: (max(way[:2]), way[0] * way[1]))[2] if grown else None


def _lowest(filled: Mask, width: int, height: int, space: tuple[int, int]) -> Point | None:
    """The lowest, then leftmost free window in a space (width, height) at least as large as what is filled."""
    if width > space[0] or height > space[1]:
        return None
    free = np.ones((space[1], space[0]), np.bool_)
    free[: len(filled), : filled.shape[1]] = ~filled
    free = _windows(_windows(free, width).T, height).T
    if not free.any():
        return None
    y, x = divmod(int(np.argmax(free)), free.shape[1])
    return x, y


def _windows(free: Mask, length: int) -> Mask:
    """For each column whether it and the `length` − 1 after it are all free: AND over doubling distances."""
    have = 1
    while have < length:
        step = min(have, length - have)
        free = free[:, :-step] & free[:, step:]
        have += step
    return free
