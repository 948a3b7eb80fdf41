"""One submission from its POST to decoded pictures. Every step is on the track before the next one is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from assetgen.generate.decode import Decoded, Files, decode_reply, inline_of, iso, json_object, result_of, urls_of
from assetgen.generate.dialects import TASKS, Submission
from assetgen.generate.download import Downloads, ExpiredError, UnusableFileError
from assetgen.generate.errors import Refusal, parse_refusal, parse_task_error
from assetgen.generate.shape import Shape
from assetgen.generate.track import Raw, Track
from assetgen.generate.transport import LostReplyError, NeverSentError, Reply, Transport
from assetgen.generate.types import Delivery, RejectedDelivery
from assetgen.generate.watching import Typical
from assetgen.generate.wire import Dialect
from assetgen.model.cost import CREDITS, Cost
from assetgen.model.errors import ProviderError, UnknownOutcomeError
from assetgen.model.position import Position
from assetgen.store.entries import REPEATABLE_FOR

_CERTAIN = frozenset({400, 402, 404, 413, 422})
"""Refusals that also tell that an earlier sending of the same key was not taken in: else its task had come back."""


EDIT_CREDITS = Cost(Decimal(5), CREDITS)


class RefundedError(ProviderError):
    """The generator failed and the charge was given back. `again`: it is worth another try."""

    def __init__(self, refusal: Refusal, what: str) -> None:
        super().__init__(str(refusal.error(what)))
        self.again = not 400 <= refusal.status < 500


class Line(Struct):
    """The way to one service: what purchases share. `base` is its base URL without a slash at the end."""

    transport: Transport
    downloads: Downloads
    base: str
    dialect: Dialect
    typical: Typical = field(default_factory=Typical)


Claim = Callable[[], Awaitable[str | None]]
"""Looks for the task of a submission whose reply was lost (v1); None when nothing fits beyond doubt."""


class Purchase(Struct):
    """`what` names asset and position for people, `expected` is the price unless the reply tells one."""

    line: Line
    what: str
    kind: str
    shape: Shape
    expected: Cost
    track: Track
    raw: Raw
    asset: str = ""
    position: Position | None = None
    finished: Callable[[], None] = lambda: None
    """Called when the service works on it no more: something else may be sent while the result is looked at."""

    async def submit(self, submission: Submission, claim: Claim, *, uncertain: bool = False) -> str | None:
        """Sends it. Returns the digest of a reply that holds the result at once, or None: a task was accepted.

        `uncertain`: it may have been taken in before (by a process that is dead now).
        Raises ProviderError and AccountError (refused), RefundedError, UnknownOutcomeError.
        """
        try:
            reply = await self.line.transport.call(
                "POST",
                self.line.base + submission.path,
                body=submission.body,
                headers=submission.headers,
                repeatable=submission.repeatable,
                readable=_answers,
                watch=self.track,
                uncertain=uncertain,
            )
        except NeverSentError as error:
            await self.track.close("refused", str(error))
            raise ProviderError(f"{self.what}: {error}; nothing was charged") from None
        except LostReplyError as error:
            return await self._lost(str(error), submission, claim)
        if reply.ok:
            return await self._taken(reply, submission, claim)
        refusal = parse_refusal(reply.status, reply.headers, reply.body)
        if refusal.refunds(self.line.dialect) and submission.paid:
            await self.track.close("refunded", refusal.words)
            raise RefundedError(refusal, self.what)
        if reply.status < 500 and reply.status != 409 and (not reply.uncertain or reply.status in _CERTAIN):
            await self.track.close("refused", refusal.words)
            raise refusal.error(self.what)
        if not submission.paid:
            raise refusal.error(self.what)
        conflict = reply.status == 409
        return await self._lost(f"the service says {refusal.words}", submission, claim, conflict=conflict)

    async def _taken(self, reply: Reply, submission: Submission, claim: Claim) -> str | None:
        document = json_object(reply.body) or {}
        task = document.get("task_id")
        if isinstance(task, str) and task and self.kind in TASKS:
            await self.track.accepted(task, _text(document.get("request_id")) or reply.headers.get("x-request-id"))
            return None
        if result_of(reply.body) is not None:
            self.track.request_id = reply.headers.get("x-rd-request-id") or _text(document.get("request_id"))
            return await self.keep(reply.body)
        return await self._lost("its answer cannot be read", submission, claim)

    async def _lost(self, reason: str, submission: Submission, claim: Claim, *, conflict: bool = False) -> str | None:
        """It was sent and no answer tells what became of it. `conflict`: its key stands for something else there, so
        that sending it again tells nothing."""
        if not submission.paid:
            raise ProviderError(f"{self.what}: {reason}")
        if self.line.dialect == "v1" and self.kind == "inference" and (task := await claim()) is not None:
            await self.track.accepted(task, None)
            return None
        await self.track.close("unknown", reason)
        settles = submission.repeatable and not conflict
        after = (
            "the next build asks again under the same key, which cannot charge twice"
            if settles
            else "nobody but the service's own list of charges can tell; see `assetgen settle`"
        )
        raise self._unknown(f"{reason.rstrip('.')}. It may have cost {self.expected}; {after}", settles=settles)

    def _unknown(self, message: str, *, settles: bool = True) -> UnknownOutcomeError:
        entry = self.track.id or ""
        return UnknownOutcomeError(f"{self.what}: {message} (entry {entry})", entry=entry, settles=settles)

    async def follow(self) -> str:
        """Waits for the accepted task; returns the digest of its stored reply.

        Raises RefundedError, UnknownOutcomeError when the task is gone or takes too long, AccountError.
        """
        transport = self.line.transport
        deadline = transport.network.timeout * transport.tuning.patience
        with self.line.typical.watching(self._speed, transport.runtime, transport.tuning.poll) as watch:
            while True:
                await watch.pause()
                reply = await self._look()
                document = json_object(reply.body)
                status = document.get("status") if document else None
                if document is None or status == "succeeded":
                    self.finished()
                    watch.ready()
                    return await self.keep(reply.body)
                if status == "failed":
                    refusal = parse_task_error(document.get("error"))
                    await self.track.close("refunded", refusal.words)
                    raise RefundedError(refusal, self.what)
                if watch.elapsed > deadline:
                    raise self._unknown(
                        f"task {self.track.task} is still {status} after {watch.elapsed:.0f} s; the next build waits on"
                    )

    @property
    def _speed(self) -> str:
        return f"{self.kind} {self.shape.animation} {self.shape.count > 1}"

    async def _look(self) -> Reply:
        url = f"{self.line.base}{TASKS[self.kind]}/{self.track.task}"
        try:
            reply = await self.line.transport.call("GET", url, readable=lambda r: json_object(r.body) is not None)
        except (NeverSentError, LostReplyError) as error:
            raise self._unknown(
                f"{error}; it is accepted as task {self.track.task}, the next build fetches it"
            ) from None
        if reply.ok:
            return reply
        refusal = parse_refusal(reply.status, reply.headers, reply.body)
        if refusal.is_account:
            raise refusal.error(self.what)
        if reply.status == 404:
            await self.track.close("unknown", refusal.words)
        raise self._unknown(f"task {self.track.task}: the service says {refusal.words}")

    async def keep(self, body: bytes) -> str:
        """Stores a reply before anything decodes it; returns its digest."""
        now = self.line.transport.runtime.now()
        note: dict[str, Any] = {"task": self.track.task, "request_id": self.track.request_id, "kind": self.kind}
        note |= {"at": now, "base": self.line.base, "entry": self.track.id, "files": {}}

        def store() -> str:
            digest = self.raw.put(body)
            self.raw.put_note(digest, note)
            return digest

        digest = await asyncio.to_thread(store)
        await self.track.received(digest)
        return digest

    async def deliver(self, raw: str) -> Delivery:
        """The pictures of a stored reply; when they cannot be used, those of the task fetched once more.

        Raises RejectedDelivery, or ProviderError when hosted files cannot be had now (paid, and fetched again later).
        """
        note = self.raw.note(raw)
        self.track.task = self.track.task or note.get("task")
        self.track.request_id = self.track.request_id or note.get("request_id")
        decoded = await self._decode(raw, await self._files(raw))
        if decoded.problems:
            raw, decoded = await self._second_try(raw, decoded)
        delivery = Delivery(
            images=decoded.images,
            price=self._price(decoded),
            model=decoded.model,
            date=decoded.date or iso(self.line.transport.runtime.now()),
            warnings=decoded.warnings,
            entry=self.track.id,
            raw=raw,
            attempt=self.track.attempt,
        )
        if decoded.problems:
            kept = f"; the reply is kept as raw {raw[:8]}" if self.track.id else ""
            raise RejectedDelivery(
                f"{self.what}: {'; '.join(decoded.problems)}{kept}",
                delivery=delivery,
                asset=self.asset,
                position=self.position,
            )
        return delivery

    def _price(self, decoded: Decoded) -> Cost:
        """What was charged. The old `/edit` tells only the credits that are left; it costs five."""
        if decoded.price is not None:
            return decoded.price
        in_credits = decoded.remaining is not None and decoded.remaining.unit == CREDITS
        return EDIT_CREDITS if self.kind == "edit" and in_credits else self.expected

    async def _decode(self, raw: str, files: Files) -> Decoded:
        body = self.raw.get(raw)
        return await asyncio.to_thread(decode_reply, body, files, self.shape)

    async def _second_try(self, raw: str, first: Decoded) -> tuple[str, Decoded]:
        """The task once more, its files by fresh addresses: what was damaged on the way may come whole now."""
        again = await self._fetched_again(raw)
        if again is None:
            return raw, first
        second = await self._decode(again, await self._files(again, afresh=True))
        if second.problems and len(second.images) <= len(first.images):
            await self.track.received(raw)  # the entry names the reply that the error will name
            return raw, first
        return again, second

    async def _fetched_again(self, raw: str) -> str | None:
        now = self.line.transport.runtime.now()
        if self.track.task is None or self.kind not in TASKS or now - self.raw.note(raw).get("at", 0) > REPEATABLE_FOR:
            return None
        try:
            reply = await self._look()
        except ProviderError:
            return None
        return await self.keep(reply.body) if result_of(reply.body) is not None else None

    async def _files(self, raw: str, *, afresh: bool = False) -> Files:
        """The hosted files of a stored reply, from disk or by download, each stored before it is looked at.

        `afresh`: by new addresses, and instead of pictures that stand in the reply.
        """
        result = result_of(self.raw.get(raw))
        if result is None:
            return {}
        urls, inline = urls_of(result), inline_of(result)
        fresh = await self._fresh_urls(max(len(urls), len(inline))) if afresh else []
        if inline and not fresh:
            return {}
        note = self.raw.note(raw)
        known: dict[str, str] = {} if afresh else note.get("files", {})
        files: dict[int, bytes | str] = {}
        for index, url in enumerate(fresh or urls):
            stored = known.get(str(index))
            if stored is not None and self.raw.has(stored):
                files[index] = self.raw.get(stored)
                continue
            data = await self._download(url, index, len(urls))
            if isinstance(data, bytes):
                known = {**known, str(index): await asyncio.to_thread(self.raw.put, data)}
                await asyncio.to_thread(self.raw.put_note, raw, {**note, "files": known})
            files[index] = data
        return files

    async def _download(self, url: str, index: int, count: int) -> bytes | str:
        """One file, by a fresh address when its own is not good (any more); a text when it cannot be had for ever."""
        limit = self.line.transport.tuning.file_limit
        try:
            return await self.line.downloads.fetch(url, limit=limit)
        except (ExpiredError, UnusableFileError) as error:
            first = str(error)
        except ProviderError as error:
            raise ProviderError(f"{self.what}: paid, but its file cannot be fetched now: {error}") from None
        fresh = await self._fresh_urls(count)
        if not fresh:
            return first
        try:
            return await self.line.downloads.fetch(fresh[index], limit=limit)
        except ProviderError as error:
            return str(error)

    async def _fresh_urls(self, count: int) -> list[str]:
        """New addresses of the result, where the service keeps them: v2's request record, else the task itself."""
        if self.line.dialect == "v2" and self.kind == "inference" and self.track.request_id:
            path = f"/inferences/requests/{self.track.request_id}"
        elif self.track.task is not None and self.kind in TASKS:
            path = f"{TASKS[self.kind]}/{self.track.task}"
        else:
            return []
        try:
            reply = await self.line.transport.call("GET", self.line.base + path)
        except ProviderError:
            return []
        document: dict[str, Any] = json_object(reply.body) or {}
        urls = urls_of(result_of(reply.body) or document)
        return urls if reply.ok and len(urls) == count else []


def _answers(reply: Reply) -> bool:
    """Whether a success to a submission can be understood."""
    document = json_object(reply.body)
    return document is not None and ("task_id" in document or result_of(reply.body) is not None)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
