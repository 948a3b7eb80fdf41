"""The lock as data: one block an asset. `store.lockfile` reads and writes its text."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.model.cost import FREE, Cost
from assetgen.model.request import SCHEME, Json, Request


class Original(Struct, frozen=True):
    """One picture as received. `file` is its path relative to the project, `sha256` of its bytes, `pixels` its digest.

    `candidate` counts from 1; `extra` is None, `pre_palette`, `background` or `data`.
    """

    file: str
    sha256: str
    pixels: str
    size: tuple[int, int]
    candidate: int = 1
    extra: str | None = None


class Accepted(Struct, frozen=True):
    """The accepted result of one remote step: request, originals, pick, price (IDENTITY 9).

    `inputs` records, for each picture field, the references as text: only for telling reasons (`input hero changed`).
    `pick` is the SHA-256 of the chosen original, None while number 1 is provisional.
    `date` is UTC, `2026-11-21T08:00:00Z`. `attempt` tells purchases of one request apart: it rises after a refund and
    when a lost picture is bought again.
    """

    request: Request
    realm: str
    originals: tuple[Original, ...]
    pick: str | None = None
    price: Cost = FREE
    model: str | None = None
    date: str = ""
    inputs: Mapping[str, Json] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    attempt: int = 0

    @property
    def candidates(self) -> tuple[Original, ...]:
        return tuple(o for o in self.originals if o.extra is None)

    def chosen(self, variant: int | None = None) -> Original:
        """The picked candidate; `variant` N asks for candidate N."""
        pictures = self.candidates
        if variant is not None:
            return next((o for o in pictures if o.candidate == variant), pictures[0])
        return next((o for o in pictures if o.sha256 == self.pick), pictures[0])


class Rejected(Struct, frozen=True):
    """A paid reply that could not be used (IDENTITY 24): never bought again until the request or the take changes."""

    request: Request
    realm: str
    raw: str
    reason: str
    date: str
    price: Cost
    usable: tuple[Original, ...] = ()
    attempt: int = 0


class Adopted(Struct, frozen=True):
    """A retouched file that stands in for the bought picture (IDENTITY 13). `stage` original or final.

    `over` is the pixel digest of the picture beneath it and `recipe` the key of the recipe that it skips, both as
    they were then: what changed since is told.
    """

    original: Original
    stage: str
    date: str
    over: str | None = None
    recipe: str | None = None


class Past(Struct, frozen=True):
    """A superseded result, moved whole: its steps with take, pick, originals and price, and its adoption (rule 8)."""

    steps: tuple[Accepted, ...]
    adopted: Adopted | None = None
    rejected: Rejected | None = None


class Block(Struct, frozen=True):
    """All that the lock knows of one name: an asset, `palette:NAME`, `atlas:NAME`, `index` or `export:ENGINE`.

    `frames` and `files` are the keys of the derived stages as last built; `outputs` maps paths (relative to the
    project) to pixel digests, text files to byte digests. `ids` are engine ids fixed at first export;
    `pages` an atlas's remembered layout; `tiles` the ids and cells of a tileset; `layout` the pinned layout row;
    `tool` the digest of the pixel operations' versions that made the outputs; `partial` the members an atlas lacks;
    `drawn` the digest of the drawn file that the outputs were made from: only for telling reasons (`file changed`).
    `history` is append-only.
    """

    name: str
    kind: str
    steps: tuple[Accepted, ...] = ()
    rejected: Rejected | None = None
    adopted: Adopted | None = None
    reviewed: Mapping[str, str] = field(default_factory=dict)
    layout: str | None = None
    frames: str | None = None
    files: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    tiles: Mapping[str, int] = field(default_factory=dict)
    pages: Json = None
    history: tuple[Past, ...] = ()
    tool: str | None = None
    partial: tuple[str, ...] = ()
    drawn: str | None = None

    def without_derived(self) -> Block:
        return replace(self, frames=None, files=None, outputs={})


class Lock(Struct, frozen=True):
    """The whole lock. `retired` holds removed results, newest last (rule 8)."""

    blocks: Mapping[str, Block] = field(default_factory=dict)
    retired: tuple[Block, ...] = ()
    scheme: int = SCHEME
