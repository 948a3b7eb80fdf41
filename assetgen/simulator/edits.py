"""`/edit`: the old endpoint of v1, and today's tools, at once or as tasks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from assetgen.catalog.tools import TOOLS
from assetgen.catalog.types import Tool, ToolField
from assetgen.simulator import produce
from assetgen.simulator.call import Call
from assetgen.simulator.errors import Refusal
from assetgen.simulator.inferences import accepted, begin, fail_at_once, outcome, refuse_key, same_job, settle
from assetgen.simulator.jobs import Job
from assetgen.simulator.ledger import credits_of
from assetgen.simulator.results import delivered
from assetgen.simulator.service import Reply
from assetgen.simulator.strict_tools import ToolAsk, examine_edit, examine_tool


def price_of(ask: ToolAsk) -> Decimal:
    """Dollars."""
    return TOOLS[ask.name].price


async def edit(call: Call) -> Reply:
    """POST /edit (v1): at once, and no task keeps it."""
    payload = call.json()
    ask = examine_edit(payload)
    if not isinstance(ask, ToolAsk):
        raise Refusal.of(ask)
    job = _begin(call, payload, ask, None, listed=False)

    def finish(_: Job) -> None:
        if settle(call, job):
            assert job.output is not None
            fault = job.fault.action if job.fault else None
            told = delivered(call.service, job.output.files, call.base, fault=fault)["base64_images"]
            money = call.service.ledger.money(job.account, job.charge.amount)
            job.result = {"outputImageBase64": told[0] if told else "", **money}

    _start(call, job, ask, finish)
    await job.done.wait()
    return outcome(job)


async def tools(call: Call) -> Reply:
    """GET /edit/tools."""
    return Reply([_shown(tool) for tool in TOOLS.values()])


def _shown(tool: Tool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": tool.name,
        "name": tool.name.replace("_", " ").title(),
        "description": tool.description,
        "balance_cost": float(tool.price),
        "credit_cost": int(credits_of(tool.price)),
        "is_free": not tool.price,
        "requires_minimum_balance": False,
        "api_fields": [{"name": "input_image", "type": "image", "required": True}, *map(_shown_field, tool.fields)],
    }
    if tool.max_input is not None:
        data["max_input_size"] = {"width": tool.max_input, "height": tool.max_input}
    return data


def _shown_field(field: ToolField) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": field.wire,
        "type": "image" if field.type in ("picture", "palette") else field.type,
        "required": field.required,
    }
    extra = {"minimum": field.minimum, "maximum": field.maximum, "choices": list(field.choices) or None}
    return {**data, **{name: value for name, value in extra.items() if value is not None}}


async def estimate(call: Call) -> Reply:
    """POST /edit/tools/{id}/estimate: checks everything, runs nothing."""
    refuse_key(call, "an estimate is free")
    ask, _ = _read(call)
    costs = {"balance_cost": float(price_of(ask)), "credit_cost": int(credits_of(price_of(ask)))}
    return Reply({"tool_id": ask.name, **costs, "estimate_seconds": call.service.config.latency})


async def run(call: Call) -> Reply:
    """POST /edit/tools/{id}: waits for the result. `custom_id` is no idempotency key here."""
    refuse_key(call, "edit tools take none; a task takes custom_id")
    ask, payload = _read(call)
    job = _begin(call, payload, ask, None, listed=False)
    _start(call, job, ask, _tool_finisher(call, job, ask, as_urls=TOOLS[ask.name].url_only))
    await job.done.wait()
    return outcome(job)


async def start(call: Call) -> Reply:
    """POST /edit/tools/{id}/tasks: 202; the same `custom_id` gives the same task and no second charge."""
    refuse_key(call, "edit tasks take custom_id")
    ask, payload = _read(call)
    key = payload.get("custom_id")
    identity = {**payload, "tool": ask.name}
    known = same_job(call, "edit_tool", key, identity)
    if known is not None:
        return accepted(known, "Edit")
    if call.fault is not None and call.fault.action == "inference_failed":
        fail_at_once(call, price_of(ask), {"tool_id": ask.name})
    job = _begin(call, identity, ask, key, listed=True)
    _start(call, job, ask, _tool_finisher(call, job, ask, as_urls=True))
    return accepted(job, "Edit")


async def task(call: Call) -> Reply:
    """GET /edit/tasks/{id}."""
    job = call.service.job(call.account, call.request.path_params["task_id"], "edit_tool")
    if job is None:
        raise Refusal("edit_task_not_found", "The requested edit job does not exist.")
    return Reply(job.to_json())


def _begin(call: Call, payload: Any, ask: ToolAsk, key: str | None, *, listed: bool) -> Job:
    about = {"tool_id": ask.name, "prompt": ask.fields.get("prompt", "")}
    return begin(call, "edit_tool", payload, price_of(ask), key, listed, about)


def _start(call: Call, job: Job, ask: ToolAsk, finish: Callable[[Job], None]) -> None:
    latency = call.service.config.latency if price_of(ask) else 0.0
    work = produce.edit
    call.service.runner.start(job, latency, lambda: work(ask.name, ask.fields, ask.pictures), finish)


def _tool_finisher(call: Call, job: Job, ask: ToolAsk, *, as_urls: bool) -> Callable[[Job], None]:
    service, base = call.service, call.base

    def finish(_: Job) -> None:
        if not settle(call, job):
            return
        assert job.output is not None
        fault = job.fault.action if job.fault else None
        job.result = {
            "tool_id": ask.name,
            "inference_id": job.request_id,
            **service.ledger.money(job.account, job.charge.amount),
            "charged": price_of(ask) > Decimal(0),
            **delivered(service, job.output.files, base, as_urls=as_urls, fault=fault),
        }

    return finish


def _read(call: Call) -> tuple[ToolAsk, dict[str, Any]]:
    """The edit as understood, and its body. Raises Refusal."""
    tool_id = call.request.path_params["tool_id"]
    tool = TOOLS.get(tool_id)
    if tool is None:
        raise Refusal("tool_not_found", f"Edit tool not found: {tool_id}.")
    payload = call.json()
    ask = examine_tool(tool, payload)
    if not isinstance(ask, ToolAsk):
        raise Refusal.of(ask)
    return ask, payload
