"""The strict subset of YAML in which the lock is written: maps, lists and one scalar a line.

`yaml.safe_load` reads it to the same data; this code reads nothing else, and about fifteen times faster.
Two spaces a level, keys sorted. A string is plain when it can be mistaken for nothing else in YAML 1.1 or 1.2, else
JSON-quoted. Short lists of integers stand on one line, `[1, 2, 3]`; empty containers are `{}` and `[]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out

from assetgen.model.request import Json

_W = r"[A-Za-z0-9_./@+,'()\-]"
_WORDS = rf"[A-Za-z_]{_W}*(?::[A-Za-z0-9_/]{_W}*)*(?: {_W}+)*"
_HEX = r"(?=[0-9a-f]*[acdf])[0-9a-f]{64}"  # with neither e nor b alone it is no number in any YAML
_DIGEST = re.compile(_HEX)
_SIZE = r"[1-9][0-9]*x[1-9][0-9]*"
_PRICE = r"[0-9]+(?:\.[0-9]+)? (?:USD|credits)(?: \+ [0-9]+(?:\.[0-9]+)? (?:USD|credits))*"
_PLAIN = re.compile(rf"{_HEX}|{_WORDS}|{_SIZE}|{_PRICE}")
_LOOKALIKES = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"])
_LONGEST_LOOKALIKE = 8

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]+(?:e[+-][0-9]+)?")
_INTEGERS = re.compile(r"\[-?[0-9]+(?:, -?[0-9]+)*\]")
_FLOW_LENGTH = 16
_REMEMBERED = 10_000
_DIGITS = 400  # of one number: Python refuses to convert much longer ones

_ESCAPE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_CONSTANTS: Mapping[str, Json] = {"null": None, "true": True, "false": False}

Path = tuple[str | int, ...]


class Damage(Exception):  # noqa: N818  (never leaves the package: becomes a LockError)
    """A line that is not of the subset (`line` counts from 0), or a value in a wrong place (`path`)."""

    def __init__(self, message: str, *, line: int | None = None, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.path = path


def dump(data: Mapping[str, Json], indent: int = 0) -> list[str]:
    """The lines of a non-empty map."""
    lines: list[str] = []
    _dump_map(data, " " * indent, lines)
    return lines


def dump_key(key: str) -> str:
    return _string(key)


def _dump_map(data: Mapping[str, Json], margin: str, lines: list[str]) -> None:
    for key in sorted(data):
        value = data[key]
        if type(value) is str:
            lines.append(f"{margin}{_key(key)}: {_string(value)}")
        else:
            _dump_value(f"{margin}{_key(key)}:", value, margin + "  ", lines)


def _dump_list(data: Sequence[Json], margin: str, lines: list[str]) -> None:
    for item in data:
        if isinstance(item, Mapping) and item:
            start = len(lines)
            _dump_map(item, margin + "  ", lines)
            lines[start] = f"{margin}- {lines[start][len(margin) + 2 :]}"
        else:
            _dump_value(f"{margin}-", item, margin + "  ", lines)


def _dump_value(head: str, value: Json, margin: str, lines: list[str]) -> None:
    if isinstance(value, Mapping) and value:
        lines.append(head)
        _dump_map(value, margin, lines)
    elif isinstance(value, list | tuple) and value and not _is_row(value):
        lines.append(head)
        _dump_list(value, margin, lines)
    else:
        lines.append(f"{head} {_scalar(value)}")


def _is_row(value: Sequence[Json]) -> bool:
    return len(value) <= _FLOW_LENGTH and all(type(item) is int for item in value)


def _scalar(value: Json) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, float):
        text = repr(value)
        if "n" in text:
            raise ValueError(f"{value} is no JSON number")
        mantissa, mark, exponent = text.partition("e")
        return f"{mantissa}.0e{exponent}" if mark and "." not in mantissa else text
    if isinstance(value, Mapping):
        return "{}"
    return str(value) if type(value) is list else json.dumps(value)  # of integers


@lru_cache(1024)
def _key(text: str) -> str:
    """`_string`, of which most keys are asked for again and again."""
    return _string(text)


def _string(text: str) -> str:
    if len(text) == 64 and _DIGEST.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text) and not (len(text) <= _LONGEST_LOOKALIKE and text.lower() in _LOOKALIKES):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def load(lines: Sequence[str]) -> Json:
    """The data of a whole node (map or list) that begins at its first line. Damage on anything else."""
    return _Reader(lines).whole()


class _Reader:
    """One pass over the lines. `words` remembers plain strings already found to be good: few are used often."""

    words: set[str] = set()  # noqa: RUF012  (shared on purpose: it only grows by good words, and is bounded)

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.count = len(lines)
        self.at = 0

    def whole(self) -> Json:
        try:
            first = self.lines[0]
            value = self.node(len(first) - len(first.lstrip(" ")), 0)
        except RecursionError:
            raise Damage("nested too deeply", line=self.at) from None
        if self.at < self.count:
            raise Damage("wrong indentation", line=self.at)
        return value

    def node(self, indent: int, depth: int) -> Json:
        if depth > 40:
            raise Damage("nested too deeply", line=self.at)
        line = self.lines[self.at]
        if line[indent : indent + 2] in ("- ", "-"):
            return self.items(indent, depth)
        return self.pairs({}, indent, depth)

    def child(self, indent: int, depth: int) -> Json:
        """What stands indented below a key or a dash that has no value of its own."""
        if self.at < self.count:
            line = self.lines[self.at]
            if line.startswith(" " * (indent + 2)) and line[indent + 2 : indent + 3] not in ("", " "):
                return self.node(indent + 2, depth + 1)
        raise Damage("a value is missing", line=self.at - 1)

    def pairs(self, data: dict[str, Json], indent: int, depth: int) -> dict[str, Json]:
        lines, count = self.lines, self.count
        margin = " " * indent
        words = _Reader.words
        while self.at < count:
            line = lines[self.at]
            body = line[indent:]
            if not line.startswith(margin):
                break
            key, _colon, value = body.partition(": ")
            if key not in words or not value:
                if body[:1] in ("", " "):
                    raise Damage("wrong indentation", line=self.at)
                key, value = self.key(body)
            if key in data:
                raise Damage(f"`{key}` stands here twice", line=self.at)
            self.at += 1
            if not value:
                data[key] = self.child(indent, depth)
            elif value in words:
                data[key] = value
            else:
                data[key] = self.scalar(value)
        return data

    def items(self, indent: int, depth: int) -> list[Json]:
        data: list[Json] = []
        margin = " " * indent
        dash = margin + "-"
        while self.at < self.count:
            line = self.lines[self.at]
            if not line.startswith(dash) or line[indent + 1 : indent + 2] not in ("", " "):
                if line.startswith(margin):
                    raise Damage("a list item was expected here (`- …`)", line=self.at)
                break
            body = line[indent + 2 :]
            if not body:
                self.at += 1
                data.append(self.child(indent, depth))
            elif self.closing(body) < len(body) if body[0] == '"' else ": " in body or body[-1] == ":":
                data.append(self.item_map(body, indent, depth))
            else:
                self.at += 1
                data.append(self.scalar(body))
        return data

    def item_map(self, body: str, indent: int, depth: int) -> dict[str, Json]:
        """A map whose first pair stands behind the dash."""
        key, value = self.key(body)
        self.at += 1
        first = {key: self.scalar(value) if value else self.child(indent + 2, depth)}
        return self.pairs(first, indent + 2, depth + 1)

    def closing(self, body: str) -> int:
        """The index behind the quoted string that `body` begins with."""
        try:
            return int(scanstring(body, 1, True)[1])
        except ValueError:
            raise Damage("a quoted string is not closed or not valid", line=self.at) from None

    def key(self, body: str) -> tuple[str, str]:
        """`KEY: VALUE` or `KEY:` (value empty)."""
        if body[-1:] == ":" and body[:-1] in _Reader.words:
            return body[:-1], ""
        if body[:1] == '"':
            end = self.closing(body)
            key, rest = self.scalar(body[:end], self.at), body[end:]
        else:
            key, colon, value = body.partition(": ")
            rest = f": {value}" if colon else body[len(body.rstrip(":")) :]
            key = key if colon else body[: len(body) - len(rest)]
            if not isinstance(self.scalar(key or "?", self.at), str):
                raise Damage(f"`{key}` is no plain key: quote it", line=self.at)
        if rest == ":":
            return key, ""
        if rest.startswith(": ") and len(rest) > 2:
            return key, rest[2:]
        raise Damage(f"expected `KEY: VALUE`, found `{body[:60]}`", line=self.at)

    def scalar(self, text: str, line: int | None = None) -> Json:
        """One value; `line` is where it stands, by default the line just passed."""
        if _PLAIN.fullmatch(text) and not (len(text) <= _LONGEST_LOOKALIKE and text.lower() in _LOOKALIKES):
            if len(_Reader.words) < _REMEMBERED and len(text) < 64:
                _Reader.words.add(text)
            return text
        line = self.at - 1 if line is None else line
        if text[0] == '"':
            try:
                value, end = scanstring(text, 1, True)
            except ValueError:
                end = -1
            if end == len(text):
                return value
            raise Damage("a quoted string is not closed or not valid", line=line)
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if len(text) < _DIGITS:
            if _INTEGER.fullmatch(text):
                return int(text)
            if _FLOAT.fullmatch(text):
                return float(text)
        if text == "{}":
            return {}
        if text == "[]" or (_INTEGERS.fullmatch(text) and len(text) < _DIGITS):
            return self.row(text, line)
        raise Damage(f"`{text[:60]}` cannot stand here unquoted", line=line)

    def row(self, text: str, line: int) -> list[int]:
        try:
            numbers: list[int] = json.loads(text)
        except ValueError:
            raise Damage(f"`{text[:60]}` is no list of integers", line=line) from None
        return numbers


def locate(lines: Sequence[str], path: Path) -> int:
    """The line (from 0) of readable `lines` on which the value at `path` stands; if it is not there, its parent's."""
    best, depth = 0, 0
    for number, here in _places(lines):
        if len(here) > depth and path[: len(here)] == here:
            best, depth = number, len(here)
    return best


def _places(lines: Sequence[str]) -> Iterator[tuple[int, Path]]:
    """Each value's line and path, in order."""
    stack: list[tuple[int, str | int]] = []
    for number, line in enumerate(lines):
        margin = len(line) - len(line.lstrip(" "))
        body = line[margin:]
        while stack and stack[-1][0] > margin:
            stack.pop()
        while body[:2] in ("- ", "-"):
            index = 0
            while stack and stack[-1][0] >= margin:
                last, part = stack.pop()
                index = part + 1 if last == margin and isinstance(part, int) else 0
            stack.append((margin, index))
            yield number, tuple(part for _margin, part in stack)
            margin, body = margin + 2, body[2:]
        if ":" in body:
            if stack and stack[-1][0] == margin:
                stack.pop()
            stack.append((margin, _Reader([body]).key(body)[0]))
            yield number, tuple(part for _margin, part in stack)
