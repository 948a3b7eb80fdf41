"""The simulator on a socket of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from assetgen.simulator.app import app
from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.listening import HOST, listen
from assetgen.simulator.wire import HANG_UP


class _Protocol(H11Protocol):
    """HTTP as uvicorn speaks it, with a way for the application to end the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lost = asyncio.Event()
        inner: Any = self.app

        async def with_extension(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[HANG_UP] = self._hang_up
            await inner(scope, receive, send)

        self.app: Any = with_extension

    async def _hang_up(self, data: bytes | None) -> None:
        """Send `data` as it is, then close; None: reset the connection with nothing sent."""
        if data is None:
            self.transport.abort()
        else:
            self.transport.write(data)
            self.transport.close()
        # Until the server knows of the loss it would try to answer in the application's stead.
        await self._lost.wait()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._lost.set()


def server_of(application: ASGIApp) -> uvicorn.Server:
    """A uvicorn server for the application, quiet, without its own signal handling of loggers."""
    config = uvicorn.Config(
        application,
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def serve(config: SimulatorConfig, port: int = 0, announce: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted. `announce` is told the base URL, `http://127.0.0.1:PORT/v2`, once it can be reached.

    Port 0 takes a free one. Raises UsageError when the port is taken.
    """
    with listen(port) as sock, suppress(KeyboardInterrupt):
        if announce is not None:
            announce(f"http://{HOST}:{sock.getsockname()[1]}/v2")
        server_of(app(config)).run(sockets=[sock])
