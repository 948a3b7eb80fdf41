"""Refusals, and how each dialect words them."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from assetgen.simulator.config import Dialect

Form = Literal["code", "msg", "loc", "text"]
"""The four shapes of v1: `{code, message}`, `[{msg}]`, `[{loc, msg, type}]`, a bare text."""


class Flaw(Struct, frozen=True):
    """One thing wrong with a request: where in it, what, and the code for it. `type` marks a schema flaw (422)."""

    loc: tuple[str | int, ...]
    msg: str
    code: str = "validation_error"
    type: str | None = None

    def __str__(self) -> str:
        return f"{'.'.join(str(part) for part in self.loc)}: {self.msg}"


# code -> status in v1, form in v1, status in v2
_KNOWN: dict[str, tuple[int, Form, int]] = {
    "validation_error": (422, "loc", 422),
    "invalid_token": (401, "text", 401),
    "forbidden": (403, "text", 403),
    "not_enough_balance": (400, "msg", 402),
    "not_found": (404, "text", 404),
    "method_not_allowed": (405, "text", 405),
    "conflict": (409, "code", 409),
    "idempotency_conflict": (409, "code", 409),
    "gone": (410, "msg", 410),
    "payload_too_large": (413, "code", 413),
    "pixel_fixer_request_too_large": (413, "code", 413),
    "pixel_fixer_output_too_large": (413, "code", 413),
    "invalid_pixel_fixer_image": (422, "code", 422),
    "rate_limited": (429, "code", 429),
    "pixel_fixer_rate_limit_exceeded": (429, "code", 429),
    "internal_error": (500, "code", 500),
    "inference_failed": (500, "code", 502),
    "upstream_failure": (502, "code", 502),
    "service_unavailable": (503, "code", 503),
    "request_timeout": (504, "code", 504),
    "style_not_found": (404, "code", 404),
    "tool_not_found": (404, "code", 404),
    "task_not_found": (404, "code", 404),
    "edit_task_not_found": (404, "code", 404),
    "request_not_found": (404, "code", 404),
}
_BAD_REQUEST: tuple[int, Form, int] = (400, "code", 400)

OF_STATUS = {
    401: "invalid_token",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    500: "internal_error",
    502: "upstream_failure",
    503: "service_unavailable",
    504: "request_timeout",
}


class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure of ours
    """An answer that is no success. Every `code` without a row above is a 400."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        flaws: tuple[Flaw, ...] = (),
        retry_after: int | None = None,
        status: int | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.flaws = flaws
        self.retry_after = retry_after
        self.given_status = status
        self.extra = extra or {}

    @staticmethod
    def of(flaws: list[Flaw]) -> Refusal:
        """The refusal of a flawed request: all schema flaws (422), else the first one of meaning."""
        schema = tuple(flaw for flaw in flaws if flaw.type is not None)
        if schema:
            return Refusal("validation_error", "; ".join(str(flaw) for flaw in schema), flaws=schema)
        return Refusal(flaws[0].code, flaws[0].msg, flaws=tuple(flaws))

    def status(self, dialect: Dialect) -> int:
        first, _, second = _KNOWN.get(self.code, _BAD_REQUEST)
        return self.given_status or (first if dialect == "v1" else second)

    def body(self, dialect: Dialect, request_id: str) -> dict[str, Any]:
        """The JSON of the answer."""
        if dialect == "v2":
            error: dict[str, Any] = {"code": self.code, "message": self.message, "request_id": request_id}
            if self.flaws:
                error["details"] = {"issues": [{"loc": list(f.loc), "msg": f.msg} for f in self.flaws]}
            return {"error": error}
        return {"detail": self.detail()}

    def detail(self) -> Any:
        """The `detail` of v1."""
        form = _KNOWN.get(self.code, _BAD_REQUEST)[1]
        if form == "text":
            return self.message
        if form == "msg":
            return [{"msg": self.message, **self.extra}]
        if form == "loc":
            return [{"loc": list(f.loc), "msg": f.msg, "type": f.type} for f in self.flaws]
        return {"code": self.code, "message": self.message}

    def task_error(self, dialect: Dialect, request_id: str) -> dict[str, Any]:
        """The `error` of a failed task."""
        status = self.status(dialect)
        if dialect == "v2":
            return {"status_code": status, "code": self.code, "message": self.message, "request_id": request_id}
        return {"status_code": status, "detail": self.detail()}

    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"retry-after": str(self.retry_after)}
