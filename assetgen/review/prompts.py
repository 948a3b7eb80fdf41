"""A prompt changed in the manifest's text: one scalar at its known place, all other bytes as they were."""

from __future__ import annotations

import difflib
import hashlib
import re
from pathlib import Path

import yaml
from msgspec import Struct

from assetgen.build.choices import one_asset
from assetgen.build.session import Session
from assetgen.model.errors import ManifestError, UsageError
from assetgen.model.manifest import Asset
from assetgen.store import atomic
from assetgen.store.paths import inside

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ._()'/-]*[A-Za-z0-9.)]|[A-Za-z]")
"""What needs no quotes in any YAML, in flow or block."""
_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
LONGEST = 4000
"""Characters of a prompt that the page may send."""


class Place(Struct, frozen=True):
    """Where an entry's prompt stands. `text` is its source text, with `{variables}`; `shared` are all assets that the
    entry stands for; `digest` tells the file's version."""

    path: Path
    file: str
    line: int
    column: int
    start: int
    end: int
    style: str | None
    text: str
    shared: tuple[str, ...]
    digest: str

    @property
    def position(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Change(Struct, frozen=True):
    """A prompt about to be written: the new file's bytes and the difference, as lines with `-`, `+` or a blank."""

    place: Place
    data: bytes
    diff: tuple[str, ...]


def find_prompt(session: Session, name: str) -> Place:
    """The place of an asset's own prompt. UsageError where it has none, or takes it from a preset."""
    asset = one_asset(session, name)
    path = inside(session.root, asset.position.file)
    data = path.read_bytes()
    node = _prompt_node(data.decode("utf-8"), asset)
    if node is None:
        raise UsageError(
            f"{name} ({asset.position}) has no prompt of its own here: it is inherited, or written as edits"
        )
    mark = node.start_mark
    same = tuple(n for n, other in session.manifest.assets.items() if other.position == asset.position)
    digest = hashlib.sha256(data).hexdigest()
    end = node.end_mark.index
    return Place(
        path, asset.position.file, mark.line + 1, mark.column + 1, mark.index, end, node.style, node.value, same, digest
    )


def change_prompt(session: Session, name: str, text: str) -> Change:
    """What writing this prompt would do. UsageError for an empty or endless one, or where the text cannot hold it."""
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        raise UsageError(f"a prompt has 1 to {LONGEST} characters")
    place = find_prompt(session, name)
    before = place.path.read_bytes().decode("utf-8")
    tail = before[place.start : place.end]
    ending = "\n" if place.style in ("|", ">") and tail.endswith("\n") else ""
    after = before[: place.start] + _scalar(text, place.style) + ending + before[place.end :]
    if text == place.text:
        after = before
    _check_only_this(before, after, place, text)
    return Change(place, after.encode("utf-8"), tuple(_difference(before, after)))


def write_prompt(session: Session, name: str, text: str, digest: str) -> Change:
    """Writes the prompt, if the file is still the one that was looked at (`digest`); puts it back if the manifest
    would not load. Raises UsageError or ManifestError, with the file as it was."""
    change = change_prompt(session, name, text)
    if change.place.digest != digest:
        raise UsageError(f"{change.place.file} changed meanwhile: look at the prompt again")
    before = change.place.path.read_bytes()
    if change.data == before:
        return change
    atomic.write(change.place.path, change.data)
    again = Session(session.options, session.environment)
    try:
        _ = again.manifest
    except ManifestError:
        atomic.write(change.place.path, before)
        raise
    finally:
        again.close()
    return change


def _prompt_node(text: str, asset: Asset) -> yaml.ScalarNode | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return None
    for _, section in root.value:
        for key, value in section.value if isinstance(section, yaml.MappingNode) else ():
            if (key.start_mark.line + 1, key.start_mark.column + 1) != asset.position[1:]:
                continue
            if isinstance(value, yaml.ScalarNode):
                return value
            found = [v for k, v in value.value if k.value == "prompt"] if isinstance(value, yaml.MappingNode) else []
            return found[0] if found and isinstance(found[0], yaml.ScalarNode) else None
    return None


def _scalar(text: str, style: str | None) -> str:
    """The text as a YAML scalar on one line, quoted as it was, or where it must be."""
    if style is None and _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if style == "'":
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _check_only_this(before: str, after: str, place: Place, text: str) -> None:
    """Reads both texts: the same in all but this one scalar."""
    old, new = (list(_scalars(yaml.compose(t, Loader=yaml.SafeLoader))) for t in (before, after))
    changed = [(a, b) for a, b in zip(old, new, strict=False) if a != b]
    fine = not changed if text == place.text else changed == [(place.text, text)]
    if len(old) != len(new) or not fine:
        raise UsageError(f"{place.position}: this prompt cannot be changed from here: edit the file")


def _scalars(node: yaml.Node | None) -> list[str]:
    """All scalars of a document in order, with marks where collections begin and end."""
    if isinstance(node, yaml.ScalarNode):
        return [node.value]
    if isinstance(node, yaml.MappingNode):
        inner = [text for key, value in node.value for text in (*_scalars(key), *_scalars(value))]
        return ["{", *inner, "}"]
    if isinstance(node, yaml.SequenceNode):
        return ["[", *(text for item in node.value for text in _scalars(item)), "]"]
    return []


def _difference(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
