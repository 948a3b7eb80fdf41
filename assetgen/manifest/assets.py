"""From a checked entry to an Asset: which source it has, and what belongs to that source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from assetgen.catalog.types import Style
from assetgen.manifest import animation, recipe, schema, style_rules, tileset
from assetgen.manifest import palettes as palette_book
from assetgen.manifest.expand import DEVICES, Expanded
from assetgen.manifest.messages import any_of, nearest, quoted
from assetgen.manifest.refs import World, file_ref, resolve
from assetgen.manifest.steps import Book, edits, generate, size_of
from assetgen.model.manifest import Asset, Cut, FileRef, Grid, Ref, Step, TilesetSpec, Timing

Source = Literal["prompt", "edit", "file", "copy", "parts", "tiles"]

_OTHERS = {
    "sprite": ("edit", "file", "copy"),
    "animation": ("edit", "file", "copy", "parts"),
    "tileset": ("edit", "file", "copy", "terrains"),
}
_REQUEST = frozenset(
    {"style", "size", "seed", "input", "strength", "remove_bg", "tile", "outside", "outside_input", "outside_strength"}
    | {"candidates", "variants", "expand_prompt", "references", "upscale", "keep", "edits", "fix", "data"}
    | {"old_model", "api"}
)
_TAKES: Mapping[Source, frozenset[str]] = {
    "prompt": _REQUEST,
    "edit": frozenset({"seed", "edits", "fix"}),
    "file": frozenset({"fix"}),
    "copy": frozenset(),
    "parts": frozenset(),
    "tiles": frozenset(),
}
"""Request keys that mean something beside a source; `palette`, `tile_size` and `frames` are judged on their own."""


def source_of(entry: Expanded, world: World) -> Source | None:
    """Where the entry's picture comes from; None and a problem when it has no source, or several."""
    others = [key for key in _OTHERS[entry.kind] if entry.has(key)]
    others = [key for key in others if key in entry.own] or others
    prompted = entry.has("prompt") and ("prompt" in entry.own or not others) and others != ["edit"]
    found = [*(["prompt"] if prompted else []), *others]
    if not found and entry.kind == "tileset" and entry.has("tiles"):
        found = ["tiles"]
    if len(found) > 1:
        second = max(found, key=entry.at)
        tail = "an entry has one source"
        head = f"{any_of(map(quoted, found), 'and')} exclude each other"
        world.problems.add(entry.at(second), head, where=entry.where, tail=tail)
        return None
    if not found:
        return _implied(entry, world)
    return "tiles" if found[0] == "terrains" else cast("Source", found[0])


def _implied(entry: Expanded, world: World) -> Source | None:
    """A style that only transforms its input needs no prompt."""
    style = world.live.find(entry.values.get("style") or "")
    if style is not None and style.input == "required" and entry.has("input"):
        return "prompt"
    keys = ("prompt", *_OTHERS[entry.kind], *(["tiles"] if entry.kind == "tileset" else []))
    strange = [key for key in entry.node.entries if key not in schema.keys_of(entry.kind)]
    if not entry.whole or any(nearest(key, keys) for key in strange):
        return None  # a misspelt source or preset, told as such
    head = f"{entry.where} has no source"
    world.problems.add(entry.position, head, tail=f"write one of {', '.join(keys)}")
    return None


def build(entry: Expanded, book: Book, project: Mapping[str, str]) -> Asset | None:
    """The asset of an entry; None where its source is wrong. `project` renames directions."""
    world, values = book.world, entry.values
    source = source_of(entry, world)
    if source is None:
        style_rules.find_style(entry, world)
        return None
    _refuse_untaken(entry, source, world)
    style = None
    steps: list[Step] = []
    if source == "prompt":
        style = style_rules.find_style(entry, world)
        _check_prompt(entry, style, world)
        if style is None or style_rules.check_kind(style, entry, world.problems):
            first = generate(entry, style, book)
            steps = [] if first is None else [first]
    if source in ("prompt", "edit", "file"):
        steps += edits(entry, book, source)
    start = _start(entry, source, world)
    layout, grid = _cutting(entry, source, style, start, world)
    mapped, _ = palette_book.wanted(values.get("palette"), book.palettes, world, entry.where)
    operations, map_palette = recipe.operations(entry, mapped, book)
    is_animation, is_tileset = entry.kind == "animation", entry.kind == "tileset"
    brought = animation.brings_timing(source, start)
    timing = animation.timing(entry, world.problems, brought=brought) if is_animation else Timing()
    override = values.get("override")
    return Asset(
        name=entry.name,
        kind=cast('Literal["sprite", "animation", "tileset"]', entry.kind),
        position=entry.position,
        source=source,
        start=start,
        steps=tuple(steps),
        provider=values.get("provider"),
        variant=entry.variant,
        layout=layout,
        grid=grid,
        timing=timing,
        parts=animation.parts(entry, world) if source == "parts" and "parts" in values else (),
        tileset=tileset.spec(entry, world) if is_tileset else TilesetSpec(),
        cut=_cut(entry, world),
        recipe=operations,
        map_palette=map_palette,
        scales=recipe.scales((values.get("process") or {}).get("scale")),
        crop_box=values.get("crop") == "box",
        pivot=_pivot(values.get("pivot")),
        nine_slice=recipe.borders(values.get("nine_slice")),
        hitbox=_hitbox(values.get("hitbox")),
        quality=recipe.quality(entry),
        optimize=bool(values.get("optimize")),
        meta=dict(values.get("meta") or {}),
        was=str(values["was"]) if values.get("was") else None,
        pin=bool(values.get("pin")),
        override=file_ref(override, world, "override", entry.where, wild=False) if override is not None else None,
        export=values.get("export") is not False,
        preset=entry.presets,
    )


def _refuse_untaken(entry: Expanded, source: Source, world: World) -> None:
    """Request keys that the source gives no meaning: a mistake where the entry itself writes them."""
    takes = _TAKES[source]
    for key in entry.values:
        if key in entry.own and key in _REQUEST and key not in takes:
            word = "parts" if source == "parts" else source
            tail = "write 'edit: PATH' with 'edits'" if (key, source) == ("edits", "file") else "remove it"
            head = f"{quoted(key)} has no meaning beside '{word}'"
            world.problems.add(entry.at(key), head, where=entry.where, tail=tail)
    if source == "edit" and entry.values.get("edits") and "prompt" in entry.own and "prompt" in entry.values:
        tail = "make the prompt the first of 'edits'"
        world.problems.add(entry.at("prompt"), "'prompt' and 'edits' exclude each other", where=entry.where, tail=tail)
    palette = entry.values.get("palette")
    if source != "prompt" and "palette" in entry.own and isinstance(palette, dict) and palette.get("send"):
        tail = "nothing is sent; write 'palette: NAME' to map to it"
        world.problems.add(
            entry.at("palette"), f"'send' has no meaning beside '{source}'", where=entry.where, tail=tail
        )
    variants, candidates = entry.values.get("variants"), entry.values.get("candidates")
    if variants and candidates and {"variants", "candidates"} <= entry.own:
        tail = "variants keeps all, candidates keeps one"
        head = "'candidates' and 'variants' exclude each other"
        world.problems.add(entry.at("candidates"), head, where=entry.where, tail=tail)


def _check_prompt(entry: Expanded, style: Style | None, world: World) -> None:
    prompt = entry.values.get("prompt")
    wrong = prompt is None and entry.has("prompt")
    if wrong or (prompt or "").strip() or (style is not None and style.input == "required"):
        return
    world.problems.add(entry.at("prompt"), "'prompt' is empty", where=entry.where, tail="say what to draw")


def _start(entry: Expanded, source: Source, world: World) -> Ref | None:
    if source == "file":
        return file_ref(entry.values["file"], world, "file", entry.where) if "file" in entry.values else None
    if source in ("edit", "copy"):
        stage: Literal["base", "final"] = "final" if source == "copy" else "base"
        return resolve(entry.values.get(source), world, source, entry.where, stage)
    return None


def _cutting(
    entry: Expanded, source: Source, style: Style | None, start: Ref | None, world: World
) -> tuple[str | None, Grid | None]:
    """Layout name or grid of a sheet. Copies and edits of sheets take over that of their source later."""
    if entry.kind == "sprite":
        return None, None
    layout, grid = animation.layout_of(entry, style, world)
    values = entry.values
    if entry.kind == "tileset":
        size = size_of(values.get("tile_size"))
        gridded = source == "file" or (source == "prompt" and style is not None and style.makes == "picture")
        if layout is None and gridded:
            if grid is None and entry.whole and not entry.has("tile_size") and not entry.has("layout"):
                tail = "write 'tile_size: 16' for a plain grid, or 'layout: STYLE' for a 4×5 sheet"
                world.problems.add(entry.position, "'tile_size' is missing", where=entry.where, tail=tail)
            margin, spacing = values.get("margin") or 0, values.get("spacing") or 0
            columns, rows = (grid.columns, grid.rows) if grid else (None, None)
            grid = Grid(columns, rows, size, margin, spacing)
        return layout, grid
    whole = isinstance(start, FileRef) and animation.cuts_itself(start)
    if source == "file" and start is not None and entry.whole and not entry.has("layout") and not whole:
        tail = "write 'layout: STYLE' or 'layout: {columns: 4, rows: 1}'"
        world.problems.add(entry.position, "'layout' is missing", where=entry.where, tail=tail)
    return layout, grid


def _cut(entry: Expanded, world: World) -> Cut | None:
    value = entry.values.get("cut")
    if value is None:
        return None
    modes: list[Literal["grid", "auto", "data"]] = [m for m in ("grid", "auto", "data") if value.get(m)]
    names = tuple(None if name == "_" else name for name in value.get("names") or ())
    problems = world.problems
    if len(modes) != 1:
        head = f"{any_of(map(quoted, modes), 'and')} exclude each other" if modes else "'cut' does not say how"
        tail = "write one of grid: SIZE, auto: true, data: true"
        problems.add(entry.at("cut"), head, where=entry.where, tail=tail)
        return None
    seen: set[str] = set()
    for name in names:
        if name is not None and name in seen:
            at = entry.within("cut", "names")
            problems.add(
                at, f"two pieces are called {quoted(name)}", where=entry.where, tail="use '_' to leave one out"
            )
        if name in DEVICES:
            head = f"a piece is called {quoted(name)}, a device on Windows"
            problems.add(entry.within("cut", "names"), head, where=entry.where, tail="choose another name")
        seen.add(name or "")
    return Cut(modes[0], size_of(value["grid"]) if modes == ["grid"] else None, names)


def _pivot(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _hitbox(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
