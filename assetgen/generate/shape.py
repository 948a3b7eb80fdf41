"""What a reply must hold: derived from the job before it is sent, kept in the journal, checked when it is decoded."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from assetgen.catalog.layouts import layout_for
from assetgen.catalog.tools import FIXERS, TOOLS
from assetgen.generate.types import Job

Size = tuple[int, int]


class Shape(Struct, frozen=True):
    """`count` pictures of exactly `size` (None: any size), then one of each `extras` per picture.

    Sheets: `grid` is columns and rows (None: they follow from the size), `cell` the cell in pixels; an animated
    file in place of a sheet has frames of `cell`. `ignores_size`: the service is known to draw its own size.
    `data`: downloadable data are wanted.
    """

    count: int = 1
    size: Size | None = None
    grid: Size | None = None
    cell: Size | None = None
    animation: bool = False
    ignores_size: bool = False
    extras: tuple[str, ...] = ()
    data: bool = False

    def problem(self, size: Size, *, animated: bool) -> str | None:
        """Why a picture of this size (of its frames, when animated) is not what was asked for; None when it is."""
        if animated and self.animation:
            wanted = self.cell
        elif self.animation and self.grid is None and self.cell is not None:
            if size[0] % self.cell[0] == 0 and size[1] % self.cell[1] == 0:
                return None
            return f"is {show(size)}, which is no whole number of {show(self.cell)} cells"
        else:
            wanted = self.size
        if wanted is None or size == wanted:
            return None
        return f"is {show(size)}, not {show(wanted)} as asked"

    def tolerates(self, size: Size, *, animated: bool) -> bool:
        """Whether a wrong size is still good for a style that is known to ignore sizes."""
        if not self.ignores_size:
            return False
        return animated or self.grid is None or (size[0] % self.grid[0] == 0 and size[1] % self.grid[1] == 0)


def show(size: Size) -> str:
    return f"{size[0]}×{size[1]}"


def shape_of(job: Job) -> Shape:
    """The shape that the reply to a job must have."""
    if job.request.op == "generate":
        return _generated(job)
    return Shape(size=_edited_size(job))


def _generated(job: Job) -> Shape:
    fields, style = job.request.fields, job.style
    # Before the palette is only where a palette is honoured, before the removal only where something is removed.
    possible = {
        "pre_palette": bool(job.palette) and (style is None or style.palette),
        "background": "remove_bg" in fields,
    }
    extras = [name for name, is_made in possible.items() if is_made and name in fields.get("keep", ())]
    factor = fields.get("upscale", 1)
    known = isinstance(factor, int)

    def grown(size: Size | None, columns: int = 1, rows: int = 1) -> Size | None:
        return (size[0] * columns * factor, size[1] * rows * factor) if size and known else None

    layout = layout_for(style, fields.get("frames")) if style else None
    common = Shape(count=job.request.candidates, extras=tuple(extras), data=bool(fields.get("data")))
    if style is None or layout is None:
        ignores = style is not None and style.ignores_size
        return replace(common, size=grown(job.size), ignores_size=ignores)
    cell = layout.cell or (_picture_size(job, "input") if style.input_sized else None) or job.size
    grid = (layout.columns, layout.rows) if layout.columns and layout.rows else None
    return replace(
        common,
        size=grown(cell, *grid) if grid else None,
        grid=grid,
        cell=grown(cell),
        animation=style.makes == "animation",
        ignores_size=style.ignores_size,
    )


def _edited_size(job: Job) -> Size | None:
    """The size of an edit's result, None where it does not follow from the request."""
    fields = job.request.fields
    tool = TOOLS.get(job.request.op) or FIXERS.get(job.request.op)
    size = _picture_size(job, "input")
    if tool is None or size is None:
        return None
    if tool.keeps_size:
        return size
    if tool.name == "outpainting":
        wide, high = (sum(fields.get(f"expand_{side}", 0) for side in pair) for pair in _PAIRS)
        return (size[0] + wide, size[1] + high)
    if tool.name == "k_centroid_downscale":
        return (fields["width"], fields["height"])
    return None


_PAIRS = (("left", "right"), ("top", "bottom"))


def _picture_size(job: Job, field: str) -> Size | None:
    data = job.pictures.get(job.request.fields.get(field, ""))
    if data is None:
        return None
    from assetgen.pixels.picture import size_of

    return size_of(data, what=f"{job.asset}: {field}")
