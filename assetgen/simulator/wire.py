"""Answers that break HTTP: dropped connections, bodies cut short, lengths that lie, proxies' HTML pages.

`serve` gives each request's scope the extension `assetgen.hang_up` (see server.py), which sends some bytes as they
are and ends the TCP connection. In process there is no connection: a drop raises `Dropped` out of the application,
and a body with a lying length is only shorter.
"""

from __future__ import annotations

import http

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HANG_UP = "assetgen.hang_up"


class Dropped(ConnectionAbortedError):  # noqa: N818 - the connection was
    """The connection ended without an answer."""


class Drop(Response):
    """No answer at all."""

    def __init__(self) -> None:
        super().__init__()
        self.status_code = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hang_up = scope.get("extensions", {}).get(HANG_UP)
        if hang_up is None:
            raise Dropped("the simulator dropped this request")
        await hang_up(None)


class Lying(Response):
    """An answer that ends before its Content-Length is reached."""

    def __init__(self, body: bytes, claimed: int, status: int, headers: dict[str, str]) -> None:
        super().__init__(body, status, headers)
        self.headers["content-length"] = str(claimed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hang_up = scope.get("extensions", {}).get(HANG_UP)
        if hang_up is None:
            await super().__call__(scope, receive, send)
            return
        lines = [f"HTTP/1.1 {self.status_code} {http.HTTPStatus(self.status_code).phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        await hang_up("\r\n".join([*lines, "", ""]).encode("latin-1") + bytes(self.body))


def html(status: int) -> Response:
    """The page of a proxy that stands before the service."""
    title = "A timeout occurred" if status == 524 else "Just a moment..."
    page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>Error {status}</h1></body></html>\n"
    return Response(page, status, media_type="text/html")


def cut(response: Response, *, honest: bool) -> Response:
    """The first half of an answer. `honest`: its Content-Length says so; else it promises the whole."""
    body = bytes(response.body)
    short = body[: len(body) // 2]
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    if honest:
        return Response(short, response.status_code, headers)
    return Lying(short, len(body), response.status_code, headers)
