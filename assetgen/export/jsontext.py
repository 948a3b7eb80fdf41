"""JSON as people and diffs like it: what fits on a line stays on one."""

from __future__ import annotations

from collections.abc import Sequence
from json.encoder import encode_basestring

from msgspec import Struct

from assetgen.model.jsontext import writer
from assetgen.model.request import Json


class Laid(Struct, frozen=True):
    """The text of a value, laid out for the place in which it stands; what holds it is never on one line.

    Of thousands of like maps the text is made several times faster from what is in them than from the maps.
    """

    text: str


def laid(members: Sequence[str], depth: int, *, width: int) -> Laid:
    """A map of `members` (`"KEY": VALUE` each) `depth` levels deep."""
    line = "{" + ", ".join(members) + "}"
    pad = "\n" + " " * depth
    return Laid(line if len(line) + depth <= width else f"{{{pad} " + f",{pad} ".join(members) + f"{pad}}}")


_write_line = writer(allow_nan=False)


def _dumps(value: Json) -> str:
    return encode_basestring(value) if isinstance(value, str) else _write_line(value)


def dumps(value: Json, *, width: int = 120) -> str:
    """Text of a JSON value with a final newline: one space an indent, short containers on one line."""
    parts: list[str] = []
    _write(value, 0, width, parts)
    parts.append("\n")
    return "".join(parts)


def _write(value: Json, depth: int, width: int, parts: list[str]) -> None:
    if not value or not isinstance(value, dict | list | tuple):
        parts.append(value.text if isinstance(value, Laid) else _dumps(value))
        return
    if len(value) <= width // 3:  # longer ones cannot fit: not worth a try
        try:
            line = _dumps(value)
        except TypeError:  # it holds what is laid out already
            line = None
        if line is not None and len(line) + depth <= width:
            parts.append(line)
            return
    pad = "\n" + " " * (depth + 1)
    if isinstance(value, dict):
        for index, (key, item) in enumerate(value.items()):
            parts.append(f"{'{' if index == 0 else ','}{pad}{_dumps(str(key))}: ")
            _write(item, depth + 1, width, parts)
        parts.append("\n" + " " * depth + "}")
    else:
        for index, item in enumerate(value):
            parts.append(f"{'[' if index == 0 else ','}{pad}")
            _write(item, depth + 1, width, parts)
        parts.append("\n" + " " * depth + "]")
