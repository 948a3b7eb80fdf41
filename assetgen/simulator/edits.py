"""`/edit`: the old endpoint of v1, and today's tools, at once or as tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assetgen.catalog.tools import EDIT_MAX_SIDE, EDIT_MIN_SIDE, TOOLS
from assetgen.catalog.types import Tool, ToolField
from assetgen.model.errors import PictureError
from assetgen.pixels.picture import Picture
from assetgen.simulator import images, produce
from assetgen.simulator.call import Call
from assetgen.simulator.errors import Flaw, Refusal
from assetgen.simulator.fields import Field, Kind, type_flaws
from assetgen.simulator.inferences import accepted, begin, outcome, refuse_key, same_job, settle
from assetgen.simulator.jobs import Job
from assetgen.simulator.ledger import credits_of
from assetgen.simulator.results import delivered
from assetgen.simulator.service import Reply
from assetgen.simulator.strict import PALETTE_LIMIT

_KINDS: Mapping[str, Kind] = {"picture": "image", "palette": "image"}


@dataclass(frozen=True)
class ToolAsk:
    """An edit that passed: its tool, its fields by wire name, and its decoded pictures."""

    tool: Tool
    fields: Mapping[str, Any]
    pictures: Mapping[str, Picture]


async def edit(call: Call) -> Reply:
    """POST /edit (v1): at once, and no task keeps it."""
    payload = call.json()
    fields = {"prompt": Field("string"), "inputImageBase64": Field("image")}
    flaws = _schema_flaws(payload, fields, tuple(fields))
    if flaws:
        raise Refusal.of(flaws)
    picture = _picture(payload["inputImageBase64"], "inputImageBase64", opaque=False)
    _within(picture, EDIT_MIN_SIDE, EDIT_MAX_SIDE)
    ask = ToolAsk(TOOLS["image_edit"], {"prompt": payload["prompt"]}, {"input_image": picture})
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
    data: dict[str, Any] = {"name": field.wire, "type": _KINDS.get(field.type, field.type), "required": field.required}
    extra = {"minimum": field.minimum, "maximum": field.maximum, "choices": list(field.choices) or None}
    return {**data, **{name: value for name, value in extra.items() if value is not None}}


async def estimate(call: Call) -> Reply:
    """POST /edit/tools/{id}/estimate: checks everything, runs nothing."""
    refuse_key(call, "an estimate is free")
    ask, _ = _read(call)
    costs = {"balance_cost": float(ask.tool.price), "credit_cost": int(credits_of(ask.tool.price))}
    return Reply({"tool_id": ask.tool.name, **costs, "estimate_seconds": call.service.config.latency})


async def run(call: Call) -> Reply:
    """POST /edit/tools/{id}: waits for the result. `custom_id` is no idempotency key here."""
    refuse_key(call, "edit tools take none; a task takes custom_id")
    ask, payload = _read(call)
    job = _begin(call, payload, ask, None, listed=False)
    _start(call, job, ask, _tool_finisher(call, job, ask, as_urls=ask.tool.url_only))
    await job.done.wait()
    return outcome(job)


async def start(call: Call) -> Reply:
    """POST /edit/tools/{id}/tasks: 202; the same `custom_id` gives the same task and no second charge."""
    refuse_key(call, "edit tasks take custom_id")
    ask, payload = _read(call)
    key = payload.get("custom_id")
    identity = {**payload, "tool": ask.tool.name}
    known = same_job(call, "edit_tool", key, identity)
    if known is not None:
        return accepted(known, "Edit")
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
    about = {"tool_id": ask.tool.name, "prompt": ask.fields.get("prompt", "")}
    return begin(call, "edit_tool", payload, ask.tool.price, key, listed, about)


def _start(call: Call, job: Job, ask: ToolAsk, finish: Callable[[Job], None]) -> None:
    latency = call.service.config.latency if ask.tool.price else 0.0
    work = produce.edit
    call.service.runner.start(job, latency, lambda: work(ask.tool.name, ask.fields, ask.pictures), finish)


def _tool_finisher(call: Call, job: Job, ask: ToolAsk, *, as_urls: bool) -> Callable[[Job], None]:
    service, base = call.service, call.base

    def finish(_: Job) -> None:
        if not settle(call, job):
            return
        assert job.output is not None
        fault = job.fault.action if job.fault else None
        job.result = {
            "tool_id": ask.tool.name,
            "inference_id": job.request_id,
            **service.ledger.money(job.account, job.charge.amount),
            "charged": ask.tool.price > Decimal(0),
            **delivered(service, job.output.files, base, as_urls=as_urls, fault=fault),
        }

    return finish


def _read(call: Call) -> tuple[ToolAsk, dict[str, Any]]:
    """The tool and its checked fields. Raises Refusal."""
    tool_id = call.request.path_params["tool_id"]
    tool = TOOLS.get(tool_id)
    if tool is None:
        raise Refusal("tool_not_found", f"Edit tool not found: {tool_id}.")
    payload = call.json()
    if flaws := tool_flaws(tool, payload):
        raise Refusal.of(flaws)
    pictures = {"input_image": _picture(payload["input_image"], "input_image", opaque=False)}
    if tool.max_input is not None:
        _within(pictures["input_image"], 1, tool.max_input)
    for field in tool.fields:
        if field.type in _KINDS and field.wire in payload:
            palette = field.type == "palette"
            if palette and len(payload[field.wire]) >= PALETTE_LIMIT:
                raise Refusal("palette_too_large", f"{field.wire} must be below 1 MB.")
            pictures[field.wire] = _picture(payload[field.wire], field.wire, opaque=palette)
    mask, picture = pictures.get("mask_image"), pictures["input_image"]
    if mask is not None and mask.shape[:2] != picture.shape[:2]:
        sizes = f"{mask.shape[1]}x{mask.shape[0]}, the input {picture.shape[1]}x{picture.shape[0]}"
        raise Refusal("invalid_dimensions", f"mask_image is {sizes}; they must be equal.")
    fields = {name: value for name, value in payload.items() if name not in pictures and value is not None}
    return ToolAsk(tool, fields, pictures), payload


def tool_flaws(tool: Tool, payload: Any) -> list[Flaw]:
    """What is wrong with the fields of an edit, apart from what its pictures hold."""
    known = {field.wire: field for field in tool.fields}
    fields = {name: _field(field) for name, field in known.items()}
    fields |= {"input_image": Field("image"), "custom_id": Field("string")}
    required = ("input_image", *(name for name, field in known.items() if field.required))
    flaws = _schema_flaws(payload, fields, required)
    if flaws:
        return flaws
    for name, field in known.items():
        if field.choices and payload.get(name, field.choices[0]) not in field.choices:
            message = f"{name} must be one of {', '.join(field.choices)}."
            flaws.append(Flaw(("body", name), message, code="bad_request"))
        if field.required and field.type == "string" and not payload[name].strip():
            flaws.append(Flaw(("body", name), f"{name} must not be empty.", code=f"missing_{name}"))
    if tool.one_of and not any(payload.get(known[name].wire) for name in tool.one_of):
        message = f"{tool.name} needs at least one of {', '.join(tool.one_of)}."
        code = {"outpainting": "missing_expansion", "seam_tiling": "missing_tile_direction"}.get(tool.name)
        flaws.append(Flaw(("body",), message, code=code or "bad_request"))
    return flaws


def _field(field: ToolField) -> Field:
    kind: Kind = _KINDS.get(field.type) or field.type  # type: ignore[assignment]  # the other words are the same
    return Field(kind, field.minimum, field.maximum)


def _schema_flaws(payload: Any, fields: Mapping[str, Field], required: tuple[str, ...]) -> list[Flaw]:
    if not isinstance(payload, dict):
        return [Flaw(("body",), "Input should be a valid dictionary", type="dict_type")]
    flaws = [Flaw(("body", name), "Field required", type="missing") for name in required if payload.get(name) is None]
    for name, value in payload.items():
        if name not in fields:
            flaws.append(Flaw(("body", name), "Extra inputs are not permitted", type="extra_forbidden"))
        elif value is not None:
            flaws += type_flaws(name, value, fields[name])
    return flaws


def _picture(value: str, name: str, *, opaque: bool) -> Picture:
    try:
        return images.received(value, name, opaque=opaque)
    except PictureError as error:
        message = str(error) if str(error).startswith(name) else f"{name} {error}"
        raise Refusal("invalid_image", message) from None


def _within(picture: Picture, low: int, high: int) -> None:
    height, width = picture.shape[:2]
    if not (low <= width <= high and low <= height <= high):
        message = f"The input image is {width}x{height}; expected {low}x{low} to {high}x{high}."
        raise Refusal("invalid_image_size", message)
