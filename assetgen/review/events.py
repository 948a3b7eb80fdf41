"""Live news for pages: what a build does, and that something changed, by server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from assetgen.model.cost import Cost
from assetgen.model.plan import Plan

_WAITING = 256
"""Events that may wait for a slow page; older ones are dropped."""
_QUIET = 15.0
"""Seconds without news after which a line is sent to keep the connection."""


class News:
    """Hands events from any thread to every page that listens. Is the `Progress` of builds, too."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[asyncio.Queue[bytes | None]] = set()

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """The event loop that the pages are served from."""
        self._loop = loop

    async def stream(self) -> AsyncIterator[bytes]:
        """Events for one page, until it leaves."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        self._listeners.add(queue)
        try:
            yield b"retry: 1000\n\n"
            while True:
                try:
                    message = await asyncio.wait_for(queue.get(), _QUIET)
                except TimeoutError:
                    message = b": still here\n\n"
                if message is None:
                    return
                yield message
        finally:
            self._listeners.discard(queue)

    def tell(self, event: str, data: Any = None) -> None:
        """Sends an event to all pages."""
        message = f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, message)

    def close(self) -> None:
        """Ends every stream: the server stops. On the event loop's thread."""
        self._spread(None)

    def _spread(self, message: bytes | None) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(message)

    def _progress(self, what: str, asset: str = "", text: str = "") -> None:
        self.tell("progress", {"what": what, "asset": asset, "text": text})

    def begin(self, text: str) -> None:
        self._progress("begin", text=text)

    def end(self) -> None:
        self._progress("end")

    # -- Progress ---------------------------------------------------------------

    def planned(self, plan: Plan) -> None:
        """Pages see what begins and ends; the plan itself is not told."""

    def started(self, asset: str, what: str) -> None:
        self._progress("started", asset, what)

    def finished(self, asset: str, cost: Cost) -> None:
        self._progress("finished", asset, str(cost) if cost else "")

    def failed(self, asset: str, error: str) -> None:
        self._progress("failed", asset, error)

    def note(self, message: str) -> None:
        self._progress("note", text=message)
