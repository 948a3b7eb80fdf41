"""A stored reply as pictures: pure, bounded, and believing nothing but the decoded pixels."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from assetgen.generate.shape import Shape
from assetgen.generate.types import Received
from assetgen.model.cost import CREDITS, USD, Cost, amount_of
from assetgen.model.errors import PictureError
from assetgen.model.jsontext import mended_json

Files = Mapping[int, bytes | str]
"""Downloaded files by their place in `output_urls`; a text says why one could not be had."""


class Decoded(Struct, frozen=True):
    """What a reply holds. `problems` empty: all that was asked for is among `images`."""

    images: tuple[Received, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    price: Cost | None = None
    remaining: Cost | None = None
    model: str | None = None
    date: str | None = None


def result_of(body: bytes) -> dict[str, Any] | None:
    """The result in a reply: of a task, of a synchronous call, of v1's `/edit`. None when it holds none."""
    document = json_object(body)
    if document is None:
        return None
    inner = document.get("result")
    found = inner if isinstance(inner, dict) else document
    return found if any(key in found for key in ("base64_images", "output_urls", "outputImageBase64")) else None


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body, or None: HTML, cut short, something else."""
    try:
        document = mended_json(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def inline_of(result: Mapping[str, Any]) -> list[Any]:
    """The pictures that stand in the reply as base64, possibly not even texts."""
    if result.get("outputImageBase64"):
        return [result["outputImageBase64"]]
    inline = result.get("base64_images")
    return inline if isinstance(inline, list) else []


def urls_of(result: Mapping[str, Any]) -> list[str]:
    """The addresses of the pictures that are hosted."""
    urls = result.get("output_urls")
    return [url for url in urls if isinstance(url, str)] if isinstance(urls, list) else []


def decode_reply(body: bytes, files: Files, shape: Shape) -> Decoded:
    """The pictures of a stored reply. `files` are what its URLs gave, used where the reply holds no base64
    or where `files` has something. Never raises for what a reply may hold."""
    result = result_of(body)
    if result is None:
        return Decoded(problems=(_no_result(body),))
    inline = inline_of(result)
    sources: list[bytes | str] = [_raw_base64(item) for item in inline]
    if files:
        sources = [files[index] for index in sorted(files)]
    return _assembled(sources, result, shape)


def _assembled(sources: Sequence[bytes | str], result: Mapping[str, Any], shape: Shape) -> Decoded:
    images: list[Received] = []
    problems: list[str] = []
    warnings: list[str] = []
    if len(sources) < shape.count:
        held = f"{len(sources)} picture{'s' * (len(sources) != 1)}" if sources else "no picture"
        problems.append(f"the reply holds {held} where {shape.count} were paid for")
    for index, source in enumerate(sources[: shape.count]):
        what = f"picture {index + 1} of {shape.count}"
        try:
            picture = _picture(source, index + 1, None, what)
        except PictureError as error:
            problems.append(str(error))
            continue
        animated = picture.extension == "gif" and shape.animation
        if problem := shape.problem(picture.size, animated=animated):
            if not shape.tolerates(picture.size, animated=animated):
                problems.append(f"{what} {problem}")
                continue
            warnings.append(f"{what} {problem}: this style is known to choose its own size")
        if animated:
            warnings.append(f"{what} came as an animated GIF, not as a sheet")
        images.append(picture)
    extras, said = _extras(sources[shape.count :], shape)
    data, missing = _data(result, shape)
    return Decoded(
        images=(*images, *extras, *data),
        problems=tuple(problems),
        warnings=(*warnings, *said, *missing),
        price=price_of(result),
        remaining=remaining_of(result),
        model=result.get("model") if isinstance(result.get("model"), str) else None,
        date=date_of(result.get("created_at")),
    )


def _extras(sources: Sequence[bytes | str], shape: Shape) -> tuple[list[Received], list[str]]:
    """The appended pictures: each kind once for every candidate, kind after kind; or each kind once."""
    images: list[Received] = []
    said: list[str] = []
    wanted = [(kind, number) for kind in shape.extras for number in range(1, shape.count + 1)]
    if len(sources) == len(shape.extras):
        wanted = [(kind, 1) for kind in shape.extras]
    if len(sources) != len(wanted):
        said.append(f"{len(sources)} extra pictures came where {len(wanted)} were asked for")
    for source, (kind, number) in zip(sources, wanted, strict=False):
        what = f"the {kind} picture of candidate {number}"
        try:
            images.append(_picture(source, number, kind, what))
        except PictureError as error:
            said.append(str(error))
    return images, said


def _data(result: Mapping[str, Any], shape: Shape) -> tuple[list[Received], list[str]]:
    if not shape.data:
        return [], []
    held = result.get("downloadable_data")
    if not held:
        return [], ["the reply holds no downloadable data, though they were asked for"]
    data = json.dumps(held, ensure_ascii=False, separators=(",", ":")).encode()
    return [Received(data, "json", 1, "data", (0, 0), hashlib.sha256(data).hexdigest())], []


def _raw_base64(item: object) -> bytes | str:
    if not isinstance(item, str):
        return f"is {type(item).__name__} and no base64 text"
    text = item.partition(",")[2] if item.startswith("data:") else item
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return "is no valid base64"


def _picture(source: bytes | str, candidate: int, extra: str | None, what: str) -> Received:
    """Decodes one picture within the limits. Raises PictureError naming it."""
    from assetgen.pixels.picture import file_digest, size_of, sniff

    if isinstance(source, str):
        raise PictureError(f"{what} {source}")
    pixels = file_digest(source, what)
    return Received(source, sniff(source) or "bin", candidate, extra, size_of(source, what=what), pixels)


def price_of(result: Mapping[str, Any]) -> Cost | None:
    """What the reply says was charged: dollars today, credits in the seeds; None when it does not say."""
    if result.get("charged") is False:
        return Cost(Decimal(0))
    dollars, credits = _amount(result.get("balance_cost")), _amount(result.get("credit_cost"))
    if dollars is not None and (dollars or not credits):
        return Cost(dollars, USD)
    return None if credits is None else Cost(credits, CREDITS)


def remaining_of(result: Mapping[str, Any]) -> Cost | None:
    """The balance that a reply tells."""
    return balance_of(result.get("remaining_balance"), result.get("remaining_credits"))


def balance_of(dollars: object, credits: object) -> Cost | None:
    """Dollars first, credits in `other` when there are both; None when there is neither."""
    parts = [
        Cost(amount, unit)
        for value, unit in ((dollars, USD), (credits, CREDITS))
        if (amount := _amount(value)) is not None
    ]
    if not parts:
        return None
    return Cost(parts[0].amount, parts[0].unit, tuple(parts[1:]))


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return amount_of(value)
    except ValueError:
        return None


def date_of(value: object) -> str | None:
    """`created_at` (Unix seconds or ISO text, UTC) as `2026-11-21T08:00:00Z`; None for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return iso(float(value))
        if isinstance(value, str):
            date = datetime.fromisoformat(value)
            return iso(date.replace(tzinfo=date.tzinfo or UTC).timestamp())
    except (ValueError, OverflowError, OSError):
        pass
    return None


def iso(seconds: float) -> str:
    """Seconds since 1970 as `2026-11-21T08:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _no_result(body: bytes) -> str:
    start = body[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html")):
        return "the reply is a web page"
    if json_object(body) is None:
        return f"the reply ({len(body)} bytes) cannot be read as JSON: damaged or cut short"
    return "the reply holds no pictures"
