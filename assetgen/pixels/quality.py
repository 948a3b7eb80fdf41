"""Quality checks on every build: cheap measures of real defects. They fail or warn; they never reject a purchase.

Each check measures one value and compares it with two thresholds; a manifest may set per check
`error`, `warn`, `off`, or `{level, threshold}` (see `Judge`). `CHECKS` is the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from assetgen.model.finding import Finding
from assetgen.model.layout import Tag
from assetgen.model.request import Json
from assetgen.pixels import measures
from assetgen.pixels.picture import Picture


class Limit(Struct, frozen=True):
    """Above `warn` a warning, above `error` an error; None is never. `about` is one line for the documentation."""

    about: str
    warn: float | None
    error: float | None


CHECKS: Mapping[str, Limit] = {
    "size": Limit("the sheet's size is not columns × rows of cells (pixels over)", None, 0),
    "empty": Limit(
        "a cell holds too few visible pixels (percent missing of 0.5 % of the cell, of 4 pixels at least)", None, 0
    ),
    "static": Limit("all frames of a tag are equal (frames)", None, 1),
    "duplicate": Limit("neighbouring frames of a tag are equal (pairs)", 0, None),
    "copied": Limit("the frames of another tag appear again (frames)", None, 1),
    "bleeding": Limit("the figure runs on in the next cell (pixels along the border)", None, 1),
    "cut_off": Limit("the figure touches its cell's left, top or right border (pixels)", 2, None),
    "background": Limit("all four corners are opaque though a transparent background was asked for (corners)", None, 3),
    "wander": Limit("the centre of mass wanders within a tag (percent of the cell)", 12, 30),
    "baseline": Limit("the lower edge of a grounded tag moves (pixels)", 1, 3),
    "off_palette": Limit("colours that the palette lacks, after mapping (colours)", None, 0),
    "seam": Limit("the step over a seam, in steps inside the tile", 1.5, 2.5),
    "corners": Limit("corners of a tileset that show the other material (corners)", None, 0),
    "holes": Limit("transparent holes inside the figure (percent of the figure)", 30, None),
    "two_figures": Limit("a second figure in the same cell (percent of the first)", 40, None),
}
"""Every check with its thresholds."""


class Judge(Struct, frozen=True):
    """Turns measured values into findings under an asset's `quality` settings.

    A setting is `off`, a level (at the check's first threshold), or `{level, threshold}` with either left out.
    """

    settings: Mapping[str, Json] = field(default_factory=dict)

    def limits(self, check: str) -> tuple[float | None, float | None]:
        """The thresholds for a warning and for an error."""
        known = CHECKS[check]
        setting = self.settings.get(check)
        if setting is None:
            return known.warn, known.error
        if setting == "off":
            return None, None
        chosen: dict[str, Json] = {"level": setting} if isinstance(setting, str) else dict(setting)
        first = known.warn if known.warn is not None else known.error
        threshold = chosen.get("threshold", first)
        level = chosen.get("level", "warn" if known.warn is not None else "error")
        if level == "off":
            return None, None
        return (threshold, None) if level == "warn" else (None, threshold)

    def asks(self, check: str) -> bool:
        """Whether the check can find anything: a measure that is off is not taken."""
        return any(limit is not None for limit in self.limits(check))

    def __call__(self, check: str, value: float, message: str) -> list[Finding]:
        warn, error = self.limits(check)
        if error is not None and value > error:
            return [Finding(check, "error", message)]
        if warn is not None and value > warn:
            return [Finding(check, "warn", message)]
        return []


def check_size(
    size: tuple[int, int], columns: int, rows: int, settings: Mapping[str, Json], cell: tuple[int, int] | None = None
) -> list[Finding]:
    """Whether a sheet of `size` is `columns` × `rows` cells (of the size `cell`, where the layout fixes it)."""
    if cell is None:
        over = size[0] % columns + size[1] % rows
    else:
        over = abs(size[0] - columns * cell[0]) + abs(size[1] - rows * cell[1])
    expected = f"{columns}×{rows} cells" + (f" of {cell[0]}×{cell[1]}" if cell else "")
    return Judge(settings)("size", over, f"the sheet is {size[0]}×{size[1]}, which is not {expected}")


def check_palette(
    pictures: Iterable[tuple[str, Picture]], colors: Sequence[str], settings: Mapping[str, Json]
) -> list[Finding]:
    """Whether mapped pictures, each with its name, show only colours of the palette (and those a recipe drew with)."""
    from assetgen.pixels.colors import off_palette, packed

    judge, findings = Judge(settings), []
    if judge.asks("off_palette"):
        for name, picture in pictures:
            wrong = np.unique(packed(picture)[off_palette(picture, colors)])
            shown = ", ".join(f"{value:06x}" for value in wrong[:3].tolist())
            findings += judge("off_palette", len(wrong), f"{name}: {len(wrong)} colours off the palette ({shown}…)")
    return findings


def check_sprite(
    picture: Picture,
    settings: Mapping[str, Json] | None = None,
    *,
    transparent: bool = False,
    seamless: str = "",
) -> list[Finding]:
    """Checks of a single picture, before it is trimmed.

    `transparent`: a clear background was asked for; `seamless`: the axes along which it is to repeat (`x`, `y`, `xy`).
    """
    judge = Judge(settings or {})
    cells = picture[None]
    findings = _check_cells(cells, ["the picture"], judge, transparent)
    for axis in seamless:
        step = measures.wrap_step(picture, axis)
        if step is not None:
            findings += judge(
                "seam", step, f"repeated along {axis} its seam steps {step:.1f} times as much as its inside"
            )
    return findings


def check_animation(
    cells: Sequence[Picture],
    tags: Sequence[Tag],
    settings: Mapping[str, Json] | None = None,
    *,
    columns: int,
    transparent: bool = True,
    grounded: Sequence[str] = (),
    empty: Iterable[int] = (),
) -> list[Finding]:
    """Checks of an animation's cells in reading order, `columns` a row, before they are trimmed (`recipe.cleaning`).

    `tags` are the resolved ones; `grounded` the names of those whose figure stands on the ground. `empty` lists
    cells that the layout leaves empty. `transparent` False: the background is meant to stay: figures are not measured.
    """
    judge = Judge(settings or {})
    stack = np.stack(list(cells))
    used = {cell.index for tag in tags for cell in tag.cells} - set(empty)
    names = [f"cell {index} (row {index // columns}, column {index % columns})" for index in range(len(cells))]
    order = sorted(used)
    findings = _check_cells(stack[order], [names[index] for index in order], judge, transparent)
    findings += _check_repeats(stack, tags, judge)
    if transparent and not _opaque(stack[order]):
        findings += _check_borders(stack, order, names, columns, judge)
        findings += _check_motion(stack, tags, grounded, judge)
    return findings


def _opaque(cells: NDArray[np.uint8]) -> bool:
    """Whether the cells still have a background, beside which no figure can be measured."""
    return len(cells) > 0 and bool((cells[:, [0, 0, -1, -1], [0, -1, 0, -1], 3] == 255).all(axis=1).mean() > 0.5)


def _check_cells(cells: NDArray[np.uint8], names: Sequence[str], judge: Judge, transparent: bool) -> list[Finding]:
    if not len(cells):
        return []
    counts = np.array([np.count_nonzero(alpha) for alpha in cells[..., 3]])
    area = cells.shape[1] * cells.shape[2]
    least = min(max(4.0, area * 0.005), area)
    findings = _worst(judge, "empty", 100 * (1 - counts / least), names, "holds next to no visible pixels")
    if not transparent:
        return findings
    filled = (cells[:, [0, 0, -1, -1], [0, -1, 0, -1], 3] == 255).sum(axis=1)
    findings += _worst(judge, "background", filled, names, "still has a background: four opaque corners")
    visible = cells[..., 3] > 0
    figures = [index for index in range(len(cells)) if filled[index] < 4 and counts[index] >= least]
    for check, measure, text in (
        ("holes", measures.holes, "has holes of {:.0f} % of the figure"),
        ("two_figures", measures.second_part, "holds two figures"),
    ):
        if judge.asks(check):
            values = np.array([100 * measure(visible[index]) for index in figures])
            findings += _worst(judge, check, values, [names[index] for index in figures], text)
    return findings


def _worst(judge: Judge, check: str, values: NDArray[Any], names: Sequence[str], text: str) -> list[Finding]:
    """One finding for all cells that a check finds something in: the worst of them leads."""
    if not judge(check, float(max(values.tolist(), default=0)), ""):
        return []
    order = np.argsort(-values, kind="stable")
    hits = [names[index] for index in order.tolist() if judge(check, float(values[index]), "")]
    if not hits:
        return []
    worst = float(values[order[0]])
    more = f" (and {len(hits) - 1} more: {', '.join(hits[1:4])}{', …' if len(hits) > 4 else ''})" if hits[1:] else ""
    return judge(check, worst, f"{hits[0]} {text.format(worst)}{more}")


def _check_repeats(stack: NDArray[np.uint8], tags: Sequence[Tag], judge: Judge) -> list[Finding]:
    findings: list[Finding] = []
    pixels = [cell.tobytes() for cell in stack]
    runs: dict[tuple[bytes, ...], tuple[str, tuple[int, ...]]] = {}
    for tag in tags:
        if all(cell.mirrored for cell in tag.cells):
            continue  # drawn from another tag on purpose
        indexes = tuple(dict.fromkeys(cell.index for cell in tag.cells))
        shown = tuple(pixels[index] for index in indexes)
        if len(indexes) < 2:
            continue
        if len(set(shown)) == 1:
            findings += judge("static", len(shown), f"tag {tag.name}: all {len(shown)} frames are equal")
            continue
        pairs = [(a, b) for a, b in pairwise(indexes) if pixels[a] == pixels[b]]
        if pairs:
            where = ", ".join(f"{a} and {b}" for a, b in pairs[:3])
            findings += judge("duplicate", len(pairs), f"tag {tag.name}: neighbouring cells are equal ({where})")
        other, cells = runs.setdefault(shown, (tag.name, indexes))
        if other != tag.name and not set(cells) & set(indexes):
            findings += judge("copied", len(shown), f"tags {other} and {tag.name} have the same frames")
        again = measures.repeated_run(shown)
        if again > 2:
            findings += judge("duplicate", again, f"tag {tag.name}: {again} frames in a row appear a second time")
    return findings


def _check_borders(
    stack: NDArray[np.uint8], order: Sequence[int], names: Sequence[str], columns: int, judge: Judge
) -> list[Finding]:
    findings: list[Finding] = []
    shown = [names[index] for index in order]
    for side, counts in measures.touching(stack[list(order)]).items():
        findings += _worst(judge, "cut_off", counts, shown, f"touches its {side} border with {{:.0f}} pixels")
    used = set(order)
    for step, side in ((1, "right"), (columns, "bottom")):
        pairs = [i for i in order if i + step in used and (side == "bottom" or (i + 1) % columns)]
        counts = np.array([measures.running_over(stack[index], stack[index + step], side) for index in pairs])
        text = f"runs on with {{:.0f}} pixels in the cell beyond its {side} border"
        findings += _worst(judge, "bleeding", counts, [names[index] for index in pairs], text)
    return findings


def _check_motion(
    stack: NDArray[np.uint8], tags: Sequence[Tag], grounded: Sequence[str], judge: Judge
) -> list[Finding]:
    findings: list[Finding] = []
    height, width = stack.shape[1:3]
    centres, floors = measures.centres(stack), measures.floors(stack)
    for tag in tags:
        indexes = [cell.index for cell in tag.cells]
        indexes = [index for index in dict.fromkeys(indexes) if floors[index] > 0]
        if len(indexes) < 2 or all(cell.mirrored for cell in tag.cells):
            continue
        spread = np.ptp(centres[indexes], axis=0) / (width, height) * 100
        wander = float(spread.max())
        findings += judge("wander", wander, f"tag {tag.name}: the figure wanders by {wander:.1f} % of its cell")
        if tag.name in grounded:
            drift = int(np.ptp(floors[indexes]))
            findings += judge("baseline", drift, f"tag {tag.name} is grounded, but its lower edge moves by {drift} px")
    return findings
