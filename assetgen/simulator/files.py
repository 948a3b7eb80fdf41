"""Result files at their URLs: no key, and only for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from assetgen.simulator import wire
from assetgen.simulator.service import Service

PRIVATE_ADDRESS = "http://169.254.169.254/latest/meta-data/"
"""Where a hostile file URL would like a client to go."""

OVERSIZED = 1 << 30
"""Bytes that an oversized download would have, if a client took them all."""

_DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"


def routes(service: Service) -> list[Route]:
    async def get(request: Request) -> Response:
        path = request.url.path
        rule, delay = service.faults.pick("GET", path, None, None)
        entry = service.log("GET", path, key_at_file="x-rd-token" in request.headers)
        if delay:
            await service.config.sleep(delay)
        response = _answer(service, request.path_params["name"], None if rule is None else rule.action)
        if rule is not None:
            entry["fault"] = rule.action
            if rule.action == "status":
                response = Response(b"", rule.status)
        entry["status"] = response.status_code
        return response

    return [Route("/files/{name}", get, methods=["GET"])]


def _answer(service: Service, name: str, fault: str | None) -> Response:
    hosted = service.hosted.get(name.split(".")[0])
    if hosted is None:
        return Response(b"", 404)
    if fault == "drop":
        return wire.Drop()
    if fault == "html":
        return wire.html(200)
    if fault == "expired_url" or hosted.expires <= service.now():
        return Response(_DENIED, 403, media_type="application/xml")
    if "redirect" in (fault, hosted.trick):
        return Response(b"", 302, {"location": PRIVATE_ADDRESS})
    if "oversized" in (fault, hosted.trick):
        return StreamingResponse(_endless(hosted.file.data), media_type=hosted.file.media_type)
    response = Response(hosted.file.data, media_type=hosted.file.media_type)
    if fault in ("truncate", "wrong_length"):
        return wire.cut(response, honest=fault == "truncate")
    if fault == "not_a_picture":
        return Response(b"This is a text, and no picture at all.\n", media_type=hosted.file.media_type)
    return response


async def _endless(start: bytes) -> AsyncIterator[bytes]:
    yield start
    block = bytes(1 << 16)
    for _ in range(OVERSIZED // len(block)):
        yield block
        await asyncio.sleep(0)  # lets the server notice that the client has gone
