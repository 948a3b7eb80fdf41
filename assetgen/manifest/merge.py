"""Defaults, presets and the entry, laid over one another: later wins, maps merge one level deep, null unsets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from assetgen.manifest.messages import did_you_mean, quoted
from assetgen.manifest.nodes import Entry, Items, Map, Node, Problems, Scalar

AROUND = ("prompt_prefix", "prompt_suffix")
_OUTER = ("preset", "for_each", "was")


class Merged(NamedTuple):
    """An entry with all that it inherits. `own` are the keys that the entry itself sets; `prefix` and `suffix` the
    texts around the prompt, in order; `presets` the presets used, in order."""

    entries: dict[str, Entry]
    own: frozenset[str]
    prefix: tuple[Scalar, ...]
    suffix: tuple[Scalar, ...]
    presets: tuple[str, ...]
    whole: bool = True
    """False where a preset that it names is not there, so that what it would have brought is not known."""


class Presets:
    """All presets by name, and the order in which a reference to one applies them."""

    def __init__(self, presets: Mapping[str, Entry], problems: Problems) -> None:
        self._presets = presets
        self._problems = problems
        self._chains: dict[str, tuple[str, ...]] = {}

    def chain(self, wanted: list[Scalar], where: str) -> tuple[str, ...]:
        """The presets to apply for these references, each once, inherited ones before those that name them."""
        order: dict[str, None] = {}
        for name in wanted:
            if name.broken:
                continue
            if name.text not in self._presets:
                tail = did_you_mean(name.text, self._presets, noun="presets") or "there are no presets"
                self._problems.add(name.position, f"unknown preset {quoted(name.text)}", where=where, tail=tail)
            else:
                order |= dict.fromkeys(self._chain(name.text, ()))
        return tuple(order)

    def complete(self, wanted: list[Scalar]) -> bool:
        """Whether these references and all that they lead to exist."""
        found: set[str] = set()
        stack = [name.text for name in wanted]
        while stack:
            name = stack.pop()
            if name not in self._presets:
                return False
            if name not in found:
                found.add(name)
                stack += [inner.text for inner in names_of(self._presets[name].value)]
        return True

    def check(self) -> None:
        """Tells unknown names and circles, be the presets used or not."""
        for name in self._presets:
            self._chain(name, ())

    def _chain(self, name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        known = self._chains.get(name)
        if known is not None:
            return known
        entry = self._presets[name]
        if name in above:
            ring = " → ".join([*above[above.index(name) :], name])
            first = min((self._presets[n] for n in above[above.index(name) :]), key=lambda e: e.position)
            self._problems.add(first.position, f"presets go round in a circle: {ring}")
            return ()
        order: dict[str, None] = {}
        for inner in names_of(entry.value):
            if inner.text not in self._presets:
                self.chain([inner], f"preset {quoted(name)}")
            elif len(above) < 100:
                order |= dict.fromkeys(self._chain(inner.text, (*above, name)))
            else:
                self._problems.add(entry.position, f"preset {quoted(name)} is nested more than 100 levels deep")
        result = (*(n for n in order if n != name), name)
        self._chains[name] = result
        return result

    def layer(self, name: str) -> Node:
        return self._presets[name].value


def names_of(value: Node) -> list[Scalar]:
    """The references under `preset` of an entry or preset: one, several or none."""
    if not isinstance(value, Map) or "preset" not in value.entries:
        return []
    preset = value.entries["preset"].value
    candidates = preset.items if isinstance(preset, Items) else (preset,)
    return [item for item in candidates if isinstance(item, Scalar) and not item.is_null]


def merge(entry: Map, defaults: Map | None, presets: Presets, known: Mapping[str, object], where: str) -> Merged:
    """`known` are the keys of the entry's kind: others that a preset brings are left out."""
    source = entry if "preset" in entry.entries or defaults is None else defaults
    wanted = names_of(source)
    chain = presets.chain(wanted, where)
    layers = [defaults] if defaults is not None else []
    layers += [layer for layer in map(presets.layer, chain) if isinstance(layer, Map)]
    merged: dict[str, Entry] = {}
    around: dict[str, list[Scalar]] = {key: [] for key in AROUND}
    for layer in layers:
        _lay(layer, merged, around, known)
    inherited = frozenset(merged)
    _lay(entry, merged, around, None)
    own = frozenset(key for key in merged if key in entry.entries or key not in inherited)
    return Merged(
        merged, own, tuple(around["prompt_prefix"]), tuple(around["prompt_suffix"]), chain, presets.complete(wanted)
    )


def _lay(
    layer: Map, merged: dict[str, Entry], around: dict[str, list[Scalar]], known: Mapping[str, object] | None
) -> None:
    for key, entry in layer.entries.items():
        value = entry.value
        if key.startswith("x-") or key in _OUTER or (known is not None and key not in known):
            continue
        if isinstance(value, Scalar):
            if value.is_null:
                merged.pop(key, None)
                around.get(key, []).clear()
                continue
            if key in around:
                around[key].append(value)
                continue
        before = merged.get(key)
        if before is not None and isinstance(value, Map) and isinstance(before.value, Map):
            entry = Entry(key, entry.position, _merge_maps(before.value, value))
        elif isinstance(value, Map):
            entry = Entry(key, entry.position, _merge_maps(None, value))
        merged[key] = entry


def _merge_maps(before: Map | None, after: Map) -> Map:
    entries = dict(before.entries) if before is not None else {}
    for key, entry in after.entries.items():
        if isinstance(entry.value, Scalar) and entry.value.is_null:
            entries.pop(key, None)
        else:
            entries[key] = entry
    return Map(entries, after.position, after.flow)
