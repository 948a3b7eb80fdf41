"""How a finished job is told: inline or as URLs, in either generation, and what result faults make of it."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

from msgspec.structs import replace

from assetgen.pixels.picture import decode
from assetgen.simulator import images
from assetgen.simulator.config import Dialect
from assetgen.simulator.jobs import File
from assetgen.simulator.service import Service

NO_PICTURE = b"This is a text, and no picture at all.\n"
DAMAGED_FILES = frozenset({"not_a_picture", "truncated_picture", "wrong_size", "bomb", "fewer_images"})
_HOSTED: dict[str, Literal["oversized", "redirect", "expired"]] = {
    "oversized": "oversized",
    "redirect": "redirect",
    "expired_url": "expired",
}


def delivered(
    service: Service, files: Sequence[File], base: str, *, as_urls: bool = False, fault: str | None = None
) -> dict[str, Any]:
    """`base64_images` and `output_urls`, one of them empty."""
    if fault in DAMAGED_FILES:
        files = damaged(files, fault)
    if fault == "bad_base64":
        return {"base64_images": [images.text(file.data)[:40] + "*not base64*" for file in files], "output_urls": []}
    trick = _HOSTED.get(fault or "")
    inline = sum(len(file.data) for file in files) * 4 // 3
    if as_urls or trick or inline > service.config.inline_limit:
        return {"base64_images": [], "output_urls": [service.host(file, base, trick) for file in files]}
    return {"base64_images": [images.text(file.data) for file in files], "output_urls": []}


def created_at(service: Service, dialect: Dialect, now: float) -> int | str:
    """Both forms occur: Unix seconds (v1, and all of the credit generation), ISO text (v2)."""
    if dialect == "v1" or service.config.generation == "credits":
        return int(now)
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def damaged(files: Sequence[File], fault: str) -> list[File]:
    """The files of a result under a fault."""
    if fault == "fewer_images":
        if not files:
            return []
        last = max(index for index, file in enumerate(files) if file.extra is None)
        return [file for index, file in enumerate(files) if index != last]
    return [replace(file, data=_damaged(file.data, fault)) for file in files]


def _damaged(data: bytes, fault: str) -> bytes:
    if fault == "not_a_picture":
        return NO_PICTURE
    if fault == "truncated_picture":
        return data[: len(data) // 2]
    if fault == "bomb":
        return bomb()
    picture = decode(data, what="result")
    return images.encode_rgba(picture[: max(1, picture.shape[0] - 3)])


def tampered(body: dict[str, Any], fault: str, service: Service, base: str) -> dict[str, Any]:
    """A reply whose result is damaged on its way: this one reply only."""
    if isinstance(body.get("result"), dict):
        return {**body, "result": tampered(body["result"], fault, service, base)}
    if "outputImageBase64" in body:
        files = [File(base64.b64decode(body["outputImageBase64"]))]
        told = delivered(service, files, base, fault=fault)["base64_images"]
        return {**body, "outputImageBase64": told[0] if told else ""}
    if "base64_images" not in body:
        return body
    tokens = [url.rsplit("/", 1)[1].split(".")[0] for url in body.get("output_urls", ())]
    hosted = [service.hosted[token].file for token in tokens if token in service.hosted]
    files = hosted or [File(base64.b64decode(text)) for text in body["base64_images"]]
    return {**body, **delivered(service, files, base, as_urls=bool(hosted), fault=fault)}


@lru_cache(maxsize=1)
def bomb() -> bytes:
    """A valid PNG of a few kilobytes that claims 40,000 × 40,000 pixels."""
    side = 40_000
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8) * 100
    rows = b"".join(packer.compress(row) for _ in range(side // 100)) + packer.flush()
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
