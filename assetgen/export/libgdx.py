"""libGDX's `.atlas` in the old form, which every version reads.

Frames of a tag share the region name `N/TAG` and differ by index; a tileset's tiles share its name. Offsets are
measured from the bottom.
"""

from __future__ import annotations

from collections.abc import Iterable

from assetgen.export.base import Context, Output
from assetgen.export.regions import Region, TextureSet, View, relative
from assetgen.model.built import Built, BuiltTileset
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "libgdx"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()


def check(manifest: Manifest) -> list[Problem]:
    """Nothing: a region name may be any line without a colon."""
    return []


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`atlases/A.atlas`, and `animations/N.atlas` over the sheet of an unpacked animation."""
    for group in View(built).sets():
        path = f"{group.stem}.atlas"
        yield Output(path, _text(built, group, path), group.owner, pictures=group.pages)


def _text(built: Built, group: TextureSet, path: str) -> str:
    spelled = {frame: (tag.key, step) for tag in group.tags for step, frame in enumerate(tag.tag.frames)}
    lines: list[str] = []
    for texture in group.textures:
        width, height = texture.size
        lines += ["", relative(texture.file, path), f"size: {width},{height}", "format: RGBA8888"]
        lines += ["filter: Nearest,Nearest", "repeat: none"]
        for frame, region in texture.regions.items():
            region_name, index = spelled.get(frame) or _tile(built, region) or (frame, -1)
            lines += _region(region_name, index, region)
    return "\n".join(lines) + "\n"


def _tile(built: Built, region: Region) -> tuple[str, int] | None:
    if isinstance(built.assets.get(region.asset), BuiltTileset):
        return region.asset, int(region.name.rpartition("/")[2])
    return None


def _region(region_name: str, index: int, region: Region) -> list[str]:
    width, height = region.size
    lines = [region_name, "  rotate: false", f"  xy: {region.x}, {region.y}", f"  size: {region.w}, {region.h}"]
    if region.inner_slice is not None:
        left, top, right, bottom = region.inner_slice
        lines.append(f"  split: {left}, {right}, {top}, {bottom}")
    lines += [f"  orig: {width}, {height}", f"  offset: {region.ox}, {region.below}", f"  index: {index}"]
    return lines
