"""The stores beside the project, as one: the user's own first, then the team's. What is read there is kept here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from assetgen.model.errors import StoreError
from assetgen.model.lock import Accepted, Original
from assetgen.model.realm import OFFICIAL, PLACEHOLDER
from assetgen.model.request import Request
from assetgen.store.objects import Objects
from assetgen.store.records import Records

if TYPE_CHECKING:
    from assetgen.store.shared.team import Team

WORKERS = 24
"""How many questions are under way at once."""


class Look(Struct, frozen=True):
    """What the team's store said about a request: a result, nothing, or why it cannot tell."""

    result: Accepted | None = None
    error: str | None = None


class Stores(Struct):
    """Asked for what the project's folder lacks. `team` None: there is no shared store, or `--offline`.

    Each question about the team's store is asked once. One that does not answer is not asked again: `unreachable`
    says why. `unpushed` holds what was bought and could not be put there.
    """

    objects: Objects
    records: Records
    team: Team | None = None
    unreachable: str | None = None
    unpushed: dict[str, str] = field(default_factory=dict)
    _looks: dict[tuple[str, str], Look] = field(default_factory=dict)
    _blobs: dict[str, bool] = field(default_factory=dict)
    _wanted: dict[tuple[str, str], None] | None = None

    # -- what the planner asks ------------------------------------------------

    def has(self, realm: str, original: Original) -> bool:
        """Whether a store has it. While the team's store does not answer it may have it: reading will tell."""
        if self.objects.has(realm, original.sha256):
            return True
        if self.team is None or realm == PLACEHOLDER:
            return False
        known = self._blobs.get(original.sha256)
        if known is None and self._wanted is not None:
            self._wanted["", original.sha256] = None
            return False
        return self._ask_blob(original.sha256) if known is None else known

    def recorded(self, realm: str, request: Request) -> Accepted | None:
        """The result that a store holds for a request. None, too, where the team's store cannot tell: `refusal`."""
        if self.team is None or realm == PLACEHOLDER:
            return self.records.get(realm, request.digest)
        own = self._own(realm, request.digest)
        if own is not None:
            return own
        known = self._looks.get((realm, request.digest))
        if known is None and self._wanted is not None:
            self._wanted[realm, request.digest] = None
            return None
        return (self.look(realm, request.digest) if known is None else known).result

    def _own(self, realm: str, digest: str) -> Accepted | None:
        """The user's own record, whose pictures may be in the team's store alone."""
        try:
            return self.records.get(realm, digest)
        except StoreError:
            record = self.records.record(realm, digest)
            if record is not None and all(self.has(realm, original) for original in record.results[-1].originals):
                return record.results[-1]
            raise

    def look(self, realm: str, digest: str) -> Look:
        """Asks the team's store about a request now, whatever it said before."""
        assert self.team is not None
        try:
            if self.unreachable is not None:
                raise StoreError(self.unreachable)
            look = Look(self.team.recorded(realm, digest, lambda blob: self.objects.has(realm, blob)))
            if look.result is not None:
                self._blobs.update((original.sha256, True) for original in look.result.originals)
        except StoreError as error:
            look = Look(error=str(error))
            self.give_up(error)
        self._looks[realm, digest] = look
        return look

    def _ask_blob(self, digest: str) -> bool:
        assert self.team is not None
        if self.unreachable is None:
            try:
                self._blobs[digest] = self.team.has(digest)
            except StoreError as error:
                self.give_up(error)
        return self._blobs.setdefault(digest, True)

    def give_up(self, error: StoreError) -> None:
        """Notes an error of the team's store: one that did not answer is not asked again."""
        from assetgen.store.shared.backend import UnreachableError

        if isinstance(error, UnreachableError):
            self.unreachable = self.unreachable or str(error)

    def refusal(self, realm: str, digest: str, *, rebuy: bool = False) -> str | None:
        """Why a request must not be sent: the team's store may have its result and cannot say, or could not be told
        of it. None: it may. `rebuy`: a person wants it again even where the store's own result is damaged."""
        if self.team is None:
            return None
        obstacle = self.team.obstacle if realm != PLACEHOLDER else None
        if obstacle is not None:
            return f"shared store {self.team.where}: {obstacle}: nothing can be bought, since the team would not know"
        if self.unreachable is not None or rebuy:
            return self.unreachable
        for asked in (realm, OFFICIAL):
            look = self._looks.get((asked, digest))
            if look is not None and look.error is not None:
                return look.error
        return None

    def look_ahead(self, evaluate: Callable[[], None], forget: Callable[[], None]) -> None:
        """Finds out which questions an evaluation will ask the team's store, and asks them side by side."""
        if self.team is None:
            return
        asked: set[tuple[str, str]] = set()
        while True:
            self._wanted = {}
            try:
                evaluate()
            finally:
                wanted, self._wanted = self._wanted, None
            new = [item for item in wanted if item not in asked]
            if not new:
                return  # also when a question stays without an answer: asking again would never end
            asked.update(new)
            self._ask(new)
            forget()

    def _ask(self, wanted: Iterable[tuple[str, str]]) -> None:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(WORKERS, "assetgen-store") as pool:
            list(pool.map(lambda item: self.look(*item) if item[0] else self._ask_blob(item[1]), wanted))

    # -- contents -------------------------------------------------------------

    def read(self, realm: str, original: Original) -> bytes | None:
        """An original's bytes, checked; what comes from the team's store is kept in the user's. None: nowhere."""
        data = self.objects.get(realm, original.sha256)
        if data is not None or self.team is None or realm == PLACEHOLDER:
            return data
        data = self.team.read(original.sha256)
        if data is not None:
            self.objects.put(realm, data)
        return data

    def keep(self, result: Accepted, contents: Mapping[str, bytes]) -> None:
        """Stores a purchase: durably in the user's store, then in the team's. Trouble there is no loss: it is noted,
        and nothing more is bought, since others could buy the same."""
        self.records.keep(result, contents)
        if self.team is None or result.realm == PLACEHOLDER:
            return
        try:
            for data in contents.values():
                self.team.put(data)
            self.team.record(result)
            self._looks[result.realm, result.request.digest] = Look(result)
        except StoreError as error:
            self.unpushed[result.request.digest] = str(error)
            self.unreachable = self.unreachable or str(error)

    def remember(self, result: Accepted) -> None:
        """Keeps the record of a result whose pictures came from the team's store."""
        if self.team is not None and result.realm != PLACEHOLDER:
            digests = [original.sha256 for original in result.originals]
            if all(self.objects.has(result.realm, digest) for digest in digests):
                self.records.put(result)

    def close(self) -> None:
        if self.team is not None:
            self.team.close()
