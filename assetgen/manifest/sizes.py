"""Picture sizes that are known before anything is built, and what follows from them.

Advanced animations are as large as their input picture; edits bound the picture that they take; copies and edits of
sheets are cut like what they come from.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from assetgen.catalog.types import Style
from assetgen.manifest import style_rules
from assetgen.manifest.messages import quoted
from assetgen.manifest.steps import Book
from assetgen.model.layout import Layout
from assetgen.model.manifest import Asset, AssetRef, FileRef, Ref, Step, Timing

Size = tuple[int, int]
_RESIZING = frozenset({"grid", "trim", "canvas", "rotate"})


def settle(assets: dict[str, Asset], book: Book) -> dict[str, Asset]:
    """All assets with sizes and layouts that follow from others filled in; problems where they cannot."""
    resolver = _Resolver(assets, book)
    return {name: resolver.settled(name) for name in assets}


def layout_of(asset: Asset) -> Layout | None:
    """The catalog row by which an asset's sheet is cut."""
    from assetgen.catalog.layouts import LAYOUTS

    return LAYOUTS[asset.layout] if asset.layout is not None else None


class _Resolver:
    """Works out each asset once; rings (told elsewhere) end in unknown sizes."""

    def __init__(self, assets: Mapping[str, Asset], book: Book) -> None:
        self.assets = assets
        self.book = book
        self.done: dict[str, Asset] = {}
        self.open: set[str] = set()
        self.wholes: dict[str, Size | None] = {}

    def settled(self, name: str) -> Asset:
        """The asset with what follows from its inputs. Those are settled first, without recursion."""
        stack = [name]
        while stack:
            top = stack[-1]
            if top in self.done:
                stack.pop()
            elif top not in self.open:
                self.open.add(top)
                waiting = self._inputs(self.assets[top])
                stack += [n for n in waiting if n not in self.done and n not in self.open]
            else:
                self.done[top] = asset = self._settle(self.assets[top])
                if asset.steps:
                    self.wholes[top] = self._whole(asset)
                self.open.discard(top)
        return self.done[name]

    def _inputs(self, asset: Asset) -> list[str]:
        refs: list[Ref | None] = [asset.start, *(ref for step in asset.steps for ref in step.inputs.get("input", ()))]
        return [ref.name for ref in refs if isinstance(ref, AssetRef) and ref.name in self.assets]

    def _settle(self, asset: Asset) -> Asset:
        asset = self._inherit_cut(asset)
        if not asset.steps:
            return asset
        steps = list(asset.steps)
        style = self._style(steps[0])
        if steps[0].op == "generate" and style is not None and style.input_sized:
            steps[0] = self._sized(steps[0], style, asset)
        asset = replace(asset, steps=tuple(steps))
        self._check_edits(asset)
        return asset

    def _style(self, step: Step) -> Style | None:
        return self.book.world.live.find(step.style) if step.style is not None else None

    def _inherit_cut(self, asset: Asset) -> Asset:
        """Layout, grid and timing of the asset that is copied or edited whole, where none are given."""
        start = asset.start
        if asset.kind == "sprite" or not isinstance(start, AssetRef) or start.piece is not None:
            return asset
        source = self.done.get(start.name)
        if source is None or source.kind != asset.kind or asset.layout is not None or asset.grid is not None:
            return asset
        timing = source.timing if asset.timing == Timing() else asset.timing
        return replace(asset, layout=source.layout, grid=source.grid, timing=timing)

    def _sized(self, step: Step, style: Style, asset: Asset) -> Step:
        refs = step.inputs.get("input", ())
        if not refs:
            return step
        size = self.of(refs[0])
        where = f"{asset.kind} {quoted(asset.name)}"
        problems = self.book.world.problems
        if size is None and (step.size is not None or isinstance(refs[0], FileRef)):
            return step  # an unreadable file fails its own asset when it is built, with the reason
        if size is None:
            tail = f"the size of {quoted(str(refs[0]))} is not known before it is built; write 'size: 64' or the like"
            problems.add(refs[0].position, "'size' is missing", where=where, tail=tail)
            return step
        position = refs[0].position
        warning = style_rules.check_size(style, size, position, where, problems)
        if warning is not None:
            self.book.warnings.append(warning)
        if step.size is not None:
            return step  # written, so sent; the service draws in the picture's size all the same
        return replace(step, size=size, fields={**step.fields, "width": size[0], "height": size[1]})

    def _check_edits(self, asset: Asset) -> None:
        from assetgen.catalog.tools import FIXER_MAX_PIXELS, FIXER_MIN_SIDE, FIXERS, TOOLS

        size = self._first_size(asset)
        where, problems = f"{asset.kind} {quoted(asset.name)}", self.book.world.problems
        for step in asset.steps:
            tool = TOOLS.get(step.op)
            mask = self.of(step.inputs["mask"][0]) if step.inputs.get("mask") else None
            if mask is not None and size is not None and mask != size:
                head = f"the mask is {mask[0]}x{mask[1]}, the picture {size[0]}x{size[1]}"
                problems.add(step.inputs["mask"][0].position, head, where=where, tail="both must be of one size")
            if (
                step.op in FIXERS
                and size is not None
                and (min(size) < FIXER_MIN_SIDE or size[0] * size[1] > FIXER_MAX_PIXELS)
            ):
                head = f"the pixel fixer takes {FIXER_MIN_SIDE} pixels a side to 16 megapixels"
                problems.add(step.position, head, where=where, tail=f"this picture is {size[0]}x{size[1]}")
            if tool is not None and tool.max_input is not None and size is not None and max(size) > tool.max_input:
                head = (
                    f"{step.op} takes pictures of up to {tool.max_input} pixels a side, this one is {size[0]}x{size[1]}"
                )
                problems.add(step.position, head, where=where)
            if tool is not None or step.op != "generate":
                size = _after(step, size)

    # -- sizes ----------------------------------------------------------------

    def of(self, ref: Ref) -> Size | None:
        """Width and height of the picture that a reference means, or None where it is not known yet."""
        if isinstance(ref, FileRef):
            return None if ref.glob else self.book.world.files.size_of(ref.path)
        asset = self.done.get(ref.name)
        if asset is None or (ref.stage == "final" and any(op.name in _RESIZING for op in asset.recipe)):
            return None
        return self._sheet(asset) if ref.piece is None else self._piece(asset)

    def _sheet(self, asset: Asset) -> Size | None:
        """The whole base picture of a settled asset. Files are looked at only when somebody asks."""
        if isinstance(asset.start, FileRef) and not asset.steps:
            return self.of(asset.start)
        return self.wholes.get(asset.name)

    def _first_size(self, asset: Asset) -> Size | None:
        """The picture before the first edit: as generated, or as it was."""
        if asset.source != "prompt":
            return self.of(asset.start) if asset.start is not None else None
        step = asset.steps[0]
        if step.size is None:
            return None
        factor = step.fields.get("upscale") or 1
        if factor == "regular":
            return None
        columns, rows = _cells(asset)
        return (step.size[0] * columns * factor, step.size[1] * rows * factor) if columns and rows else None

    def _whole(self, asset: Asset) -> Size | None:
        if asset.source not in ("prompt", "edit", "file"):
            return None
        size = self._first_size(asset) if asset.steps or asset.start else None
        for step in asset.steps:
            size = size if step.op == "generate" else _after(step, size)
        return size

    def _piece(self, asset: Asset) -> Size | None:
        if asset.cut is not None:
            return asset.cut.grid
        if asset.kind == "tileset" and asset.tileset.tile_size is not None:
            return asset.tileset.tile_size
        whole, (columns, rows) = self._sheet(asset), _cells(asset)
        if whole is None or not columns or not rows or whole[0] % columns or whole[1] % rows:
            return None
        return whole[0] // columns, whole[1] // rows


def _cells(asset: Asset) -> tuple[int | None, int | None]:
    """Columns and rows of an asset's sheet as it is generated; 1 and 1 for a single picture."""
    layout = layout_of(asset)
    if layout is not None:
        return layout.columns, layout.rows
    if asset.grid is not None and asset.source == "file":
        return asset.grid.columns, asset.grid.rows
    return 1, 1


def _after(step: Step, size: Size | None) -> Size | None:
    """The size after an edit, where it follows from the tool's fields."""
    from assetgen.catalog.tools import TOOLS

    fields = step.fields
    tool = TOOLS.get(step.op)
    if step.op == "k_centroid_downscale" and "width" in fields and "height" in fields:
        return fields["width"], fields["height"]
    if size is None or tool is None or tool.keeps_size:
        return size if tool is not None else None
    if step.op == "outpainting":
        across, down = (
            sum(fields.get(f"expand_{s}") or 0 for s in sides) for sides in (("left", "right"), ("top", "bottom"))
        )
        return size[0] + across, size[1] + down
    return None
