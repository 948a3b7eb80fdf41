"""`process` and what stands beside it: operations in their fixed order, short forms written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assetgen.manifest import palettes as palette_book
from assetgen.manifest.expand import Expanded
from assetgen.manifest.messages import count_of
from assetgen.manifest.nodes import Located
from assetgen.manifest.palettes import color
from assetgen.manifest.steps import Book, size_of
from assetgen.model.manifest import Operation
from assetgen.model.request import Json

ORDER = ("grid", "background", "alpha", "specks", "trim", "canvas", "palette", "colors", "outline", "shadow", "mirror",
         "rotate", "recolor")  # fmt: skip
"""The fixed order of the grammar; a test holds it against `pixels.recipe`."""


def operations(entry: Expanded, mapped: str | None, book: Book) -> tuple[tuple[Operation, ...], str | None]:
    """The recipe, and the palette that it maps to. `mapped` is the palette of the entry's own `palette` key."""
    process: dict[str, Any] = dict(entry.values.get("process") or {})
    palette = process.get("palette")
    if isinstance(palette, str):
        process["palette"] = palette = {"name": palette}
    if palette is not None:
        name = palette.get("name")
        mapped = palette_book.known(name, book.palettes, book.world, entry.where) if name else mapped
        if mapped is None and not name:
            at = entry.within("process", "palette")
            book.world.problems.add(
                at, "'process: palette' names no palette", where=entry.where, tail="write {name: P}"
            )
    _exclusive(entry, process, book)
    if mapped is not None:
        process.setdefault("palette", {})
    found = []
    for name in ORDER:
        value = process.get(name)
        if value is None or value is False or (name == "palette" and mapped is None):
            continue
        params = _palette_params(value, mapped, book) if name == "palette" else _PARAMS[name](value, entry, book)
        found.append(Operation(name, params))
    return tuple(found), mapped


def _exclusive(entry: Expanded, process: Mapping[str, Any], book: Book) -> None:
    problems = book.world.problems
    if "palette" in process and "colors" in process:
        at = entry.within("process", "colors")
        problems.add(at, "'palette' and 'colors' exclude each other", where=entry.where, tail="keep one")
    if process.get("trim") and entry.values.get("nine_slice") is not None:
        tail = "trimming would move its borders"
        problems.add(entry.at("nine_slice"), "'nine_slice' forbids 'trim'", where=entry.where, tail=tail)


def _palette_params(value: Mapping[str, Any], name: str | None, book: Book) -> dict[str, Json]:
    assert name is not None
    return {**_colors_of(name, book), **{k: value[k] for k in ("dither", "strength") if value.get(k) is not None}}


def _colors_of(name: str, book: Book) -> dict[str, Json]:
    colors = book.palettes[name].colors
    return {"name": name, "colors": None if colors is None else list(colors)}


def _plain(key: str) -> Callable[[Any, Expanded, Book], dict[str, Json]]:
    return lambda value, entry, book: {key: value}


def _kept(value: Any, entry: Expanded, book: Book) -> dict[str, Json]:
    return {k: v for k, v in value.items() if v is not None}


def _canvas(value: Any, entry: Expanded, book: Book) -> dict[str, Json]:
    params = _kept(value, entry, book)
    size = size_of(params.pop("size", None))
    return params if size is None else {**params, "size": list(size)}


def _colors(value: Any, entry: Expanded, book: Book) -> dict[str, Json]:
    return {"count": value} if isinstance(value, int) else _kept(value, entry, book)


def _drawn(value: Any, entry: Expanded, book: Book) -> dict[str, Json]:
    """Outline or shadow: the colour in its normal form."""
    params = {} if value is True else _kept(value, entry, book)
    if "color" in params:
        params["color"] = color(params["color"])
    return params


def _recolor(value: Any, entry: Expanded, book: Book) -> dict[str, Json]:
    sides: dict[str, dict[str, Json]] = {}
    for side in ("from", "to"):
        given = value.get(side)
        if isinstance(given, list):
            sides[side] = {"name": None, "colors": [color(text) for text in given if text]}
        elif isinstance(given, Located):
            name = palette_book.known(given, book.palettes, book.world, entry.where)
            if name is not None:
                sides[side] = _colors_of(name, book)
    lengths = [len(side["colors"]) for side in sides.values() if side["colors"] is not None]
    if len(lengths) == 2 and lengths[0] != lengths[1]:
        head = f"'recolor' goes from {count_of(lengths[0], 'colour')} to {lengths[1]}"
        at = entry.within("process", "recolor")
        book.world.problems.add(at, head, where=entry.where, tail="both palettes must be equally long")
    return dict(sides)


_PARAMS: Mapping[str, Callable[[Any, Expanded, Book], dict[str, Json]]] = {
    "grid": _plain("scale"),
    "background": _kept,
    "alpha": _plain("threshold"),
    "specks": _plain("size"),
    "trim": lambda value, entry, book: {},
    "canvas": _canvas,
    "colors": _colors,
    "outline": _drawn,
    "shadow": _drawn,
    "mirror": _plain("axis"),
    "rotate": _plain("degrees"),
    "recolor": _recolor,
}


def scales(value: Any) -> tuple[int, ...]:
    """Scale variants in ascending order; the picture as it is (1) is always among them."""
    if value is None:
        return (1,)
    listed = [value] if isinstance(value, int) else [v for v in value if isinstance(v, int)]
    return tuple(sorted({1, *listed}))


def borders(value: Any) -> tuple[int, int, int, int] | None:
    """`nine_slice` as left, top, right, bottom."""
    if value is None:
        return None
    if isinstance(value, int):
        return value, value, value, value
    left, top, right, bottom = (value.get(side) or 0 for side in ("left", "top", "right", "bottom"))
    return left, top, right, bottom


def quality(entry: Expanded) -> dict[str, Json]:
    """Levels of quality checks by name: a word, or `{level, threshold}`."""
    given = entry.values.get("quality") or {}
    return {name: _without_nulls(value) for name, value in given.items() if value is not None}


def _without_nulls(value: Json) -> Json:
    return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value
