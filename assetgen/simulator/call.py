"""One request on its way through: reading, authentication, faults, the answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from assetgen.simulator import results, wire
from assetgen.simulator.config import Dialect
from assetgen.simulator.errors import OF_STATUS, Flaw, Refusal
from assetgen.simulator.faults import RESULT, TRANSPORT, Rule
from assetgen.simulator.ledger import account_of
from assetgen.simulator.service import Reply, Service

Auth = Literal["key", "credits", "none"]
"""`credits`: like `key`, but v1 answers a bad key there with 403."""

BODY_LIMIT = 64 << 20


class Call(Struct):
    """A request as handlers see it. `account` is empty where no key is needed; `fault` is what shall go wrong.

    `before` faults never reach a handler. A handler that makes a job takes the result fault over (`take_fault`).
    """

    service: Service
    dialect: Dialect
    request: Request
    request_id: str
    account: str
    body: bytes
    fault: Rule | None = None

    @property
    def base(self) -> str:
        """Where result files are served."""
        return self.service.config.public_url or str(self.request.base_url).rstrip("/")

    @property
    def about(self) -> dict[str, Any]:
        """What ledger lines say of this call."""
        return {
            "dialect": self.dialect,
            "method": self.request.method,
            "path": self.request.url.path,
            "request_id": self.request_id,
        }

    def json(self) -> Any:
        """The parsed body. Raises Refusal (422)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            place = getattr(error, "pos", 0)
            raise Refusal.of([Flaw(("body", place), "JSON decode error", type="json_invalid")]) from None

    def take_fault(self) -> Rule | None:
        """The result fault for a job made by this call, which then belongs to the job."""
        if self.fault is None or self.fault.action not in RESULT | {"inference_failed"}:
            return None
        fault, self.fault = self.fault, None
        return fault


Handler = Callable[[Call], Awaitable[Reply]]


def endpoint(
    service: Service, dialect: Dialect, handler: Handler, auth: Auth
) -> Callable[[Request], Awaitable[Response]]:
    """A handler as Starlette wants it."""

    async def run(request: Request) -> Response:
        request_id = service.config.new_id()
        body = await request.body()
        style, prompt = _subject(body)
        rule, delay = service.faults.pick(request.method, request.url.path, style, prompt)
        entry = service.log(request.method, request.url.path)
        if rule is not None:
            entry["fault"] = rule.action
        if delay:
            await service.config.sleep(delay)
        call = Call(service, dialect, request, request_id, "", body, rule)
        try:
            response = await _answer(call, handler, auth)
        except Refusal as refusal:
            response = refused(refusal, dialect, request_id)
        entry["status"] = response.status_code
        return response

    return run


async def _answer(call: Call, handler: Handler, auth: Auth) -> Response:
    service, dialect = call.service, call.dialect
    if len(call.body) > BODY_LIMIT:
        raise Refusal("payload_too_large", f"The body is larger than {BODY_LIMIT >> 20} MiB.")
    call.account = authenticate(call, auth)
    rule = call.fault
    transport = rule is not None and rule.action in TRANSPORT and rule.action != "inference_failed"
    if rule is not None and transport and rule.comes_before:
        return _fault_response(rule, dialect, call.request_id, None)
    if call.request.method == "POST" and call.account:
        service.count_submission(call.account)
    reply = await handler(call)
    if call.fault is not None and call.fault.action in RESULT and isinstance(reply.body, dict):
        reply = Reply(results.tampered(reply.body, call.fault.action, service, call.base), reply.status, reply.headers)
    response = answer(reply, dialect, call.request_id)
    if rule is not None and transport:
        return _fault_response(rule, dialect, call.request_id, response)
    return response


def authenticate(call: Call, auth: Auth) -> str:
    """The account of the key. Raises Refusal as the dialect does."""
    config = call.service.config
    if auth == "none":
        return ""
    if not config.check_keys:
        return "anyone"
    key = call.request.headers.get("x-rd-token")
    if key is None:
        if call.dialect == "v1":
            raise Refusal.of([Flaw(("header", "X-RD-Token"), "field required", type="value_error.missing")])
        raise Refusal("invalid_token", "Invalid or expired API token.")
    if key in config.keys if config.keys is not None else key.startswith("rdpk-"):
        return account_of(key)
    if call.dialect == "v1" and auth == "credits":
        raise Refusal("forbidden", "Invalid or expired API token")
    raise Refusal("invalid_token", "Invalid or expired API token" + "." * (call.dialect == "v2"))


def answer(reply: Reply, dialect: Dialect, request_id: str) -> Response:
    """A reply as bytes, with the request's id where the dialect tells it."""
    content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    headers = dict(reply.headers)
    if dialect == "v2":
        headers["x-request-id"] = request_id
    return Response(content, reply.status, headers, reply.media_type)


def refused(refusal: Refusal, dialect: Dialect, request_id: str) -> Response:
    reply = Reply(refusal.body(dialect, request_id), refusal.status(dialect), refusal.headers())
    return answer(reply, dialect, request_id)


def _fault_response(rule: Rule, dialect: Dialect, request_id: str, response: Response | None) -> Response:
    """The answer of a transport fault. `response` is what would have been answered; None: nothing was done."""
    if rule.action == "drop":
        return wire.Drop()
    if rule.action == "rate_limit":
        wait = max(0, round(rule.seconds if rule.seconds is not None else 1))
        message = f"Too many requests. Try again in {wait} seconds."
        return refused(Refusal("rate_limited", message, retry_after=wait), dialect, request_id)
    if rule.action == "status":
        if rule.status == 524:
            return wire.html(rule.status)
        code = OF_STATUS[rule.status]
        after = None if rule.seconds is None else round(rule.seconds)
        message = "Not Found" if rule.status == 404 else f"Simulated fault: {code}."
        return refused(Refusal(code, message, retry_after=after, status=rule.status), dialect, request_id)
    if rule.action == "html" or response is None:
        return wire.html(200 if response is None else response.status_code)
    return wire.cut(response, honest=rule.action == "truncate")


def _subject(body: bytes) -> tuple[str | None, str | None]:
    """Style and prompt of a body, as far as it can be read."""
    try:
        document = json.loads(body) if body[:1] == b"{" else {}
    except (ValueError, RecursionError):
        return None, None
    style, prompt = document.get("prompt_style"), document.get("prompt")
    return (style if isinstance(style, str) else None), (prompt if isinstance(prompt, str) else None)
