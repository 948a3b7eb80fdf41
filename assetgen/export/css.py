"""CSS: a class for each frame, and for each tag a class that plays it with `steps(1)` keyframes.

`/` in a name is `-` in a class. A trimmed frame keeps its whole size by margins. Colours of text and layout are the
page's own business.
"""

from __future__ import annotations

from collections.abc import Iterable

from assetgen.export.base import Context, Output
from assetgen.export.names import equal_names, in_use
from assetgen.export.regions import Region, Tag, TextureSet, View, relative
from assetgen.model.built import Built
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem

name = "css"
needs = frozenset({"single", "sheet", "atlas"})
always: frozenset[str] = frozenset()
options: frozenset[str] = frozenset()
BASE = "sprite"


def class_name(text: str) -> str:
    """`hero/walk_00` is `hero-walk_00`."""
    return text.replace("/", "-")


def check(manifest: Manifest) -> list[Problem]:
    """Names that become one class, and the class that all frames share."""
    entry = in_use(manifest, name)
    found = equal_names(manifest, name, class_name)
    taken = manifest.assets.get(BASE)
    if entry is not None and taken is not None and taken.export:
        found.append(Problem(taken.position, f"css: the class .{BASE} is what all frames share: rename {BASE!r}"))
    return found


def export(built: Built, engine: Engine, context: Context) -> Iterable[Output]:
    """`atlases/A.css`, and `animations/N.css` over the sheet of an unpacked animation."""
    for group in View(built).sets():
        path = f"{group.stem}.css"
        yield Output(path, _text(group, path), group.owner, pictures=group.pages)


def _text(group: TextureSet, path: str) -> str:
    lines = [
        f".{BASE} {{ display: inline-block; box-sizing: content-box; background-repeat: no-repeat; "
        "image-rendering: pixelated; }"
    ]
    urls = [relative(texture.file, path) for texture in group.textures]
    for url, texture in zip(urls, group.textures, strict=True):
        lines += [
            f".{class_name(frame)} {{ {_image(url)} {_cut(region)} }}" for frame, region in texture.regions.items()
        ]
    places = {
        frame: (url, region)
        for url, texture in zip(urls, group.textures, strict=True)
        for frame, region in texture.regions.items()
    }
    for tag in group.tags:
        lines += _animation(tag, places)
    return "\n".join(lines) + "\n"


def _image(url: str) -> str:
    return f'background-image: url("{url}");'


def _cut(region: Region) -> str:
    margin = f"{region.oy}px {region.right}px {region.below}px {region.ox}px"
    place = f"{-region.x}px {-region.y}px"
    return f"width: {region.w}px; height: {region.h}px; background-position: {place}; margin: {margin};"


def _percent(part: int, whole: int) -> str:
    return f"{round(100 * part / whole, 4):g}%"


def _animation(tag: Tag, places: dict[str, tuple[str, Region]]) -> list[str]:
    key, whole = class_name(tag.key), sum(tag.tag.durations)
    several = len({places[frame][0] for frame in tag.tag.frames}) > 1
    first_url, first = places[tag.tag.frames[0]]
    count = "1 forwards" if tag.tag.loop == "once" else "infinite"
    lines = [
        f".{key} {{ {_image(first_url)} {_cut(first)} animation: {key} {whole}ms steps(1) {count}; }}",
        f"@keyframes {key} {{",
    ]
    elapsed = 0
    for frame, time in zip(tag.tag.frames, tag.tag.durations, strict=True):
        url, region = places[frame]
        lines.append(f"  {_percent(elapsed, whole)} {{ {_image(url) + ' ' if several else ''}{_cut(region)} }}")
        elapsed += time
    url, region = places[tag.tag.frames[-1]]
    lines.append(f"  100% {{ {_image(url) + ' ' if several else ''}{_cut(region)} }}")
    return [*lines, "}"]
