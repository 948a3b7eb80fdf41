"""The free questions: what would it cost, what is left, which styles and tools are there, how is the service."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from assetgen.generate.decode import balance_of, json_object, price_of
from assetgen.generate.dialects import cost_question, is_paid
from assetgen.generate.errors import parse_refusal
from assetgen.generate.purchase import Line
from assetgen.generate.transport import LostReplyError, Reply
from assetgen.generate.types import Job, StyleCall
from assetgen.model.cost import FREE, Cost
from assetgen.model.errors import ProviderError
from assetgen.model.jsontext import mended_json
from assetgen.model.request import Json


async def ask_cost(line: Line, job: Job, what: str) -> Cost:
    """The exact price by the service itself; the expected one where the dialect cannot be asked (v1's `/edit`)."""
    if not is_paid(job.request.op):
        return FREE
    question = cost_question(job, line.dialect)
    if question is None:
        return job.expected
    path, body = question
    reply = await line.transport.call("POST", line.base + path, body=body, readable=_is_object)
    return price_of(_object(reply, what)) or job.expected


async def ask_balance(line: Line) -> Cost:
    """What is left: dollars, credits, or dollars with credits in `other`."""
    document = _object(await _get(line, "/inferences/credits"), "balance")
    credits = document.get("credits")
    balance = balance_of(document.get("balance"), credits if credits or "balance" not in document else None)
    if balance is None:
        raise ProviderError("balance: the service's answer holds neither `balance` nor `credits`")
    return balance


async def ask_styles(line: Line, model: str | None = None, tab: str | None = None) -> list[dict[str, Json]]:
    """The rows of the live selector; internal ids among them."""
    query = urlencode({name: value for name, value in (("model", model), ("tab", tab)) if value})
    reply = await _get(line, "/styles/selector" + (f"?{query}" if query else ""))
    return _rows(_object(reply, "styles").get("styles"))


async def ask_tools(line: Line) -> list[dict[str, Json]]:
    """The rows of the list of edit tools; none where the service has no such list."""
    reply = await line.transport.call("GET", line.base + "/edit/tools")
    if reply.status == 404:
        return []
    if reply.ok and reply.body[:1] == b"[":
        try:
            document: Any = mended_json(reply.body)
        except ValueError as error:
            raise ProviderError(f"edit tools: the reply cannot be read ({error})") from error
    else:
        document = _object(reply, "edit tools")
    return _rows(document.get("tools") if isinstance(document, dict) else document)


async def manage_style(line: Line, call: StyleCall) -> dict[str, Json]:
    """Makes, changes or removes one of the account's own styles. A new one is sent once: sent again, it would be there
    twice. Raises ProviderError and AccountError."""
    what = f"style {call.style}" if call.style else "new style"
    path = "/styles" + (f"/{quote(call.style, safe='')}" if call.style else "")
    body = json.dumps(dict(call.fields)).encode() if call.method != "DELETE" else None
    try:
        reply = await line.transport.call(call.method, line.base + path, body=body, repeatable=call.method != "POST")
    except LostReplyError as error:
        raise ProviderError(f"{what}: {error}; 'assetgen styles --refresh' tells whether it is there") from None
    return _object(reply, what) if reply.body or not reply.ok else {}


async def ask_status(line: Line) -> dict[str, str]:
    """How each model is doing (`ok`), by name. Needs no key."""
    reply = await line.transport.call("GET", line.base + "/status", authorized=False, readable=_is_object)
    status = _object(reply, "status").get("status")
    return {str(name): str(value) for name, value in status.items()} if isinstance(status, dict) else {}


async def list_tasks(line: Line, limit: int = 100) -> list[dict[str, Any]]:
    """The account's latest generation tasks, newest first."""
    reply = await _get(line, f"/inferences/tasks?limit={limit}")
    return _rows(_object(reply, "task list").get("tasks"))


async def _get(line: Line, path: str) -> Reply:
    return await line.transport.call("GET", line.base + path, readable=_is_object)


def _is_object(reply: Reply) -> bool:
    return json_object(reply.body) is not None


def _object(reply: Reply, what: str) -> dict[str, Any]:
    if not reply.ok:
        raise parse_refusal(reply.status, reply.headers, reply.body).error(what)
    document = json_object(reply.body)
    if document is None:
        raise ProviderError(f"{what}: the service's answer cannot be read as JSON")
    return document


def _rows(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
