"""`.assetgen/clean`: answers of commands that found nothing to do, and every file that they rest on.

While each of those files has the size, times and inode that it had, the answer stands and nothing else is read: no
manifest, no lock, no digests. Any difference, any doubt, any damage is a miss; then the command looks for itself.

The file is a line of JSON, then path and signature in turn. Nothing but the standard library's cheapest is imported.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Protocol

    class Found(Protocol):
        """What is looked at of an `os.stat_result`."""

        @property
        def st_size(self) -> int: ...
        @property
        def st_mtime_ns(self) -> int: ...
        @property
        def st_ctime_ns(self) -> int: ...
        @property
        def st_ino(self) -> int: ...


MISSING = "-"
"""The signature of a path where there is nothing."""

_FILE, _FORMAT = "clean", 1
_DOCUMENT = ".json"
_TICK = 100_000_000  # ns in which two writes may get one time: several ticks of a kernel
_COARSE_TICK = 2_100_000_000  # the same where times are whole seconds (FAT: even ones)

Lines = Sequence[Sequence[str | None]]
"""What a command told: text and style of each line."""


class Answer:
    """What a command said. `document` is the text of its `--json`, None where it was not asked for that."""

    __slots__ = ("document", "lines")

    def __init__(self, lines: Lines, document: str | None = None) -> None:
        self.lines = lines
        self.document = document


def signature(found: Found) -> str:
    """What tells one state of a file (or folder) from another without reading it."""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def is_young(signed: str, since: float) -> bool:
    """Whether a file was last changed so shortly before `since` (seconds since 1970), or after it, that another change
    right behind need not show in its times."""
    if signed == MISSING:
        return False
    _size, modified, changed, _inode = signed.split(" ")
    tick = _TICK if not modified.endswith("000000000") else _COARSE_TICK
    return max(int(modified), int(changed)) + tick > int(since * 1e9)


def find(folder: str, key: str, name: str, *, document: bool) -> Answer | None:
    """The answer kept in `folder` (`.assetgen`, absolute) under `name`, if all that it rests on is as it was.

    `key` stands for everything else that may change an answer. Paths are relative to the folder's parent, or absolute.
    """
    try:
        with open(os.path.join(folder, _FILE), encoding="utf-8", errors="surrogateescape", newline="") as file:  # noqa: PTH118, PTH123
            head = json.loads(file.readline())
            if head["format"] != _FORMAT or head["key"] != key or name not in head["answers"]:
                return None
            evidence = file.read().split("\0")
        answer = head["answers"][name]
        if document and not answer["document"]:
            return None
        if not _holds(os.path.dirname(folder), evidence, head["young"]):  # noqa: PTH120
            return None
        text = _document(folder, name, answer["document"]) if document else None
        return Answer(answer["lines"], text)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None


def _holds(root: str, evidence: list[str], young: Mapping[str, str]) -> bool:
    stat, prefix = os.stat, root.rstrip("/\\") + "/"
    for path, known in zip(evidence[::2], evidence[1::2], strict=True):
        try:
            found = stat(path if path[0] == "/" or path[1:2] == ":" else prefix + path)
        except (FileNotFoundError, NotADirectoryError):
            if known != MISSING:
                return False
            continue
        if known != f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}":
            return False
    return not young or all(_sha256(Path(root, path)) == digest for path, digest in young.items())


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def _document(folder: str, name: str, digest: str) -> str:
    """The kept `--json` text; ValueError when it is not the one that the answer means."""
    import hashlib

    data = Path(folder, _document_name(name)).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(name)
    return data.decode()


def _document_name(name: str) -> str:
    return f"{_FILE}-{name.partition(' ')[0]}{_DOCUMENT}"


def keep(
    folder: Path, key: str, name: str, answer: Answer, evidence: Mapping[str, str], young: Mapping[str, str]
) -> None:
    """Remember an answer. `evidence` gives a signature by path, `young` the SHA-256 of files that `is_young`.

    Answers of other names stay while the evidence is the same. Unsynced, and never an error: it can be made again.
    """
    import hashlib

    from assetgen.model.errors import StoreError
    from assetgen.store import atomic

    body = "\0".join(f"{path}\0{signed}" for path, signed in sorted(evidence.items()))
    data = answer.document.encode() if answer.document is not None else None
    entry = {"lines": answer.lines, "document": hashlib.sha256(data).hexdigest() if data is not None else None}
    head: dict[str, Any] = {"format": _FORMAT, "key": key, "young": dict(young), "answers": {}}
    try:
        known = _read(folder)
        if known is not None and known[1] == body and known[0]["key"] == key:
            head["answers"] = known[0]["answers"]
        if data is None and name in head["answers"]:
            entry["document"] = head["answers"][name]["document"]
        head["answers"][name] = entry
        if data is not None:
            atomic.write(folder / _document_name(name), data)
        text = json.dumps(head, separators=(",", ":")) + "\n" + body
        atomic.write(folder / _FILE, text.encode("utf-8", "surrogateescape"))
    except StoreError:
        return


def _read(folder: Path) -> tuple[dict[str, Any], str] | None:
    try:
        text = (folder / _FILE).read_bytes().decode("utf-8", "surrogateescape")
        first, _newline, body = text.partition("\n")
        head = json.loads(first)
        return (head, body) if head["format"] == _FORMAT and isinstance(head["answers"], dict) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
