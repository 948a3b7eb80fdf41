"""`{var}`: replaced as source text, before anything is interpreted; and the rows of `for_each`."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import PurePosixPath
from typing import Any

from assetgen.manifest.files import MAX_TABLE, Files
from assetgen.manifest.messages import count_of, did_you_mean, quoted
from assetgen.manifest.nodes import Entry, Items, Node, Problems, Scalar
from assetgen.model.position import Position

MAX_ROWS = 100_000
MAX_DEPTH = 100
MAX_TEXT = 20_000
_TOKEN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}|\{")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Row = Mapping[str, str]


class Unknown(Exception):  # noqa: N818  a signal, always turned into a problem
    """A variable that nothing defines, or a brace that begins none. `args[0]` is the message, `args[1]` the advice."""


def replace(text: str, variables: Row) -> str:
    """`text` with its variables replaced; `{{` and `}}` are braces. Raises Unknown."""

    def token(match: re.Match[str]) -> str:
        found = match.group()
        if found in ("{{", "}}"):
            return found[0]
        name = match[1]
        if name is None:
            raise Unknown(f"'{{' in {quoted(text)} begins no variable", "write '{{' for a brace")
        if name not in variables:
            tail = did_you_mean(name, variables, noun="known variables") or "define it in 'vars' or 'for_each'"
            raise Unknown(f"unknown variable '{{{name}}}'", f"{tail} (write '{{{{' for a brace)")
        return variables[name]

    return _TOKEN.sub(token, text) if "{" in text or "}" in text else text


def fill(node: Node, variables: Row, report: Callable[[Position, Unknown], None]) -> Node:
    """The node with all variables replaced, keys as well. A text that is exactly one variable becomes plain."""
    if isinstance(node, Scalar):
        if "{" not in node.text and "}" not in node.text:
            return node
        try:
            text = replace(node.text, variables)
        except Unknown as unknown:
            report(node.position, unknown)
            return node._replace(broken=True)
        token = _TOKEN.fullmatch(node.text)
        return node._replace(text=text, plain=token is not None and token[1] is not None)
    if isinstance(node, Items):
        items = tuple([fill(item, variables, report) for item in node.items])
        return node if all(a is b for a, b in zip(items, node.items, strict=True)) else node._replace(items=items)
    entries: dict[str, Entry] = {}
    changed = False
    for key, entry in node.entries.items():
        value = fill(entry.value, variables, report)
        name = key
        if "{" in key or "}" in key:
            try:
                name = replace(key, variables)
            except Unknown as unknown:
                report(entry.position, unknown)
        changed = changed or value is not entry.value or name != key
        entries[name] = entry if value is entry.value and name == key else Entry(name, entry.position, value)
    return node._replace(entries=entries) if changed else node


def settle(values: Mapping[str, Scalar], problems: Problems) -> dict[str, str]:
    """`vars` as text, the variables in them replaced by one another. Circles and unknown names are problems."""
    settled: dict[str, str] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        node = values[name]
        if name in settled:
            return
        if name in above or len(above) > MAX_DEPTH:
            ring = " → ".join([*above[above.index(name) :], name]) if name in above else ""
            deep = f"variable {quoted(name)} is nested more than {MAX_DEPTH} levels deep"
            problems.add(node.position, f"variables go round in a circle: {ring}" if ring else deep, where="'vars'")
            settled[name] = node.text
            return
        for inner in _TOKEN.findall(node.text):
            if inner in values:
                visit(inner, (*above, name))
        try:
            known = {**{key: value.text for key, value in values.items()}, **settled} if "{" in node.text else settled
            settled.setdefault(name, replace(node.text, known))
            if len(settled[name]) > MAX_TEXT:
                raise Unknown(f"variable {quoted(name)} becomes longer than {MAX_TEXT} characters", "shorten it")
        except Unknown as unknown:
            settled[name] = node.text
            problems.add(node.position, unknown.args[0], where="'vars'", tail=unknown.args[1])

    for name in values:
        visit(name, ())
    return settled


def rows_of(node: Node, value: Any, files: Files, problems: Problems, where: str) -> list[Row]:
    """The rows of a checked `for_each`; problems (and no rows) when a table or glob gives none."""
    if isinstance(value, list):
        return list(value)
    for key, read in (("file", _table), ("glob", _globbed)):
        if isinstance(value.get(key), str):
            if len(value) == 1:
                return read(value[key], files, problems, where)
            problems.add(
                node.position, f"'for_each' has {quoted(key)} and other keys", where=where, tail="use one form"
            )
            return []
    total = 1
    for values in value.values():
        total *= len(values)
    if total > MAX_ROWS:
        problems.add(node.position, f"'for_each' makes {total} entries", where=where, tail=f"at most {MAX_ROWS}")
        return []
    return [dict(zip(value, row, strict=True)) for row in product(*value.values())]


def _table(located: Any, files: Files, problems: Problems, where: str) -> list[Row]:
    path = files.relative(located, located.position, "table", problems, where=where)
    if path is None:
        return []
    data = files.read(path, located.position, "table", problems, limit=MAX_TABLE, where=where)
    if data is None:
        return []
    import csv

    problems.reading(path)
    try:
        text = data.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.add(Position(path, line, 1), "the table is not valid UTF-8", tail="save it as UTF-8")
        return []
    except csv.Error as error:
        problems.add(Position(path, 1, 1), f"the table cannot be read: {error}")
        return []
    return _table_rows(lines, path, problems)


def _table_rows(lines: list[list[str]], path: str, problems: Problems) -> list[Row]:
    header = [name.strip() for name in lines[0]] if lines else []
    if not header or len(lines) < 2:
        problems.add(Position(path, 1, 1), "the table has no rows", tail="the first line names the columns")
        return []
    for column, name in enumerate(header):
        if not _NAME.fullmatch(name):
            tail = "expected letters, digits and '_'"
            problems.add(Position(path, 1, 1), f"column {column + 1} is called {quoted(name)}", tail=tail)
        elif name in header[:column]:
            problems.add(Position(path, 1, 1), f"two columns are called {quoted(name)}")
    rows: list[Row] = []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            head = f"{count_of(len(cells), 'cell')} in this row"
            problems.add(Position(path, number, 1), head, tail=f"the header has {len(header)}")
            continue
        rows.append(dict(zip(header, cells, strict=True)))
    return rows


def _globbed(located: Any, files: Files, problems: Problems, where: str) -> list[Row]:
    position = located.position
    pattern = files.relative(located, position, "glob", problems, where=where)
    if pattern is None:
        return []
    found = files.matches(pattern)
    if not found:
        problems.add(position, f"glob {quoted(located)} matches no file", where=where)
    folder = str(PurePosixPath(position.file).parent)
    up = "../" * (folder.count("/") + 1)
    rows: list[Row] = []
    for path in found:
        inner = path if folder == "." else path.removeprefix(folder + "/")
        shown = inner if inner != path or folder == "." else up + path
        rows.append({"stem": PurePosixPath(path).stem, "path": shown})
    return rows
