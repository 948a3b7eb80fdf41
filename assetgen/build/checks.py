"""The quality checks that each finished asset goes through, under its own settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from assetgen.catalog.tags import matching
from assetgen.model.layout import Layout, Tag
from assetgen.model.manifest import Asset
from assetgen.model.request import Json

if TYPE_CHECKING:
    from assetgen.build.finish import Sources
    from assetgen.model.built import Picture
    from assetgen.model.finding import Finding
    from assetgen.pixels.reel import Reel


def _asked(asset: Asset, name: str) -> Json:
    """The value of a request field in the last step that has it."""
    return next((step.fields[name] for step in reversed(asset.steps) if name in step.fields), None)


def _wants_clear(asset: Asset) -> bool:
    """Whether a transparent background was asked for."""
    return bool(_asked(asset, "remove_bg")) or any(step.op == "background_remover" for step in asset.steps)


def sprite_findings(asset: Asset, picture: Picture, finished: Picture, sources: Sources) -> tuple[Finding, ...]:
    """Checks of one picture: its shape before it was framed, its colours when it is finished."""
    from assetgen.pixels.quality import check_sprite

    # A piece that was cut close to its outline may well fill its corners.
    loose = asset.cut is None or asset.cut.mode == "grid"
    clear = _wants_clear(asset) and loose
    settings = asset.quality
    if asset.source == "file":
        settings = {"empty": "warn", **settings}  # a person may draw nothing
    findings = check_sprite(picture, settings, transparent=clear, seamless=_seamless(asset))
    return (*findings, *_off_palette(asset, {asset.name: finished}, sources))


def animation_findings(
    asset: Asset,
    reel: Reel,
    cells: Sequence[Picture],
    finished: Sequence[Picture],
    tags: Sequence[Tag],
    sources: Sources,
) -> tuple[Finding, ...]:
    """Checks of an animation's cells: shapes and motion before they were framed, colours when they are finished."""
    from assetgen.pixels.quality import check_animation

    names = {f"cell {index}": cell for index, cell in enumerate(finished)}
    if asset.source in ("copy", "parts"):
        return composed_findings(asset, names, sources)
    grounded = matching(asset.timing.grounded, [tag.name for tag in tags])
    clear = _wants_clear(asset) or any((step.style or "").startswith("rd_animation__") for step in asset.steps)
    settings = asset.quality
    if asset.source == "file":
        settings = {"background": "off", **settings}  # a drawn background is meant
    findings = check_animation(
        cells,
        tags,
        settings,
        columns=reel.columns,
        transparent=clear or asset.source == "file",
        grounded=grounded,
        empty=sources.layout.empty if sources.layout is not None else (),
    )
    return (*findings, *_off_palette(asset, names, sources))


def tileset_findings(
    asset: Asset, cells: Sequence[Picture], finished: Sequence[Picture], layout: Layout | None, sources: Sources
) -> tuple[Finding, ...]:
    """Checks of a tileset: material and seams of the provider's sheet, the seam of a tile asked to be seamless."""
    from assetgen.pixels.autotile import verify_sheet
    from assetgen.pixels.quality import check_sprite

    findings: list[Finding] = []
    if layout is not None and layout.tiles:
        findings += verify_sheet(cells, asset.quality)
    elif len(cells) == 1 and asset.steps:
        findings += check_sprite(cells[0], asset.quality, seamless=_seamless(asset))
    return (*findings, *_off_palette(asset, {f"tile {i}": cell for i, cell in enumerate(finished)}, sources))


def composed_findings(asset: Asset, pictures: Mapping[str, Picture], sources: Sources) -> tuple[Finding, ...]:
    """Checks of what is made of other assets, which have gone through theirs: colours after this entry's recipe."""
    return tuple(_off_palette(asset, pictures, sources))


def _seamless(asset: Asset) -> str:
    """The axes along which the picture was asked to repeat: styles that draw one tile always mean both."""
    from assetgen.catalog import find

    asked = str(_asked(asset, "tile") or "")
    styles = [find(step.style) for step in asset.steps if step.style is not None]
    return asked or ("xy" if any(style is not None and style.makes == "tile" for style in styles) else "")


def _off_palette(asset: Asset, pictures: Mapping[str, Picture], sources: Sources) -> list[Finding]:
    """Pictures that were mapped to a palette must lie on it."""
    from assetgen.pixels.quality import check_palette
    from assetgen.pixels.recipe import Context, added_colors, swapped_colors

    if asset.map_palette is None or sources.final or sources.bare:
        return []
    colors = list(sources.palettes[asset.map_palette])
    allowed = swapped_colors(colors, asset.recipe, Context(sources.palettes)) + added_colors(asset.recipe)
    return check_palette(pictures.items(), [*colors, *allowed], asset.quality)
