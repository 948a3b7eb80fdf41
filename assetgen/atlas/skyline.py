"""Free space of a page: a skyline, and the gaps left under it as smaller skylines of their own.

Plain Python on short lists: sorted sprites leave a few dozen segments, for which array calls cost more than they do.
5,000 sprites take a tenth of a second in one order, one pass of maximal rectangles in NumPy took 0.85 s, at equal
occupancy (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Sequence


class Skyline:
    """The lower edge of the free part of a box; y grows away from the filled side. Coordinates are the page's."""

    __slots__ = ("height", "left", "top", "width", "widths", "xs", "ys")

    def __init__(self, left: int, top: int, width: int, height: int) -> None:
        self.left, self.top, self.width, self.height = left, top, width, height
        self.xs, self.ys, self.widths = [0], [0], [width]

    @classmethod
    def over(cls, heights: Sequence[tuple[int, int]], height: int) -> Skyline:
        """A page's skyline from (width, filled height) of its columns, left to right."""
        line = cls(0, 0, sum(width for width, _ in heights), height)
        line.xs, line.ys, line.widths = [], [], []
        x = 0
        for width, filled in heights:
            line.xs.append(x)
            line.ys.append(filled)
            line.widths.append(width)
            x += width
        return line

    def copy(self) -> Skyline:
        line = Skyline(self.left, self.top, self.width, self.height)
        line.xs, line.ys, line.widths = self.xs[:], self.ys[:], self.widths[:]
        return line

    def find(self, width: int, height: int) -> tuple[int, int] | None:
        """(segment, y) of the lowest, then leftmost place for a rectangle; None when it does not fit."""
        best = self.height - height + 1  # a place must lie below this
        if best <= 0 or width > self.width:
            return None
        xs, ys, widths, limit = self.xs, self.ys, self.widths, self.width - width
        found = -1
        for segment, y in enumerate(ys):
            if y >= best:
                continue
            if xs[segment] > limit:
                break
            missing, at = width - widths[segment], segment
            while missing > 0:
                at += 1
                if ys[at] > y:
                    y = ys[at]
                    if y >= best:
                        break
                missing -= widths[at]
            else:
                best, found = y, segment
        return (found, best) if found >= 0 else None

    def put(self, segment: int, y: int, width: int, height: int, least: tuple[int, int]) -> list[Skyline]:
        """Place a rectangle at `segment`, `y`; gives the gaps closed off under it, at least `least` in size."""
        xs, ys, widths = self.xs, self.ys, self.widths
        x, top = xs[segment], y + height
        end, after, gaps = x + width, segment, []
        while after < len(xs) and xs[after] < end:
            gap = min(end, xs[after] + widths[after]) - xs[after]
            if y - ys[after] >= least[1] and gap >= least[0]:
                gaps.append(Skyline(self.left + xs[after], self.top + ys[after], gap, y - ys[after]))
            after += 1
        right = xs[after - 1] + widths[after - 1]
        new = [(x, top, width)]
        if right > end:
            new.append((end, ys[after - 1], right - end))
        elif after < len(xs) and ys[after] == top:
            new = [(x, top, width + widths[after])]
            after += 1
        first = segment
        if first > 0 and ys[first - 1] == top:
            first -= 1
            new[0] = (xs[first], top, new[0][2] + widths[first])
        xs[first:after] = [part[0] for part in new]
        ys[first:after] = [part[1] for part in new]
        widths[first:after] = [part[2] for part in new]
        return gaps


class Bin:
    """One page being filled: gaps first, oldest first, then the open skyline. `least` is the smallest side to come."""

    __slots__ = ("failed", "gaps", "least", "line")

    def __init__(self, line: Skyline, least: tuple[int, int], gaps: Sequence[Skyline] = ()) -> None:
        self.line, self.least, self.gaps = line, least, list(gaps)
        self.failed: list[tuple[int, int]] = []

    def copy(self) -> Bin:
        twin = Bin(self.line.copy(), self.least, [gap.copy() for gap in self.gaps])
        twin.failed = self.failed[:]
        return twin

    def insert(self, width: int, height: int) -> tuple[int, int] | None:
        """Place a rectangle and give its top left, or None when there is no room."""
        # Space only shrinks: what is at least as large as something refused is refused without looking.
        for least_width, least_height in self.failed:
            if least_width <= width and least_height <= height:
                return None
        for gap in self.gaps:
            if gap.height >= height and gap.width >= width:
                place = gap.find(width, height)
                if place is not None:
                    return self._put(gap, place, width, height)
        place = self.line.find(width, height)
        if place is not None:
            return self._put(self.line, place, width, height)
        self.failed = [f for f in self.failed if f[0] < width or f[1] < height]
        self.failed.append((width, height))
        return None

    def _put(self, line: Skyline, place: tuple[int, int], width: int, height: int) -> tuple[int, int]:
        segment, y = place
        x = line.xs[segment]
        self.gaps += line.put(segment, y, width, height, self.least)
        return line.left + x, line.top + y
