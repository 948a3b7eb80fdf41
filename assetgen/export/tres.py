"""Godot's text resources: sections and raw values, kept as written so that what we do not own survives untouched."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

_IDENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|inf|nan)")
_OPEN, _CLOSE = "([{", ")]}"
_UID = "abcdefghijklmnopqrstuvwxy012345678"


def uid(*parts: str) -> str:
    """A `uid://` text of 63 bits derived from `parts`."""
    number = int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest()[:8], "big") >> 1
    text = ""
    while number:
        number, digit = divmod(number, len(_UID))
        text = _UID[digit] + text
    return f"uid://{text}"


def quoted(text: str) -> str:
    """A string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def real(value: float) -> str:
    """A float as Godot writes it: `1.0`, `0.15`."""
    return repr(round(float(value), 6))


class Section(Struct):
    """One `[kind key=value …]` with its properties; values are raw text."""

    kind: str
    attributes: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string attribute's content, empty where it is missing."""
        raw = self.attributes.get(name, "")
        return str(parse_value(raw)) if raw else ""

    def write(self) -> str:
        head = " ".join([self.kind, *(f"{key}={raw}" for key, raw in self.attributes.items())])
        lines = [f"[{head}]", *(f"{key} = {raw}" for key, raw in self.properties.items())]
        return "\n".join(lines)


class Document(Struct):
    """A whole resource file. `external` and `parts` (sub-resources) by id, in order."""

    head: Section
    external: dict[str, Section]
    parts: dict[str, Section]
    resource: Section

    def write(self) -> str:
        """The text, in the order that the format asks for, with a final newline."""
        blocks = [self.head.write()]
        if self.external:
            blocks.append("\n".join(section.write() for section in self.external.values()))
        blocks += [section.write() for section in self.parts.values()]
        blocks.append(self.resource.write())
        return "\n\n".join(blocks) + "\n"


def document(kind: str, uid_text: str) -> Document:
    """An empty resource of a type."""
    head = Section("gd_resource", {"type": quoted(kind), "format": "3", "uid": quoted(uid_text)})
    return Document(head, {}, {}, Section("resource"))


def texture(path: str, key: str) -> Section:
    """An `ext_resource` of a picture: without uid, since only Godot knows the one of its import."""
    return Section("ext_resource", {"type": '"Texture2D"', "path": quoted(path), "id": quoted(key)})


def parse(text: str) -> Document:
    """Reads a resource file. Raises ValueError with the offset of what is wrong."""
    head, resource = None, Section("resource")
    external: dict[str, Section] = {}
    parts: dict[str, Section] = {}
    for section in _sections(text):
        if section.kind == "gd_resource":
            head = section
        elif section.kind == "ext_resource":
            external[section.text("id")] = section
        elif section.kind == "sub_resource":
            parts[section.text("id")] = section
        elif section.kind == "resource":
            resource = section
        else:
            raise ValueError(f"unknown section [{section.kind}]")
    if head is None:
        raise ValueError("no [gd_resource] at the top")
    return Document(head, external, parts, resource)


def _sections(text: str) -> Iterable[Section]:
    place, size, current = 0, len(text), None
    while True:
        while place < size and text[place].isspace():
            place += 1
        if place >= size:
            break
        if text[place] == ";":  # a comment
            place = _line_end(text, place)
        elif text[place] == "[":
            if current is not None:
                yield current
            current, place = _header(text, place + 1)
        else:
            equals = text.find("=", place)
            if current is None or equals < 0 or "\n" in text[place:equals]:
                raise ValueError(f"expected `key = value` at offset {place}")
            key = text[place:equals].strip()
            end = _value_end(text, equals + 1, "\n")
            current.properties[key.strip('"')] = text[equals + 1 : end].strip()
            place = end
    if current is not None:
        yield current


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _header(text: str, place: int) -> tuple[Section, int]:
    kind = _IDENT.match(text, place)
    if kind is None:
        raise ValueError(f"expected a section's name at offset {place}")
    section, place = Section(kind.group()), kind.end()
    while True:
        while place < len(text) and text[place].isspace():
            place += 1
        if place >= len(text):
            raise ValueError("the last section is not closed")
        if text[place] == "]":
            return section, place + 1
        name = _IDENT.match(text, place)
        if name is None or text[name.end() : name.end() + 1] != "=":
            raise ValueError(f"expected `key=value` at offset {place}")
        end = _value_end(text, name.end() + 1, " \t\n]")
        section.attributes[name.group()] = text[name.end() + 1 : end]
        place = end


def _value_end(text: str, place: int, stops: str) -> int:
    """Offset behind a raw value: the first of `stops` outside strings and brackets."""
    depth = 0
    while place < len(text):
        sign = text[place]
        if sign == '"':
            place = _string_end(text, place)
            continue
        if depth == 0 and sign in stops:
            return place
        depth += (sign in _OPEN) - (sign in _CLOSE)
        place += 1
    if depth:
        raise ValueError("a bracket is not closed")
    return place


def _string_end(text: str, place: int) -> int:
    start = place
    place += 1
    while place < len(text):
        if text[place] == "\\":
            place += 2
            continue
        if text[place] == '"':
            return place + 1
        place += 1
    raise ValueError(f"the string at offset {start} is not closed")


def parse_value(raw: str) -> Any:
    """A raw value as JSON: numbers as float (int where whole), `Name(…)` as `["Name", …]`, `&"x"` as `"x"`.

    Raises ValueError.
    """
    value, place = _value(raw, _blank(raw, 0))
    if _blank(raw, place) != len(raw):
        raise ValueError(f"more than one value: {raw[:40]!r}")
    return value


def _blank(raw: str, place: int) -> int:
    while place < len(raw) and raw[place].isspace():
        place += 1
    return place


def _value(raw: str, place: int) -> tuple[Any, int]:
    if place >= len(raw):
        raise ValueError("a value is missing")
    sign = raw[place]
    if sign in "&^":
        place += 1
        sign = raw[place : place + 1]
    if sign == '"':
        end = _string_end(raw, place)
        return re.sub(r"\\(.)", r"\1", raw[place + 1 : end - 1]), end
    if sign == "[":
        return _list(raw, place + 1, "]")
    if sign == "{":
        return _dictionary(raw, place + 1)
    number = _NUMBER.match(raw, place)
    if number is not None:
        value = float(number.group())
        return (int(value) if value == value // 1 else value), number.end()
    return _name(raw, place)


def _name(raw: str, place: int) -> tuple[Any, int]:
    word = _IDENT.match(raw, place)
    if word is None:
        raise ValueError(f"no value: {raw[place : place + 20]!r}")
    name, place = word.group(), word.end()
    if name in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[name], place
    if raw[place : place + 1] == "[":  # a typed array: Array[Type]([…])
        place = _value_end(raw, place, "(")
    if raw[place : place + 1] != "(":
        return [name], place
    items, place = _list(raw, place + 1, ")")
    return [name, *items], place


def _list(raw: str, place: int, end: str) -> tuple[list[Any], int]:
    items: list[Any] = []
    while True:
        place = _blank(raw, place)
        if raw[place : place + 1] == end:
            return items, place + 1
        item, place = _value(raw, place)
        items.append(item)
        place = _blank(raw, place)
        if raw[place : place + 1] == ",":
            place += 1
        elif raw[place : place + 1] != end:
            raise ValueError(f"expected , or {end} at {raw[place : place + 20]!r}")


def _dictionary(raw: str, place: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while True:
        place = _blank(raw, place)
        if raw[place : place + 1] == "}":
            return found, place + 1
        key, place = _value(raw, place)
        place = _blank(raw, place)
        if raw[place : place + 1] != ":":
            raise ValueError(f"expected : at {raw[place : place + 20]!r}")
        value, place = _value(raw, _blank(raw, place + 1))
        found[str(key)] = value
        place = _blank(raw, place)
        if raw[place : place + 1] == ",":
            place += 1


def raw_items(raw: str) -> list[str]:
    """The raw elements of a raw array, so that one can be kept as it was written."""
    start = raw.index("[") + 1
    items: list[str] = []
    while True:
        start = _blank(raw, start)
        if start >= len(raw) or raw[start] == "]":
            return items
        end = _value_end(raw, start, ",]")
        items.append(raw[start:end].strip())
        start = end + (raw[end : end + 1] == ",")


_REFERENCE = re.compile(r'\b(ExtResource|SubResource)\(\s*"([^"]*)"\s*\)')


def references(raw: str) -> list[tuple[str, str]]:
    """(`ExtResource` or `SubResource`, id) of each reference in a raw value."""
    return _REFERENCE.findall(raw)


FOLDERS = ("sprites", "animations", "tilesets", "atlases")


def meaning(path: str, file: str, known: Iterable[str] = ()) -> str:
    """A resource path relative to the output folder: a relative one and its `res://` form are equal.

    `file` is the resource that refers to it, relative to the output folder; `known` are paths that it may mean.
    """
    if "://" not in path:
        return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
    plain = "/" + path.partition("://")[2]
    for candidate in known:
        if plain.endswith("/" + candidate):
            return candidate
    parts = plain.split("/")
    last = max((index for index, part in enumerate(parts[:-1]) if part in FOLDERS), default=None)
    return path if last is None else "/".join(parts[last:])
