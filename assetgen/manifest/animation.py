"""What animations have beyond their source: layout, timing, tags, parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assetgen.catalog.types import Style
from assetgen.manifest.expand import Expanded
from assetgen.manifest.messages import any_of, count_of, quoted
from assetgen.manifest.nodes import Items, Map, Node, Problems
from assetgen.manifest.refs import World, asset_ref, is_animation
from assetgen.model.layout import Layout
from assetgen.model.manifest import FileRef, Grid, Part, Ref, TagRule, Timing
from assetgen.model.position import Position

_SELF_CUT = (".gif", ".apng", ".aseprite", ".ase", ".json")


def cuts_itself(file: FileRef) -> bool:
    """Whether a file brings its frames along, so that it needs no layout."""
    return file.glob or file.path.lower().endswith(_SELF_CUT)


def layout_of(entry: Expanded, style: Style | None, world: World) -> tuple[str | None, Grid | None]:
    """The catalog layout's name, or the plain grid, by which an entry's sheet is cut."""
    from assetgen.catalog import layouts, styles

    value = entry.values.get("layout")
    frames = entry.values.get("frames")
    problems = world.problems
    if style is not None and style.layout is not None:
        if value is not None and "layout" in entry.own:
            tail = "'layout' is for files"
            problems.add(
                entry.at("layout"), f"style {quoted(style.name)} has its own layout", where=entry.where, tail=tail
            )
        found = layouts.layout_for(style, frames)
        return (None if found is None else found.name), None
    if isinstance(value, dict):
        return None, Grid(columns=value.get("columns"), rows=value.get("rows"))
    if not isinstance(value, str):
        return None, None
    named = styles.find(value)
    row = layouts.LAYOUTS.get(value)
    if named is not None and named.layout is not None:
        if named.durations and frames is None:
            tail = f"its layout depends on it: {any_of(map(str, named.durations))}"
            problems.add(entry.at("layout"), f"layout {quoted(value)} needs 'frames'", where=entry.where, tail=tail)
        row = layouts.layout_for(named, frames)
    if row is None:
        near = None if named else styles.nearest(value)
        tail = "expected an animation or tileset style" if named else f"did you mean {quoted(near)}?" if near else ""
        head = f"style {quoted(value)} draws single pictures" if named else f"unknown layout {quoted(value)}"
        problems.add(entry.at("layout"), head, where=entry.where, tail=tail)
        return None, None
    if row.tiles != (entry.kind == "tileset"):
        said = "cuts a tileset" if row.tiles else "cuts an animation"
        problems.add(entry.at("layout"), f"layout {quoted(value)} {said}", where=entry.where)
        return None, None
    return row.name, None


def brings_timing(source: str, start: Ref | None) -> bool:
    """Whether tags come with their timing: of other animations, or of an Aseprite file."""
    documents = (".aseprite", ".ase", ".json")
    return source in ("copy", "parts") or (isinstance(start, FileRef) and start.path.lower().endswith(documents))


def timing(entry: Expanded, problems: Problems, *, brought: bool = False) -> Timing:
    """Speed, loop and tag rules of an animation. `brought`: timing comes along, which defaults must not overrule."""
    values = entry.values
    fps, durations = _speed(entry, problems)
    if brought:
        values = {k: v for k, v in values.items() if k in entry.own or k not in ("fps", "durations", "loop", "tags")}
        fps, durations = fps if "fps" in values else None, durations if "durations" in values else None
    node = entry.node.entries.get("tags")
    return Timing(
        fps=fps,
        durations=durations,
        loop=values.get("loop"),
        rules=tag_rules(values.get("tags"), node.value if node else None, entry.where, problems),
        mirror={key: str(source) for key, source in (values.get("mirror") or {}).items() if source is not None},
        grounded=tuple(glob for glob in values.get("grounded") or () if glob is not None),
    )


def _speed(entry: Expanded, problems: Problems) -> tuple[float | None, tuple[int, ...] | None]:
    fps, durations = entry.values.get("fps"), _milliseconds(entry.values.get("durations"))
    if fps is not None and durations is not None:
        ours = [key for key in ("fps", "durations") if key in entry.own]
        if len(ours) != 1:
            problems.add(entry.at("durations"), "'fps' and 'durations' exclude each other", where=entry.where)
        elif ours == ["fps"]:
            durations = None
        else:
            fps = None
    return fps, durations


def _milliseconds(value: Any) -> tuple[int, ...] | None:
    if value is None:
        return None
    listed = [value] if isinstance(value, int) else value
    return tuple(v for v in listed if isinstance(v, int)) or None


def tag_rules(value: Any, node: Node | None, where: str, problems: Problems) -> tuple[TagRule, ...]:
    """The entries of `tags`, in order; a list alone means `cells`."""
    rules = []
    for pattern, change in (value or {}).items():
        entry = node.entries.get(pattern) if isinstance(node, Map) else None
        position = entry.position if entry is not None else Position("", 1, 1)
        if isinstance(change, list):
            change = {"cells": change}
        if not isinstance(change, dict):
            continue
        cells = [cell for cell in change.get("cells") or () if cell is not None]
        durations = _milliseconds(change.get("durations"))
        if durations is not None and change.get("fps") is not None:
            problems.add(
                position, "'fps' and 'durations' exclude each other", where=f"tag {quoted(pattern)} of {where}"
            )
        if cells and durations is not None and len(durations) not in (1, len(cells)):
            head = f"{count_of(len(durations), 'duration')} for {count_of(len(cells), 'cell')}"
            problems.add(position, head, where=f"tag {quoted(pattern)} of {where}", tail="give one, or one for each")
        rules.append(
            TagRule(
                pattern=pattern,
                position=position,
                name=change.get("name"),
                cells=tuple(cells) if cells else None,
                fps=change.get("fps"),
                durations=durations,
                loop=change.get("loop"),
            )
        )
    return tuple(rules)


def parts(entry: Expanded, world: World) -> tuple[Part, ...]:
    """The members of `parts`."""
    node = entry.node.entries["parts"].value
    found = []
    for index, value in enumerate(entry.values["parts"]):
        ref = asset_ref(value, world, "part", entry.where, "final")
        if ref is None or not is_animation(ref, world, entry.where):
            continue
        rules: tuple[TagRule, ...] = ()
        if isinstance(value, Mapping) and isinstance(node, Items):
            item = node.items[index]
            tags = item.entries.get("tags") if isinstance(item, Map) else None
            rules = tag_rules(value.get("tags"), tags.value if tags else None, entry.where, world.problems)
        found.append(Part(ref, rules))
    return tuple(found)


def check_tags(
    entry_timing: Timing,
    layout: Layout | None,
    grid: Grid | None,
    directions: Mapping[str, str],
    entry: Expanded,
    problems: Problems,
) -> tuple[str, ...] | None:
    """Names of the tags that result, where the sheet's cells are known before the picture is there; else None."""
    from assetgen.catalog.tags import faces, matching, resolve_tags
    from assetgen.model.errors import AssetError

    columns = layout.columns if layout else grid.columns if grid else None
    rows = layout.rows if layout else grid.rows if grid else None
    if not columns or not rows:
        return None
    try:
        tags = resolve_tags(layout, columns * rows, entry_timing, directions, columns=columns, rows=rows)
    except AssetError as error:
        if error.position is None or not problems.told_at(error.position):
            problems.add(error.position or entry.at("durations"), f"{entry.where}: {error}")
        return None
    names = tuple(tag.name for tag in tags)
    folded: dict[str, str] = {}
    for name in names:
        first = folded.setdefault(name.lower(), name)
        if first != name:
            tail = "their files would collide where case does not count"
            problems.add(
                entry.at("tags"),
                f"tags {quoted(first)} and {quoted(name)} differ by case only",
                where=entry.where,
                tail=tail,
            )
    for pattern in entry_timing.grounded:
        if not matching((pattern,), names):
            tail = f"there are: {', '.join(names)}"
            problems.add(entry.at("grounded"), f"{quoted(pattern)} matches no tag", where=entry.where, tail=tail)
    sources = {name for source in entry_timing.mirror.values() for name in (source, directions.get(source, source))}
    if "mirror" in entry.own and sources and not any(faces(name, source) for name in names for source in sources):
        target, source = next(iter(entry_timing.mirror.items()))
        head = f"no tag faces {quoted(source)}, which 'mirror' would turn to {quoted(target)}"
        tail = f"there are: {', '.join(names)}"
        problems.add(entry.within("mirror", target), head, where=entry.where, tail=tail)
    return names
