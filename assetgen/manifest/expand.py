"""Entries of the file to entries of the model: presets laid over, `for_each` written out, variables replaced,
every value checked against the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from msgspec import Struct, structs

from assetgen.manifest import schema
from assetgen.manifest.files import Files
from assetgen.manifest.merge import Merged, Presets, merge, names_of
from assetgen.manifest.messages import quoted
from assetgen.manifest.nodes import Entry, Map, Node, Problems, Scalar
from assetgen.manifest.sources import Sources, check
from assetgen.manifest.variables import Row, Unknown, fill, replace, rows_of
from assetgen.model.position import Position

NAME = re.compile(r"[a-z][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*")
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
MAX_NAME = 120
MAX_ASSETS = 500_000


class Expanded(Struct, frozen=True):
    """One entry with nothing left to inherit or replace: `values` are plain data by the schema, `node` the same with
    positions, `own` the keys that the entry itself sets."""

    kind: str
    name: str
    position: Position
    values: dict[str, Any]
    node: Map
    own: frozenset[str]
    prefix: tuple[str, ...]
    suffix: tuple[str, ...]
    presets: tuple[str, ...]
    variant: int | None = None
    whole: bool = True
    """False where an unknown preset hides what the entry inherits: what is missing then is no mistake of its own."""

    @property
    def where(self) -> str:
        return f"{self.kind} {quoted(self.name)}"

    def has(self, key: str) -> bool:
        """Whether a key is written, be its value right or wrong."""
        return key in self.node.entries

    def at(self, key: str) -> Position:
        """Where the value of a key stands, else the entry."""
        entry = self.node.entries.get(key)
        return self.position if entry is None else entry.value.position

    def within(self, *path: str) -> Position:
        """Where a value inside maps stands, as far as the path leads."""
        node: Node = self.node
        for key in path:
            if not isinstance(node, Map) or key not in node.entries:
                break
            node = node.entries[key].value
        return self.position if node is self.node else node.position


def expand(sources: Sources, files: Files, problems: Problems) -> list[Expanded]:
    """All assets of the manifest, in file order, each name once."""
    presets = Presets(sources.presets, problems)
    presets.check()
    for name, entry in sources.presets.items():
        check(entry.value, "preset", f"preset {quoted(name)}", problems, raw=True)
    result: list[Expanded] = []
    names: dict[str, Position] = {}
    for kind, entry in sources.assets:
        for expanded in _expand(kind, entry, sources, presets, files, problems):
            result += _register(expanded, names, problems)
            if len(result) > MAX_ASSETS:
                problems.add(entry.position, f"the manifest makes more than {MAX_ASSETS} assets")
                return result
    return result


def check_torn(sources: Sources, problems: Problems) -> None:
    """What can be said of each entry alone, where a part of the manifest cannot be read: keys and values."""
    entries = [*sources.assets, *(("preset", entry) for entry in sources.presets.values())]
    for kind, entry in entries:
        if kind != "preset" and "{" not in entry.key:
            valid_name(entry.key, entry.position, kind, problems)
        if isinstance(entry.value, Map):
            check(entry.value, kind, f"{kind} {quoted(entry.key)}", problems, raw=True)


def _expand(
    kind: str, entry: Entry, sources: Sources, presets: Presets, files: Files, problems: Problems
) -> Iterator[Expanded]:
    where = f"{kind} {quoted(entry.key)}"
    value = entry.value
    if isinstance(value, Scalar) and not value.is_null:
        value = Map({"prompt": Entry("prompt", entry.position, value)}, value.position)
    if isinstance(value, Scalar) and value.is_null:
        value = Map({}, entry.position)
    if not isinstance(value, Map):
        problems.add(value.position, f"a list is no {kind}", where=where, tail="expected a prompt or a map of keys")
        return
    report = partial(_tell, problems, where)

    def lay(variables: Row) -> Merged:
        outer = value.entries.get("preset")
        chosen = value
        if outer is not None:
            named = Entry("preset", outer.position, fill(outer.value, variables, report))
            chosen = Map({**value.entries, "preset": named}, value.position, value.flow)
        merged = merge(chosen, sources.defaults.get(kind), presets, schema.keys_of(kind), where)
        for key in ("was", "preset"):
            if key in chosen.entries:
                merged.entries[key] = chosen.entries[key]
        return merged

    varied = any("{" in name.text for name in names_of(value))
    shared = None if varied else lay({})
    for row in _rows(value, sources.variables, files, problems, where):
        variables: Row = {**sources.variables, **row} if row else sources.variables
        merged = shared or lay(variables)
        body = Map(merged.entries, value.position, value.flow)
        yield from _one(kind, entry, body, merged, variables, problems)


def _rows(value: Map, variables: Row, files: Files, problems: Problems, where: str) -> list[Row]:
    """The rows of `for_each`, with `vars` replaced in them; one empty row without it, none when it is wrong."""
    entry = value.entries.get("for_each")
    if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_null):
        return [{}]
    before = len(problems)

    def report(position: Position, unknown: Unknown) -> None:
        problems.add(
            position, unknown.args[0], where=where, tail=f"values of 'for_each' may hold 'vars' only; {unknown.args[1]}"
        )

    node = fill(entry.value, variables, report)
    rows = check(node, "for_each", where, problems)
    return rows_of(node, rows, files, problems, where) if len(problems) == before else []


def _one(kind: str, entry: Entry, body: Map, merged: Merged, variables: Row, problems: Problems) -> Iterator[Expanded]:
    name = _name_of(kind, entry, variables, problems)
    if name is None:
        return
    where = f"{kind} {quoted(name)}"
    report = partial(_tell, problems, where)
    node = fill(body, variables, report)
    assert isinstance(node, Map)
    node = _without_nulls(node)
    values = check(node, kind, where, problems)
    values = values if isinstance(values, dict) else {}
    prefix = _around(merged.prefix, variables, report, where, problems)
    suffix = _around(merged.suffix, variables, report, where, problems)
    expanded = Expanded(
        kind, name, entry.position, values, node, merged.own, prefix, suffix, merged.presets, whole=merged.whole
    )
    yield from _variants(expanded)


def _name_of(kind: str, entry: Entry, variables: Row, problems: Problems) -> str | None:
    """An entry's name with its variables replaced; None, and a problem, where that is no name."""
    try:
        name = replace(entry.key, variables)
    except Unknown as unknown:
        _tell(problems, f"{kind} {quoted(entry.key)}", entry.position, unknown)
        return None
    return name if valid_name(name, entry.position, kind, problems) else None


def _tell(problems: Problems, where: str, position: Position, unknown: Unknown) -> None:
    problems.add(position, unknown.args[0], where=where, tail=unknown.args[1])


def _variants(expanded: Expanded) -> Iterator[Expanded]:
    count = expanded.values.get("variants")
    if not isinstance(count, int):
        yield expanded
        return
    for number in range(1, count + 1):
        values = dict(expanded.values)
        if values.get("was"):
            values["was"] = type(values["was"]).of(f"{values['was']}_{number}", values["was"].position)
        yield structs.replace(expanded, name=f"{expanded.name}_{number}", values=values, variant=number)


def _around(texts: tuple[Scalar, ...], variables: Row, report: Any, where: str, problems: Problems) -> tuple[str, ...]:
    """The texts before or behind a prompt, replaced and checked; empty ones are left out."""
    filled = [fill(text, variables, report) for text in texts]
    checked = [check(text, "prompt_text", where, problems) for text in filled if isinstance(text, Scalar) and text.text]
    return tuple(text.strip() for text in checked if isinstance(text, str) and text.strip())


def _without_nulls(node: Map) -> Map:
    """Values that a variable made null are unset, as if they had been written so."""
    if not any(isinstance(e.value, Scalar) and e.value.is_null for e in node.entries.values()):
        return node
    kept = {k: e for k, e in node.entries.items() if not (isinstance(e.value, Scalar) and e.value.is_null)}
    return Map(kept, node.position, node.flow)


def valid_name(name: str, position: Position, kind: str, problems: Problems) -> bool:
    """Whether a name obeys the grammar; a problem if not."""
    if not NAME.fullmatch(name):
        tail = "names are like hero or items/red_potion: lower-case letters, digits, '_', '-', '/'"
        problems.add(position, f"{quoted(name)} is no name for {_a(kind)}", tail=tail)
    elif len(name) > MAX_NAME:
        problems.add(position, f"the name {quoted(name)} is too long", tail=f"at most {MAX_NAME} characters")
    else:
        bad = next((part for part in name.split("/") if part in DEVICES), None)
        if bad is None:
            return True
        problems.add(
            position, f"the name {quoted(name)} holds {quoted(bad)}, a device on Windows", tail="choose another"
        )
    return False


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _register(expanded: Expanded, names: dict[str, Position], problems: Problems) -> list[Expanded]:
    first = names.get(expanded.name)
    if first is None:
        names[expanded.name] = expanded.position
        return [expanded]
    tail = f"first at {first}: sprites, animations and tilesets share their names"
    if first == expanded.position:
        tail = "put a variable of 'for_each' into the name"
    problems.add(expanded.position, f"duplicate name {quoted(expanded.name)}", tail=tail)
    return []


def expand_plain(
    kind: str, entries: Mapping[str, Entry], variables: Row, problems: Problems
) -> Iterator[tuple[Entry, Any, str]]:
    """Palettes and atlases: variables replaced, checked by the schema. Yields entry, values and the entry's name."""
    seen: dict[str, Position] = {}
    for entry in entries.values():
        where = f"{kind} {quoted(entry.key)}"
        name = _name_of(kind, entry, variables, problems)
        if name is None:
            continue
        if name in seen:
            problems.add(entry.position, f"duplicate {kind} {quoted(name)}", tail=f"first at {seen[name]}")
            continue
        seen[name] = entry.position
        node = fill(entry.value, variables, partial(_tell, problems, where))
        values = check(node, kind, where, problems)
        if values is not None:
            yield Entry(name, entry.position, node), values, where
