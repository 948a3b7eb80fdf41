"""Raw replies and exact request bodies: files named by their SHA-256, on the disk before anything reads them.

A reply has a note beside it (`DIGEST.json`) that says what is needed to decode it again: the task that it came
from and the digests of the files that it named by URL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from assetgen.model.errors import StoreError
from assetgen.model.jsontext import parse_json
from assetgen.store import atomic


class RawStore(Struct, frozen=True):
    """Files of one account under `folder`."""

    folder: Path

    def put(self, data: bytes) -> str:
        """Stores bytes durably; returns their SHA-256 (hex). Storing the same bytes twice is one file."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            atomic.create(path, data, sync=True, mode=0o400)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a digest, checked. Raises StoreError when they are gone or damaged."""
        try:
            data = self._path(digest).read_bytes()
        except OSError as error:
            raise StoreError(f"raw reply {digest[:8]} cannot be read: {error.strerror or error}") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(f"raw reply {self._path(digest)} is damaged: its bytes are not the ones that were stored")
        return data

    def has(self, digest: str) -> bool:
        return self._path(digest).exists()

    def note(self, digest: str) -> dict[str, Any]:
        """What was noted about a reply; empty when nothing was."""
        try:
            note = parse_json(self._path(digest).with_suffix(".json").read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise StoreError(f"the note of raw reply {digest[:8]} cannot be read: {error}") from error
        if not isinstance(note, dict) or not isinstance(note.get("files", {}), dict):
            raise StoreError(
                f"the note of raw reply {digest[:8]} is damaged: {self._path(digest).with_suffix('.json')}"
            )
        return note

    def put_note(self, digest: str, note: Mapping[str, Any]) -> None:
        text = json.dumps(note, indent=1, sort_keys=True, ensure_ascii=False)
        atomic.write(self._path(digest).with_suffix(".json"), text.encode(), sync=True)

    def remove(self, digest: str) -> None:
        """Deletes a reply, its note and nothing else; missing files are no error."""
        path = self._path(digest)
        with suppress(FileNotFoundError):
            path.chmod(0o600)  # Windows deletes no read-only file
            path.unlink()
        path.with_suffix(".json").unlink(missing_ok=True)

    def digests(self, *, before: float) -> list[str]:
        """What was stored before the time `before` (seconds since 1970)."""
        return sorted(
            path.name for path in self.folder.glob("??/*") if len(path.name) == 64 and path.stat().st_mtime < before
        )

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest
