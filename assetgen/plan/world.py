"""What the planner may ask about the disk: reads only, answered lazily and once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from assetgen.model.lock import Accepted, Original
from assetgen.model.manifest import Asset, Stage
from assetgen.model.realm import PLACEHOLDER
from assetgen.model.request import Request

Presence = Literal["here", "stored", "pointer", "missing"]
"""pointer: Git LFS left its pointer in the place of the file, which is not lost but still to be fetched."""


class Realm(Struct, frozen=True):
    """Where results come from: `official`, `placeholder`, `simulator` or a host (IDENTITY 6)."""

    name: str

    @property
    def paid(self) -> bool:
        return self.name != PLACEHOLDER


def gone(original: Original, state: str) -> str:
    """Why an original is not to be had, in words. `state` as `presence` tells it."""
    if state == "pointer":
        return f"{original.file} is a Git LFS pointer: run `git lfs pull`"
    return f"original {original.file} is in no store"


UNJUDGED = ("",)
"""Stands for the digests of a shared file that nobody can judge now: what it is made of is still to come."""

KEYS = "keys:"
"""Begins the recorded digest of a file that an engine's editor also edits: the digest of the keys that are ours."""


class Realms:
    """A set of realm names; `everything` holds them all."""

    def __init__(self, *names: str, everything: bool = False) -> None:
        self._names = frozenset(names)
        self._everything = everything

    def __contains__(self, name: str) -> bool:
        return self._everything or name in self._names


class World(Protocol):
    """The project's folder and the stores beside it."""

    def file_digest(self, path: str) -> str | None:
        """Pixel digest of an input picture (or of all that a glob matches); None where it is missing."""

    def presence(self, original: Original, realm: str) -> Presence:
        """Whether an original is in `originals/`, in another store, a pointer, or nowhere."""

    def recorded(self, realm: str, request: Request) -> Accepted | None:
        """The result that a store holds for a request, if any. StoreError where one was bought and is not to be had."""

    def piece_digest(self, asset: Asset, original: Original, piece: str) -> str:
        """Pixel digest of one frame or tile of a base picture. Raises AssetError where there is none."""

    def file_piece_digest(self, asset: Asset, path: str, piece: str) -> str:
        """The same for an asset drawn by a person."""

    def picture_digest(self, path: str) -> str | None:
        """Pixel digest of the one picture that a file gives as input: an Aseprite file's first frame."""

    def final_digest(self, name: str, piece: str | None, stage: Stage) -> str | None:
        """Pixel digest of an asset's finished picture (`base`: of one made of others, without its own recipe).

        None while it is not there.
        """

    def output_digest(self, path: str) -> str | None:
        """Digest of an output as it is on disk (pixels, or bytes after CRLF→LF); None where it is missing."""

    def owned_digests(self, path: str) -> tuple[str, ...] | None:
        """Digests (`keys:…`) of our keys in a file that an engine's editor also edits, as it is on disk: one for each
        scope that an undisturbed file may have; None where it is missing."""

    def template_digests(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Digests of templates and of those that they name in turn, by path; empty for what is missing."""

    def unmerged(self, path: str) -> bool:
        """Whether git left that text output in conflict."""

    def was_written(self, path: str, digest: str) -> bool:
        """Whether the tool itself has written this content there (`.assetgen/written`)."""
