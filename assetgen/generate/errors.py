"""What the service says when it refuses, in either dialect, as one error type in its own words.

v1: `{"detail": {"code", "message"}}`, `{"detail": [{"msg"}]}`, `{"detail": [{"loc", "msg", "type"}]}`,
`{"detail": "Not Found"}`; v2: `{"error": {"code", "message", "request_id", "details"?}}`; a failed task's `error`
is either of these with a `status_code`; proxies answer in HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from assetgen.model.errors import AccountError, ProviderError
from assetgen.model.jsontext import mended_json

RETRYABLE = frozenset({502, 503, 504, 524})
"""Statuses after which a call may be made again when that cannot charge twice (429 is always)."""

_ACCOUNT = frozenset({401, 402, 403})
_REFUNDED_CODES = frozenset({"inference_failed", "upstream_failure"})
_LONGEST = 400


class Refusal(Struct, frozen=True):
    """An answer that is no success. `structured` says that the service itself wrote it, not a proxy before it."""

    status: int
    message: str
    code: str | None = None
    request_id: str | None = None
    structured: bool = True

    @property
    def is_account(self) -> bool:
        """Key or balance: nothing else can succeed either."""
        return self.status in _ACCOUNT or (self.status == 400 and "not enough balance" in self.message.lower())

    def refunds(self, dialect: str) -> bool:
        """Whether this answer to a submission says that the generator failed, which is refunded. 503 and 504 are
        too, but not only the generator sends them: with the same key nothing is lost by asking again instead."""
        if not self.structured:
            return False
        if dialect == "v1":
            return self.status == 500 and self.code == "inference_failed"
        return self.code in _REFUNDED_CODES

    @property
    def words(self) -> str:
        """`422 validation_error: width: Input should be … (request 7f…)`."""
        head = f"{self.status} {self.code}" if self.code else str(self.status)
        tail = f" (request {self.request_id})" if self.request_id else ""
        return f"{head}: {self.message}{tail}"

    def error(self, what: str) -> ProviderError:
        """The error to raise; `what` says for whom and where (`hero at assets.yaml:4:3`)."""
        kind = AccountError if self.is_account else ProviderError
        return kind(f"{what}: the service says {self.words}")


def parse_refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refusal:
    """The refusal in a reply with an error status."""
    request_id = headers.get("x-request-id")
    if 300 <= status < 400:
        place = _short(headers.get("location", "another address"))
        return Refusal(status, f"it has moved to {place}; paid requests do not follow", request_id=request_id)
    try:
        document = mended_json(body)
    except ValueError:
        return Refusal(status, _plain(body) or "no message", request_id=request_id, structured=False)
    return _from_document(status, document, request_id)


def parse_task_error(document: Any) -> Refusal:
    """The refusal in the `error` of a failed task."""
    if not isinstance(document, dict):
        return Refusal(500, _short(str(document or "the task failed and does not say why")))
    status = document.get("status_code")
    return _from_document(status if isinstance(status, int) else 500, document, None)


def _from_document(status: int, document: Any, request_id: str | None) -> Refusal:
    if isinstance(document, dict):
        inner = document.get("error", document.get("detail", document))
        if isinstance(inner, dict):
            message = inner.get("message") or inner.get("msg") or inner.get("detail") or json.dumps(inner)
            message = _text(message) + _details(inner.get("details"))
            return Refusal(status, _short(message), _code(inner), _text_of(inner.get("request_id")) or request_id)
        if "error" in document or "detail" in document:
            return Refusal(status, _short(_text(inner)), _code(document), request_id)
    return Refusal(status, _short(json.dumps(document)), None, request_id)


def _code(document: Mapping[str, Any]) -> str | None:
    return _text_of(document.get("code"))


def _text_of(value: Any) -> str | None:
    return _short(value) if isinstance(value, str) else None


def _text(value: Any) -> str:
    """One text for a message, a list of `{msg}` or a list of `{loc, msg, type}`."""
    if isinstance(value, list):
        return "; ".join(_text(item) for item in value)
    if isinstance(value, dict):
        where = value.get("loc")
        place = ".".join(str(part) for part in where if part != "body") if isinstance(where, list) else ""
        message = str(value.get("msg") or value.get("message") or json.dumps(value))
        return f"{place}: {message}" if place else message
    return str(value)


def _details(details: Any) -> str:
    if not details:
        return ""
    issues = details.get("issues") if isinstance(details, dict) else details
    return f" ({_text(issues)})" if isinstance(issues, list) else f" ({json.dumps(details)})"


def _plain(body: bytes) -> str:
    """The words of an HTML page (its title) or of any text."""
    text = body[:20_000].decode("utf-8", "replace")
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    if title:
        return _short("a web page titled “" + " ".join(title[1].split()) + "”")
    return _short(" ".join(re.sub(r"<[^>]*>", " ", text).split()))


def _short(text: str) -> str:
    """Control characters out (they could steer a terminal), not longer than a few lines."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
