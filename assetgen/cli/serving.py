"""The review server as `review` and `watch` run it."""

from __future__ import annotations

import argparse
import asyncio
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from assetgen.cli import flags
from assetgen.cli.context import Context

if TYPE_CHECKING:
    import uvicorn

    from assetgen.review.events import News
    from assetgen.review.server import ReviewServer
    from assetgen.review.work import Desk


_LOOK = 0.7
"""Seconds between looks at manifest and lock."""


class Serving(Struct):
    """A review server on its socket."""

    review: ReviewServer
    news: News
    sock: socket.socket

    @staticmethod
    def of(args: argparse.Namespace, context: Context) -> Serving:
        """A server for a command line with --port and build's approval flags. Loads the manifest, to fail early."""
        from assetgen.review.events import News

        news = News()
        return Serving.at(desk_of(args, context, news), news, args.port)

    @staticmethod
    def at(desk: Desk, news: News, port: int) -> Serving:
        from assetgen.review.server import ReviewServer
        from assetgen.simulator.listening import listen

        return Serving(ReviewServer(desk, news), news, listen(port))

    @property
    def port(self) -> int:
        port: int = self.sock.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.review.token}/"

    def server(self) -> uvicorn.Server:
        import uvicorn

        config = uvicorn.Config(
            self.review.app(self.port),
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        news = self.news

        class Server(uvicorn.Server):
            """Ends the streams of news first: they would keep it waiting."""

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                news.close()
                await super().shutdown(sockets)

        return Server(config)

    async def run(self) -> None:
        """Serves until Ctrl-C."""
        self.news.attach(asyncio.get_running_loop())
        looking = asyncio.create_task(self.look())
        try:
            await self.server().serve(sockets=[self.sock])
        finally:
            looking.cancel()

    async def look(self) -> None:
        """Tells pages when manifest or lock were changed by somebody else: an editor, a build in another terminal."""
        places = [self.review.desk.options.root / name for name in ("assets.yaml", "assets.lock")]
        known = [_stamp(place) for place in places]
        while True:
            await asyncio.sleep(_LOOK)
            now = [_stamp(place) for place in places]
            if now != known and not self.review.busy:
                known = now
                self.review.changed()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def desk_of(args: argparse.Namespace, context: Context, news: News) -> Desk:
    """The desk for a command line. Raises ManifestError before anything is served."""
    from assetgen.build.session import Session
    from assetgen.cli.merge_driver import refuse_half_merged
    from assetgen.review.work import Desk

    options = flags.options(args, context)
    refuse_half_merged(options.root)
    environment = context.environment()
    session = Session(options, environment)
    try:
        _ = session.manifest
    finally:
        session.close()
    return Desk(options, environment, news)
