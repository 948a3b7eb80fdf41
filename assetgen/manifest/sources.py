"""The manifest's files: the top one and what it includes, as sections of entries in file order."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from assetgen.manifest import schema
from assetgen.manifest.check import Context, MapOf
from assetgen.manifest.files import Files, is_glob
from assetgen.manifest.messages import any_of, did_you_mean, quoted
from assetgen.manifest.nodes import Entry, Items, Map, Node, Problems, Scalar
from assetgen.manifest.reader import parse
from assetgen.manifest.top import MAX_BYTES
from assetgen.manifest.variables import settle
from assetgen.model.position import Position

KINDS = {"sprites": "sprite", "animations": "animation", "tilesets": "tileset"}
SHARED = ("vars", "presets", "palettes", *KINDS)
_SECTIONS = (*SHARED, "atlases", "defaults")


class Sources(Struct):
    """All that the files say, before presets and variables. `values` are the checked top-level settings."""

    values: dict[str, Any] = field(default_factory=dict)
    top: Map | None = None
    texts: dict[str, Scalar] = field(default_factory=dict)
    """`vars` as they are written."""
    variables: dict[str, str] = field(default_factory=dict)
    """The same with the variables in them replaced."""
    presets: dict[str, Entry] = field(default_factory=dict)
    palettes: dict[str, Entry] = field(default_factory=dict)
    atlases: dict[str, Entry] = field(default_factory=dict)
    defaults: dict[str, Map] = field(default_factory=dict)
    assets: list[tuple[str, Entry]] = field(default_factory=list)
    """(kind, entry), in the order of the files."""
    files: list[str] = field(default_factory=list)
    torn: bool = False
    """A file broke off: what is read of it is whole in itself, but what it refers to may be in the part that is not."""


def gather(file: str, data: bytes, files: Files, problems: Problems) -> Sources:
    """Reads the top manifest (`data`) and its includes."""
    sources = Sources(files=[file])
    top = parse(data, file, problems)
    if top is None:
        return sources
    sources.top, sources.torn = top, top.torn
    settings = Map({k: e for k, e in top.entries.items() if k not in _SECTIONS}, top.position)
    if top.torn:
        one = Scalar("1", top.position)
        settings.entries.setdefault("version", Entry("version", top.position, one))
    sources.values = check(settings, "", "", problems)
    _take_sections(top, sources, problems)
    _take_defaults(top, sources, problems)
    for name, entry in section(top, "atlases", problems).items():
        sources.atlases[name] = entry
    for path in _included(top, files, problems):
        data_or_none = files.read(path, _include_position(top), "include", problems, limit=MAX_BYTES)
        if data_or_none is None:
            continue
        sources.files.append(path)
        part = parse(data_or_none, path, problems, included=True)
        sources.torn |= part is None or part.torn
        if part is not None:
            _refuse_settings(part, problems)
            _take_sections(part, sources, problems)
    sources.variables = settle(sources.texts, problems)
    return sources


def check(node: Node, name: str, where: str, problems: Problems, *, raw: bool = False) -> Any:
    """The values of a node by `$defs/NAME` (`raw`: variables are still in it); mistakes go to `problems`."""
    context = Context(raw)
    value = schema.checker(name).read(node, "colors" if name == "palette" else name, context)
    for failure in context.failures:
        tail = failure.tail
        if name in KINDS.values() and isinstance(node, Map) and failure.unknown in node.entries:
            tail = _elsewhere(failure.unknown) or tail
        problems.add(failure.position, failure.head, where=where, tail=tail)
    return value


def _elsewhere(key: str) -> str:
    """What to say of a key that another kind of entry has."""
    kinds = [plural for plural, kind in KINDS.items() if key in schema.keys_of(kind)]
    return f"it is a key of {any_of(kinds, 'and')}" if kinds else ""


def section(top: Map, name: str, problems: Problems) -> dict[str, Entry]:
    """The entries of a section, `x-` keys left out; a problem when it is no map."""
    entry = top.entries.get(name)
    if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_null):
        return {}
    if not isinstance(entry.value, Map):
        tail = f"expected '{name}: {{NAME: …}}'"
        problems.add(entry.value.position, f"{quoted(name)} must be a map from names to entries", tail=tail)
        return {}
    return {key: inner for key, inner in entry.value.entries.items() if not key.startswith("x-")}


def _take_sections(part: Map, sources: Sources, problems: Problems) -> None:
    for name, entry in section(part, "vars", problems).items():
        text = check(Map({name: entry}, entry.position), "vars", "'vars'", problems)
        if name in sources.texts:
            tail = "it is defined in another file as well"
            problems.add(entry.position, f"duplicate variable {quoted(name)}", tail=tail)
        else:
            sources.texts[name] = Scalar((text or {}).get(name) or "", entry.value.position)
    for known, key in ((sources.presets, "presets"), (sources.palettes, "palettes")):
        for name, entry in section(part, key, problems).items():
            first = known.get(name)
            if first is not None:
                tail = f"first at {first.position}"
                problems.add(entry.position, f"duplicate {key[:-1]} {quoted(name)}", tail=tail)
            known.setdefault(name, entry)
    for key in part.entries:
        if key in KINDS:
            sources.assets += [(KINDS[key], entry) for entry in section(part, key, problems).values()]


def _take_defaults(top: Map, sources: Sources, problems: Problems) -> None:
    entry = top.entries.get("defaults")
    if entry is None or (isinstance(entry.value, Scalar) and entry.value.is_null):
        return
    checker = schema.keys_of("")["defaults"]
    assert isinstance(checker, MapOf)
    context = Context(raw=True)
    checker.read(entry.value, "defaults", context)
    for failure in context.failures:
        problems.add(failure.position, failure.head, where="'defaults'", tail=failure.tail)
    if isinstance(entry.value, Map):
        for name, kind in KINDS.items():
            inner = entry.value.entries.get(name)
            if inner is not None and isinstance(inner.value, Map):
                sources.defaults[kind] = inner.value


def _include_position(top: Map) -> Position:
    return top.entries["include"].value.position


def _included(top: Map, files: Files, problems: Problems) -> list[str]:
    """Paths to include, each once, globs sorted; the top file itself is left out."""
    entry = top.entries.get("include")
    if entry is None or not isinstance(entry.value, Items):
        return []
    own = top.position.file
    found: dict[str, None] = {}
    for item in entry.value.items:
        if not isinstance(item, Scalar):
            continue
        path = files.relative(item.text, item.position, "include", problems)
        if path is None:
            continue
        if not is_glob(path):
            if files.require(path, item.position, "include", problems):
                found[path] = None
            continue
        matched = files.matches(path)
        if not matched:
            problems.add(item.position, f"include {quoted(item.text)} matches no file")
        found |= dict.fromkeys(matched)
    found.pop(own, None)
    return list(found)


def _refuse_settings(part: Map, problems: Problems) -> None:
    for key, entry in part.entries.items():
        if key in SHARED or key.startswith("x-"):
            continue
        known = schema.keys_of("")
        if key in known:
            if key == "version":
                check(Map({key: entry}, entry.position), "", "", problems)
            else:
                tail = "only vars, presets, palettes and assets may stand there; move it to the top manifest"
                problems.add(entry.position, f"{quoted(key)} cannot stand in an included file", tail=tail)
        else:
            problems.add(
                entry.position, f"unknown key {quoted(key)}", tail=did_you_mean(key, SHARED, noun="known keys")
            )
