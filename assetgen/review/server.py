"""The review page on 127.0.0.1: one page, its pictures, its events, and the actions behind them.

Whoever may use it knows the secret token in its address. Requests for another host (a name that an attacker's DNS
points here) or from another origin are refused, no GET changes anything, and what is uploaded is bounded.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assetgen.model.errors import AssetgenError
from assetgen.model.jsontext import parse_json
from assetgen.review.actions import ACTIONS, LOOKING, UPLOADS
from assetgen.review.events import News
from assetgen.review.gallery import Gallery
from assetgen.review.page import page
from assetgen.review.work import Desk
from assetgen.simulator.listening import HOST

LARGEST_UPLOAD = 32 * 1024 * 1024
LARGEST_BODY = 64 * 1024
TOKEN_BYTES = 24


class Refused(Exception):  # noqa: N818  (a reply, not a failure)
    """A request that is answered with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Guard:
    """Refuses, before anything else sees it, what does not come from the page itself."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app = app
        self.token = token
        self.hosts = {f"{HOST}:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            self._check(scope)
        except Refused as refused:
            await JSONResponse({"error": str(refused)}, refused.status, SAFE)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                extra = [(k.lower().encode(), v.encode()) for k, v in SAFE.items() if k.lower().encode() not in known]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self.app(scope, receive, with_headers)

    def _check(self, scope: Scope) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        if host not in self.hosts:
            raise Refused(421, "this address is not served here")
        given = scope["path"].removeprefix("/").partition("/")[0]
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise Refused(404, "there is nothing here: use the address that 'assetgen review' printed")
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            raise Refused(403, "requests from other pages are refused")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Refused(403, "requests from other pages are refused")
        if scope["method"] not in ("GET", "HEAD"):
            if origin is None:
                raise Refused(403, "a request that changes something needs an Origin")
            if headers.get("x-assetgen") != "review":
                raise Refused(403, "a request that changes something comes from the page alone")


SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def policy(nonce: str) -> str:
    """The page may run its own script, show its own pictures and talk to this server; nothing else."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class ReviewServer:
    """One review: a project's desk, its news, and the application that serves both."""

    def __init__(self, desk: Desk, news: News) -> None:
        self.desk = desk
        self.news = news
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self._busy = asyncio.Lock()
        self._gallery: Gallery | None = None
        self._shown: Gallery | None = None

    def app(self, port: int) -> ASGIApp:
        """The ASGI application for this port."""
        base = "/{token}"
        routes = [
            Route(f"{base}/", self._page),
            Route(f"{base}/gallery.json", self._data),
            Route(f"{base}/picture/{{name}}.png", self._picture),
            Route(f"{base}/events", self._events),
            Route(f"{base}/do/{{what}}", self._do, methods=["POST"]),
        ]
        return Guard(Starlette(routes=routes), self.token, port)

    @property
    def lock(self) -> asyncio.Lock:
        """Held while somebody works on the project: one action, or one build, at a time."""
        return self._busy

    @property
    def busy(self) -> bool:
        """Whether an action is under way."""
        return self._busy.locked()

    def changed(self) -> None:
        """Something is different: pages look again."""
        self._gallery = None
        self.news.tell("changed")

    # -- reading ------------------------------------------------------------------

    async def gallery(self) -> Gallery:
        """The project as it is; looked at again after each change."""
        async with self._busy:
            if self._gallery is None:
                self._gallery = self._shown = await asyncio.to_thread(self.desk.gallery)
            return self._gallery

    async def _page(self, request: Request) -> Response:
        try:
            found = await self.gallery()
        except AssetgenError as error:
            return Response(f"{error}\n\nMend it, then load this page again.\n", 500, media_type="text/plain")
        nonce = secrets.token_urlsafe(12)
        return HTMLResponse(page(found.document, {}, nonce=nonce), headers={"Content-Security-Policy": policy(nonce)})

    async def _data(self, request: Request) -> Response:
        return await answered(self._document())

    async def _document(self) -> Any:
        return {**(await self.gallery()).document, "pictures": {}}

    async def _picture(self, request: Request) -> Response:
        try:
            found = await self.gallery()
        except AssetgenError:
            if self._shown is None:
                return Response(status_code=404)
            found = self._shown  # pages show what was there before the mistake, until it is mended
        data = found.pictures.get(request.path_params["name"])
        if data is None:
            return Response(status_code=404)
        # A picture's name says what it shows: it never changes.
        return Response(data, media_type="image/png", headers={"Cache-Control": "private, max-age=86400, immutable"})

    async def _events(self, request: Request) -> Response:
        return StreamingResponse(self.news.stream(), media_type="text/event-stream")

    # -- acting -------------------------------------------------------------------

    async def _do(self, request: Request) -> Response:
        return await answered(self._act(request))

    async def _act(self, request: Request) -> Any:
        what = request.path_params["what"]
        if what in UPLOADS:
            data = await bounded(request, LARGEST_UPLOAD)
            query = dict(request.query_params)
            return await self._run(what, lambda: UPLOADS[what](self.desk, query, data))
        action = ACTIONS.get(what)
        if action is None:
            raise Refused(404, f"there is no action '{what}'")
        body = json_body(await bounded(request, LARGEST_BODY))
        return await self._run(what, lambda: action(self.desk, body))

    async def _run(self, what: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """One action at a time; pages hear when something changed."""
        quiet = what in LOOKING
        async with self._busy:
            if not quiet:
                self.news.begin(what.replace("-", " ").capitalize())
            try:
                answer = await asyncio.to_thread(work)
            finally:
                if not quiet:
                    self.news.end()
                    self._gallery = None
        if answer.get("changed"):
            self.changed()
        return answer


async def answered(work: Awaitable[Any]) -> Response:
    """The result as JSON; an expected error with its words and a status."""
    try:
        return JSONResponse(await work)
    except Refused as refused:
        return JSONResponse({"error": str(refused)}, refused.status)
    except AssetgenError as error:
        return JSONResponse({"error": str(error)}, 422 if error.exit_status != 3 else 402)


async def bounded(request: Request, most: int) -> bytes:
    """The body, refused as soon as it is too large."""
    told = request.headers.get("content-length", "")
    if told and (not told.isdecimal() or int(told) > most):
        raise Refused(413, f"that is more than {most // 1024} KB")
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > most:
                raise Refused(413, f"that is more than {most // 1024} KB")
    except ClientDisconnect:
        raise Refused(400, "the upload broke off") from None
    return bytes(data)


def json_body(data: bytes) -> dict[str, Any]:
    """A JSON object."""
    try:
        body = parse_json(data)
    except ValueError:
        raise Refused(400, "the body has to be JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body has to be a JSON object")
    return body
