"""What an exporter is, what it gives back, and how it is found.

An exporter is a module (or any object) with the members of `Exporter`, named in the entry-point group
`assetgen.exporters`. It is a pure function from finished assets to files: it opens nothing and writes nothing.
Text files that an engine's editor also edits carry `OwnedKeys`, which say what of such a file is ours.
"""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from msgspec import Struct, field

from assetgen.model.built import Built
from assetgen.model.errors import UsageError
from assetgen.model.manifest import Engine, Manifest
from assetgen.model.position import Problem
from assetgen.model.request import Json

if TYPE_CHECKING:
    from assetgen.model.built import Load

GROUP = "assetgen.exporters"
BUILTIN = (
    *("aseprite", "bevy", "cocos2d", "css", "defold", "gamemaker", "godot", "ldtk"),
    *("libgdx", "love", "phaser", "pixi", "starling", "template", "tiled", "unity"),
)
"""Exporters of this package: module `assetgen.export.NAME`. Scanning the installed packages is for the others."""

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError)
"""What a reader may raise at a text that an editor, a merge or somebody's hand left in the place of ours."""

Keys = Mapping[str, Any]
"""Owned keys of one text by name, as comparable JSON values (defaults filled in, paths made relative)."""


def digest_of(keys: Keys) -> str:
    """SHA-256 of the keys' canonical JSON, as hex."""
    text = json.dumps(keys, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class OwnedKeys(Struct, frozen=True):
    """What is ours in a file that an editor also edits.

    `content` is the file as we would write it afresh. `read(text, scope)` gives the owned keys of a text, where
    `scope` names the things in it that are ours (tags, tile ids, sprite ids): `scope` those of this build, `before`
    those of the last one. `join(existing)` is the existing text with our keys replaced and every other kept.
    """

    content: str
    scope: tuple[str, ...]
    before: tuple[str, ...]
    read: Callable[[str, tuple[str, ...]], Keys]
    join: Callable[[str], str]

    @property
    def digest(self) -> str:
        """The digest of the owned keys as this build writes them afresh."""
        return self.record(self.content)

    def record(self, written: str) -> str:
        """What the lock records for the file: the digest of the owned keys in the text as written."""
        return digest_of(self.read(written, self.scope))

    def judge(self, existing: str) -> tuple[str, ...]:
        """Digests that an undisturbed file may have: drifted if none of them is a recorded one.

        There are two since the file may be of the last build or, after a kill before the lock was written, of this one.
        A text that cannot be parsed has none.
        """
        try:
            found = {scope: digest_of(self.read(existing, scope)) for scope in (self.before, self.scope)}
        except UNREADABLE:
            return ()
        return tuple(dict.fromkeys(found.values()))

    def merge(self, existing: str) -> str:
        """The existing text with our keys replaced; `content` where the existing one cannot be parsed, or what is kept
        of it would leave a file that cannot."""
        if existing == self.content:
            return existing
        try:
            joined = self.join(existing)
            self.read(joined, self.scope)
            return joined
        except UNREADABLE:
            return self.content

    def conflicts(self, existing: str) -> tuple[str, ...]:
        """Names of owned keys in which the existing text differs from what this build writes, for the report."""
        try:
            theirs = self.read(existing, self.scope)
        except UNREADABLE as error:
            return (f"the file cannot be read: {error or type(error).__name__}",)
        ours = self.read(self.content, self.scope)
        return tuple(sorted(key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)))


class Output(Struct, frozen=True):
    """One file of an engine. `path` and `pictures` (the pictures that it refers to) are relative to the engine's
    output folder. `owner` is the asset, `atlas:NAME` or `export:ENGINE` under which the lock lists it.
    Picture content is a whole PNG file, `pixels` its pixel digest."""

    path: str
    content: str | bytes
    owner: str
    pictures: tuple[str, ...] = ()
    owned: OwnedKeys | None = None
    pixels: str | None = None


def _refuse_pixels(digest: str) -> Any:
    raise LookupError(f"no picture {digest}: this exporter was called without a loader")


def _refuse_files(path: str) -> str:
    raise FileNotFoundError(path)


class Context(Struct):
    """What an exporter may ask for beyond the assets, and where it leaves what the caller must keep.

    `load` gives the picture of a pixel digest; `read` the text of a file of the project (relative path);
    `output` is the engine's output folder relative to the project, with `/`.
    `ids` collects every id in use, by owner and purpose: the caller stores them in the lock, whence they come back as
    `Built.ids`. `warnings` collects (owner, message) of what a format cannot hold.
    """

    load: Load = _refuse_pixels
    read: Callable[[str], str] = _refuse_files
    output: str = "generated"
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    _taken: dict[str, set[str]] = field(default_factory=dict)

    def id(self, built: Built, owner: str, purpose: str, make: Callable[[], str]) -> str:
        """The id fixed in the lock, or a new one; noted in `ids` either way."""
        fixed = built.ids.get(owner, {}).get(purpose) or self.ids.get(owner, {}).get(purpose) or make()
        self.ids.setdefault(owner, {})[purpose] = fixed
        return fixed

    def unique(self, built: Built, owner: str, purpose: str, make: Callable[[str], str]) -> str:
        """As `id`, for ids that no other asset may have: a renamed one keeps those of its first name, which another may
        bear by now. `make` is given what to add to the name: nothing, then `~2`, `~3`, …"""
        family = ":".join(purpose.split(":")[:2])
        if family not in self._taken:
            known = (item for ids in built.ids.values() for item in ids.items())
            self._taken[family] = {value for key, value in known if key.startswith(family)}
        taken = self._taken[family]

        def free() -> str:
            added = itertools.chain([""], (f"~{number}" for number in itertools.count(2)))
            return next(value for value in map(make, added) if value not in taken)

        fixed = self.id(built, owner, purpose, free)
        taken.add(fixed)
        return fixed

    def numbers(self, built: Built, owner: str, purpose: str, of: Iterable[str], first: int = 1) -> dict[str, int]:
        """A number for each name, from `first`: fixed at first export, a new name takes the next, none is reused."""
        fixed = built.ids.get(owner, {})
        following = max((int(value) + 1 for key, value in fixed.items() if key.startswith(purpose)), default=first)
        found = {}
        for name in of:
            found[name] = int(self.id(built, owner, purpose + name, str(following).__str__))
            following = max(following, found[name] + 1)
        return found

    def recall(self, built: Built, owner: str, purpose: str, value: str) -> str:
        """Notes `value` for the next build and gives the last build's, or `value` where there was none."""
        last = built.ids.get(owner, {}).get(purpose, value)
        self.ids.setdefault(owner, {})[purpose] = value
        return last

    def warn(self, owner: str, message: str) -> None:
        if (owner, message) not in self.warnings:
            self.warnings.append((owner, message))


class Exporter(Protocol):
    """Writes one engine's files.

    `needs`: what its files refer to, of `single`, `sheet`, `frames`, `palettes`, `atlas`. `always`: what they refer to
    even where the asset is packed in an atlas, as `KIND:ROLE` (`tileset:sheet`). `options`: the names that
    `engines: {NAME: {…}}` may hold beside `output`.
    """

    @property
    def name(self) -> str: ...
    @property
    def needs(self) -> frozenset[str]: ...
    @property
    def always(self) -> frozenset[str]: ...
    @property
    def options(self) -> frozenset[str]: ...
    def check(self, manifest: Manifest) -> list[Problem]:
        """Mistakes that this engine alone knows: names that become equal, options, a missing project."""

    def export(self, built: Built, engine: Engine, context: Context) -> Iterable[Output]:
        """The files, in any order, each path once. A file whose picture was not written is left out."""


def names() -> tuple[str, ...]:
    """Every engine that can stand under `engines:`, sorted. Scans the installed packages."""
    return tuple(sorted({*BUILTIN, *_foreign()}))


def exporter(name: str) -> Exporter:
    """The exporter of that name; only its own module is imported.

    Raises UsageError with the known names where there is none, or where a foreign one cannot be imported.
    """
    if name in BUILTIN:
        return cast("Exporter", importlib.import_module(f"assetgen.export.{name}"))
    entry = _foreign().get(name)
    if entry is None:
        raise UsageError(f"no exporter for {name!r}; there are: {', '.join(names())}")
    try:
        found = entry.load()
    except Exception as error:  # a foreign package may fail in any way while it is imported
        raise UsageError(f"the exporter {name!r} ({entry.value}) cannot be imported: {error}") from error
    return cast("Exporter", found)


def _foreign() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=GROUP) if entry.name not in BUILTIN}


def roles(exporters: Sequence[Exporter], kind: str, packed: bool) -> frozenset[str]:
    """Which files of an asset the engines in use refer to: of `single`, `sheet`, `frames`, `palettes`.

    `kind`: sprite, animation or tileset. A packed asset is in its pages; only what an engine `always` wants is added.
    """
    wanted: set[str] = set()
    for item in exporters:
        if not packed:
            wanted |= item.needs - {"atlas"}
        wanted |= {role for owner, _, role in (entry.partition(":") for entry in item.always) if owner == kind}
    return frozenset(wanted)


def problems(manifest: Manifest) -> list[Problem]:
    """What the engines in use have to say against a manifest, in the order of the file."""
    found: list[Problem] = []
    for engine in manifest.engines:
        if engine.name not in BUILTIN and engine.name not in _foreign():
            found.append(Problem(engine.position, f"unknown engine {engine.name!r}; {_meant(engine.name)}"))
            continue
        item = exporter(engine.name)
        allowed = {*item.options, "output"}
        found += [
            Problem(engine.at(key), f"{engine.name} has no option {key!r}; it has: {', '.join(sorted(allowed))}")
            for key in engine.options
            if key not in allowed
        ]
        found += item.check(manifest)
    return sorted(found, key=lambda problem: problem.position)


def _meant(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), names(), 1)
    return f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(names())}"


def option(engine: Engine, key: str, default: Json) -> Json:
    """An engine's option as written, or the default."""
    value = engine.options.get(key)
    return default if value is None else value
