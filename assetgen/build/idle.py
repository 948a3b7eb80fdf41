"""Commands that find nothing to do remember so: while nothing that their answer rests on changes, it stands.

`recall` is all that such a command needs; it imports neither the build nor anything that reads a manifest or a lock.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import assetgen
from assetgen.store import clean
from assetgen.store.clean import Answer

if TYPE_CHECKING:
    from assetgen.build.session import Session

_VARIABLES = ("ASSETGEN_API_URL", "ASSETGEN_CACHE_DIR", "ASSETGEN_SHARED_STORE")
_FOLDER = ".assetgen"


def recall(root: Path, name: str, variables: Mapping[str, str], *, document: bool) -> Answer | None:
    """What a command said when it last found nothing to do, if that still holds.

    `name` is the command and all of its flags that matter; `document`: with the text of its `--json`.
    """
    place = os.path.realpath(root)
    return clean.find(os.path.join(place, _FOLDER), _key(place, variables), name, document=document)  # noqa: PTH118


def remember(session: Session, name: str, answer: Answer) -> None:
    """Keeps the answer of a command that looked at the whole project and found nothing to do, nothing in the way."""
    if not (session.root / _FOLDER).is_dir():
        return  # no build has begun it: who only looks leaves nothing behind
    found = _evidence(session)
    if found is not None and not list(session.originals.notes()):
        key = _key(str(session.root), session.environment.variables)
        clean.keep(session.root / _FOLDER, key, name, answer, *found)


def _key(root: str, variables: Mapping[str, str]) -> str:
    told = "\n".join(f"{name}={variables.get(name, '')}" for name in _VARIABLES)
    # As a checksum: the address of a store may hold a password, and this is written to a file.
    return "\n".join([assetgen.__version__, _code(), root, f"{zlib.crc32(told.encode()):08x}"])


def _code() -> str:
    """Number, size and time of the program's own files: a checkout under development does not trust old answers."""
    count = size = newest = 0
    pending = [os.path.dirname(assetgen.__file__)]  # noqa: PTH120
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".json")):
                    found = entry.stat()
                    count, size, newest = count + 1, size + found.st_size, max(newest, found.st_mtime_ns)
                elif entry.name != "__pycache__" and entry.is_dir():
                    pending.append(entry.path)
    return f"{count} {size} {newest}"


def _evidence(session: Session) -> tuple[dict[str, str], dict[str, str]] | None:
    """Signatures of everything that this command looked at, and digests of what is young; None in doubt."""
    stamps, manifest = session.state.stamps, session.manifest_evidence
    if stamps.unsteady or manifest is None:
        return None
    signed, young = dict(stamps.looked), dict(stamps.young)
    for path in manifest.present:
        if path not in signed:
            signed[path] = _signature(session.root / path)
            if signed[path] == clean.MISSING:
                return None
    for path, digest in {**manifest.paths(), **_engines(session)}.items():
        known = signed.get(path)
        signed[path] = known = _signature(session.root / path) if known is None else known
        if clean.is_young(known, session.started):
            if digest is None or _sha256(session.root / path) != digest:
                return None  # whether it was read before or after its last change is not known
            young[path] = digest
    return (signed, young) if _add_lock(session, signed, young) else None


def _engines(session: Session) -> dict[str, None]:
    """Modules of exporters that other packages bring along: what they refer to decides which files are written."""
    from assetgen.export.base import BUILTIN, exporter

    foreign = [exporter(engine.name) for engine in session.manifest.engines if engine.name not in BUILTIN]
    return {path: None for item in foreign if (path := getattr(item, "__file__", None)) is not None}


def _add_lock(session: Session, signed: dict[str, str], young: dict[str, str]) -> bool:
    """The lock, if it still is what this command read or wrote."""
    from assetgen.store import lockfile

    name = session.lock_path.name
    signed[name] = _signature(session.lock_path)
    if lockfile.digest_of(session.lock_path) != session.lock_digest:
        return False
    if clean.is_young(signed[name], session.environment.now()):
        young[name] = _sha256(session.lock_path)
    return True


def _signature(path: Path) -> str:
    try:
        return clean.signature(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return clean.MISSING


def _sha256(path: Path) -> str:
    import hashlib

    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
