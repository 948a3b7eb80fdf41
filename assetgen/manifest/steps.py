"""From an entry to its remote steps: the generation, each edit, the fix, with canonical fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from assetgen.catalog.types import Style, Tool, ToolField
from assetgen.manifest import palettes as palette_book
from assetgen.manifest import style_rules
from assetgen.manifest.expand import Expanded
from assetgen.manifest.messages import any_of, did_you_mean, quoted
from assetgen.manifest.nodes import Items, Map
from assetgen.manifest.refs import World, resolve
from assetgen.model.manifest import Palette, Ref, Step, Unsendable
from assetgen.model.position import Position
from assetgen.model.request import ALIASES, LARGEST, inexact

Size = tuple[int, int]

_PLAIN = ("seed", "strength", "remove_bg", "tile", "outside", "outside_strength", "frames", "expand_prompt")
_MORE = ("upscale", "keep", "data", "old_model")
_PICTURES = ("input", "outside_input")

OWN_WIRE = {
    "prompt": "prompt", "model": "old_model", "width": "size", "height": "size", "num_images": "candidates",
    "return_pre_palette": "keep: [pre_palette]", "return_non_bg_removed": "keep: [background]", "tile_x": "tile: x",
    "tile_y": "tile: y", "bypass_prompt_expansion": "expand_prompt: false",
}  # fmt: skip
"""Wire fields for which the grammar has another word, besides the aliases."""

API_TYPES: Mapping[str, tuple[type, str]] = {
    "output_bg_color": (str, "a text like '#102030'"),
    "negative": (str, "a text"),
    "include_extra_data": (bool, "true or false"),
}
"""Fields of the service's table that the grammar has no word for."""

TOOLS_OWN = frozenset(["check_cost", "async", "async_process", "return_spritesheet", "upload_outputs", "custom_id"])
"""Wire fields that the tool sets itself."""


class Book(Struct, frozen=True):
    """What steps are made from: references, palettes, and where warnings go."""

    world: World
    palettes: Mapping[str, Palette]
    warnings: list[str] = field(default_factory=list)
    unsendable: list[Unsendable] = field(default_factory=list)


def size_of(value: Any) -> Size | None:
    """`64`, `[96, 64]` or `96x64` as width and height."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value, value
    if isinstance(value, str):
        width, _, height = value.partition("x")
        return int(width), int(height)
    return (value[0], value[1]) if len(value) == 2 and all(isinstance(v, int) for v in value) else None


def full_prompt(entry: Expanded) -> str:
    """The prompt with all that stands before and behind it."""
    prompt = str(entry.values.get("prompt") or "").strip()
    return ", ".join([*entry.prefix, *([prompt] if prompt else []), *entry.suffix])


def generate(entry: Expanded, style: Style | None, book: Book) -> Step | None:
    """The first step of a `prompt` entry; None when it cannot be made (a problem says why)."""
    problems, values = book.world.problems, dict(entry.values)
    api = _api(entry, book)
    if style is None and entry.whole and not entry.has("style") and "prompt_style" not in api:
        tail = "write 'style: NAME'; 'assetgen styles' lists them"
        problems.add(entry.position, "'style' is missing", where=entry.where, tail=tail)
    if style is not None:
        style_rules.check_counts(style, entry, problems)
        for key, reason in style_rules.untaken(style, entry).items():
            if key in entry.own:
                problems.add(entry.at(key), f"{quoted(key)} has no meaning here", where=entry.where, tail=reason)
            values.pop(key)
    size = _size(entry, style, book)
    if style is not None:
        book.unsendable.extend(filter(None, [style_rules.unsendable(style, entry, size, book.world)]))
        book.warnings.extend(filter(None, [style_rules.gone(style, entry, book.world)]))
    fields: dict[str, Any] = {"prompt": full_prompt(entry)}
    if style is not None:
        fields["style"] = style.name
    if size is not None:
        fields["width"], fields["height"] = size
    fields |= {key: values[key] for key in (*_PLAIN, *_MORE) if values.get(key) is not None}
    if "outside_strength" in api:
        fields["outside_strength"] = api.pop("outside_strength")
    if api:
        fields["api"] = api
    inputs = _inputs(entry, values, book)
    _, sent = palette_book.wanted(values.get("palette"), book.palettes, book.world, entry.where)
    takes_palette = style is None or style.palette
    return Step(
        op="generate",
        fields=fields,
        position=entry.at("prompt"),
        inputs=inputs,
        palette=palette_book.sent(sent, book.palettes) if sent is not None and takes_palette else None,
        candidates=values.get("variants") or values.get("candidates") or 1,
        style=style.name if style is not None else None,
        size=size,
    )


def _inputs(entry: Expanded, values: Mapping[str, Any], book: Book) -> dict[str, tuple[Ref, ...]]:
    inputs: dict[str, tuple[Ref, ...]] = {}
    for key in _PICTURES:
        if values.get(key) is not None:
            found = resolve(values[key], book.world, key, entry.where)
            if found is not None:
                inputs[key] = (found,)
    if values.get("references"):
        refs = [resolve(value, book.world, "reference", entry.where) for value in values["references"]]
        inputs["references"] = tuple(ref for ref in refs if ref is not None)
    return inputs


def _size(entry: Expanded, style: Style | None, book: Book) -> Size | None:
    """The size to send; None where it follows from the input picture (or a problem was told)."""
    keys: tuple[str, ...] = ("tile_size", "size") if entry.kind == "tileset" else ("size", "tile_size")
    if style is not None and style.makes == "picture":
        keys = ("size",) if entry.kind == "tileset" else keys
    key = next((key for key in keys if entry.values.get(key) is not None), None)
    size = size_of(entry.values[key]) if key is not None else None
    if style is not None and style.sides and style.default_size is not None and key not in entry.own:
        size = key = None  # a size that a preset brings means nothing to a style that draws one size only
    if size is not None and key is not None:
        if style is not None:
            written = str(entry.values.get("style") or style.name)
            warning = style_rules.check_size(style, size, entry.at(key), entry.where, book.world.problems, written)
            if warning is not None and book.world.live.offer(style.name) is None:
                book.warnings.append(warning)
        return size
    if style is not None and (style.default_size is not None or style.input_sized):
        return None if style.default_size is None else (style.default_size, style.default_size)
    known = style is not None or not entry.has("style")
    if known and entry.whole and not any(entry.has(key) for key in keys):
        wanted = "tile_size" if keys[0] == "tile_size" else "size"
        tail = f"write '{wanted}: 64' or the like"
        if style is not None:
            tail = f"{style.name} draws {style.min_size} to {style.max_size} pixels"
        book.world.problems.add(entry.position, f"{quoted(wanted)} is missing", where=entry.where, tail=tail)
    return None


def _api(entry: Expanded, book: Book) -> dict[str, Any]:
    """`api` without fields that the grammar has; `extra_strength` under our own name."""
    api = dict(entry.values.get("api") or {})
    problems = book.world.problems
    for key in list(api):
        at = entry.within("api", key)
        if key == "extra_strength" and "outside_strength" not in entry.values:
            if isinstance(api[key], bool) or not isinstance(api[key], int | float) or not 0 <= api[key] <= 1:
                head = f"{quoted(str(api[key]))} is no value for {quoted(key)}"
                problems.add(at, head, where=entry.where, tail="expected a number from 0 to 1")
                del api[key]
                continue
            api["outside_strength"] = api.pop(key)  # the alias table's name: part of the request like any field
            continue
        ours = OWN_WIRE.get(key) or ALIASES.get(key) or (key if key in entry_keys() else None)
        if key == "prompt_style" and "style" not in entry.values:
            from assetgen.catalog import styles

            if isinstance(api[key], str) and styles.find(api[key]) is None:
                continue
        if key in TOOLS_OWN:
            problems.add(at, f"'api' may not hold {quoted(key)}", where=entry.where, tail="the tool sets it itself")
        elif ours is not None:
            problems.add(at, f"'api' may not hold {quoted(key)}", where=entry.where, tail=f"write '{ours}' instead")
        elif (wrong := _api_type(key, api[key])) is not None:
            problems.add(at, f"{quoted(str(api[key]))} is no value for {quoted(key)}", where=entry.where, tail=wrong)
        else:
            continue
        del api[key]
    return api


def _api_type(key: str, value: Any) -> str | None:
    """What a field of the service's table has to be, where it is something else; None for fields nobody knows."""
    expected, words = API_TYPES.get(key, (object, ""))
    if not isinstance(value, expected):
        return f"expected {words}"
    return f"whole numbers go up to {LARGEST} there; quote it" if inexact(value) else None


def entry_keys() -> Iterable[str]:
    """All request keys of the grammar."""
    from assetgen.manifest import schema

    return schema.keys_of("request")


# -- edits -------------------------------------------------------------------


def edits(entry: Expanded, book: Book, source: str) -> list[Step]:
    """The edit steps of an entry: its `prompt` when it is an edit, each of `edits`, the `fix` last."""
    steps: list[Step] = []
    values = entry.values
    listed = values.get("edits")
    if source == "edit" and not entry.has("edits"):
        fields = {key: values[key] for key in ("prompt", "seed") if values.get(key) is not None}
        steps += _tool_step(fields, {key: entry.at(key) for key in fields}, entry.at("edit"), entry, book)
    node = entry.node.entries["edits"].value if listed else None
    for index, edit in enumerate(listed or ()):
        if edit is None:
            continue
        assert isinstance(node, Items)
        item = node.items[index]
        fields = dict(edit) if isinstance(edit, dict) else {"prompt": edit}
        places = {k: e.value.position for k, e in item.entries.items()} if isinstance(item, Map) else {}
        steps += _tool_step(fields, places, item.position, entry, book)
    if values.get("fix"):
        steps.append(Step(f"fix_{values['fix']}", {}, entry.at("fix"), chained=True, seeded=False))
    return steps


def _tool_step(
    fields: dict[str, Any], places: Mapping[str, Position], position: Position, entry: Expanded, book: Book
) -> list[Step]:
    from assetgen.catalog import tools

    problems = book.world.problems
    name = fields.pop("tool", "image_edit")
    tool = tools.find_tool(name)
    if tool is None:
        tail = did_you_mean(name, tools.TOOLS, noun="tools")
        problems.add(places.get("tool", position), f"unknown tool {quoted(name)}", where=entry.where, tail=tail)
        return []
    if tool.name == "seam_tiling" and fields.get("tile"):
        axes = fields.pop("tile")
        fields |= {f"tile_{axis}": True for axis in axes}
    known = {rule.name: rule for rule in tool.fields}
    for key in [key for key in fields if key not in known]:
        takes = f"it takes {any_of(known, 'and')}" if known else "it takes no fields"
        problems.add(
            places.get(key, position), f"{quoted(key)} is no field of {tool.name}", where=entry.where, tail=takes
        )
        del fields[key]
    _check_tool(tool, fields, places, position, entry, book)
    pictures: dict[str, tuple[Ref, ...]] = {}
    palette = None
    for key in list(fields):
        if known[key].type == "picture":
            found = resolve(fields.pop(key), book.world, key, entry.where)
            if found is not None:
                pictures[key] = (found,)
        elif known[key].type == "palette":
            wanted = palette_book.known(fields.pop(key), book.palettes, book.world, entry.where)
            palette = palette_book.sent(wanted, book.palettes) if wanted is not None else None
    if isinstance(fields.get("prompt"), str):
        fields["prompt"] = fields["prompt"].strip()
    return [Step(tool.name, fields, position, pictures, chained=True, palette=palette, seeded=tool.seeded)]


def _check_tool(
    tool: Tool,
    fields: Mapping[str, Any],
    places: Mapping[str, Position],
    position: Position,
    entry: Expanded,
    book: Book,
) -> None:
    problems = book.world.problems
    for rule in tool.fields:
        value = fields.get(rule.name)
        if value is None or value == "":
            if rule.required:
                tail = f"{tool.name} needs it: {rule.description}"
                problems.add(position, f"{quoted(rule.name)} is missing", where=entry.where, tail=tail)
            continue
        wrong = _out_of_bounds(rule, value)
        if wrong:
            at = places.get(rule.name, position)
            problems.add(at, f"{quoted(str(value))} is no value for {quoted(rule.name)}", where=entry.where, tail=wrong)
    if tool.one_of and not any(fields.get(key) for key in tool.one_of):
        head = f"{tool.name} needs {any_of(tool.one_of)}"
        problems.add(position, head, where=entry.where, tail="at least one of them true or above 0")


def _out_of_bounds(rule: ToolField, value: Any) -> str:
    if rule.choices and value not in rule.choices:
        return f"expected {any_of(rule.choices)}"
    if rule.type == "integer" and isinstance(value, float):
        return "expected a whole number"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if rule.minimum is not None and value < rule.minimum:
            return f"expected at least {rule.minimum:g}"
        if rule.maximum is not None and value > rule.maximum:
            return f"expected at most {rule.maximum:g}"
    return ""
