"""A review server on a real socket, in a thread of the test's process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
from patience import LONG
from workbench import Workbench

from assetgen.build.money import parse_cap
from assetgen.build.options import Environment, Options
from assetgen.cli.serving import Serving
from assetgen.review.events import News
from assetgen.review.work import Desk


@dataclass
class Page:
    """What the page does, by HTTP. `origin` is the page's own."""

    url: str
    client: httpx.Client

    @property
    def origin(self) -> str:
        return self.url[: self.url.index("/", 8)]

    def get(self, path: str = "", **headers: str) -> httpx.Response:
        return self.client.get(self.url + path, headers=headers)

    def do(self, what: str, body: Any = None, **headers: str) -> httpx.Response:
        own = {"Origin": self.origin, "X-Assetgen": "review", **headers}
        return self.client.post(f"{self.url}do/{what}", json=body, headers=own)

    def adopt(self, data: bytes, **query: str) -> httpx.Response:
        own = {"Origin": self.origin, "X-Assetgen": "review"}
        return self.client.post(f"{self.url}do/adopt", params=query, content=data, headers=own)

    def ok(self, what: str, **body: Any) -> Any:
        answer = self.do(what, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def data(self) -> Any:
        return self.get("gallery.json").json()

    def card(self, name: str) -> Any:
        return next(card for card in self.data()["assets"] if card["name"] == name)


@contextlib.contextmanager
def serving(game: Workbench, *, max_cost: str | None = None, **variables: str) -> Iterator[Page]:
    """The server for a project, as `assetgen review` runs it."""
    environment = Environment(
        {"ASSETGEN_CACHE_DIR": str(game.store), **game.env, **variables}, time.time, time.monotonic, lambda: 0.5
    )
    news = News()
    options = Options(game.root, max_cost=parse_cap(max_cost) if max_cost else None)
    served = Serving.at(Desk(options, environment, news), news, 0)
    loop = asyncio.new_event_loop()
    server = served.server()

    def run() -> None:
        asyncio.set_event_loop(loop)
        news.attach(loop)
        looking = loop.create_task(served.look())
        loop.run_until_complete(server.serve(sockets=[served.sock]))
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(looking)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with httpx.Client(timeout=LONG) as client:
            yield Page(served.url, client)
    finally:
        server.should_exit = True
        thread.join(LONG)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        served.sock.close()
