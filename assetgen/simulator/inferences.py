"""`/inferences`: generation, tasks, request records, credits."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from assetgen.catalog.styles import price
from assetgen.simulator import produce
from assetgen.simulator.call import Call
from assetgen.simulator.errors import Flaw, Refusal
from assetgen.simulator.jobs import STATUSES, Job
from assetgen.simulator.results import DAMAGED_FILES, created_at, delivered
from assetgen.simulator.service import Reply
from assetgen.simulator.strict import Ask, Rules, examine

_KEY = re.compile(r"[\x21-\x7e]{1,256}")
LIST_LIMIT = 100


async def create(call: Call) -> Reply:
    """POST /inferences."""
    return await _create(call)


async def create_legacy(call: Call) -> Reply:
    """POST /inferences/legacy: the old address, v1 only."""
    if not call.service.config.legacy_works:
        message = "This endpoint has been deprecated. Please use /v1/inferences instead."
        raise Refusal("gone", message, extra={"new_endpoint": "/v1/inferences"})
    return await _create(call)


async def _create(call: Call) -> Reply:
    payload = call.json()
    ask = read_ask(call, payload)
    if ask.payload.get("check_cost"):
        refuse_key(call, "check_cost is free and immediate")
        return Reply(_cost_reply(call, ask))
    key = idempotency_key(call)
    known = same_job(call, "inference", key, payload)
    if known is not None:
        return accepted(known, "Inference")
    background = call.dialect == "v2" or ask.flag("async") or ask.flag("async_process")
    dollars = price(ask.style, (ask.payload["width"], ask.payload["height"]), ask.count)
    about = {"style": ask.style.name, "prompt": ask.payload.get("prompt", ""), "images": ask.count}
    if background and call.fault is not None and call.fault.action == "inference_failed":
        fail_at_once(call, dollars, about)
    job = begin(call, "inference", payload, dollars, key, background, about)
    finish = _finisher(call, job, ask)
    call.service.runner.start(job, call.service.config.latency, lambda: produce.generate(ask), finish)
    if background:
        return accepted(job, "Inference")
    await job.done.wait()
    return outcome(job)


def read_ask(call: Call, payload: Any) -> Ask:
    """The request as understood. Raises Refusal with all that is wrong."""
    config, service = call.service.config, call.service
    rules = Rules(
        call.dialect,
        config.generation,
        config.sizes,
        config.extra_fields,
        service.deleted_styles,
        config.live,
        config.any_style,
    )
    ask = examine(payload, rules)
    if not isinstance(ask, Ask):
        raise Refusal.of(ask)
    return ask


def idempotency_key(call: Call) -> str | None:
    """The Idempotency-Key header; v1 has none and does not look at it."""
    key = call.request.headers.get("idempotency-key")
    if call.dialect == "v1" or key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Refusal("invalid_idempotency_key", "Idempotency-Key must be 1 to 256 visible ASCII characters.")
    return key


def refuse_key(call: Call, why: str) -> None:
    """Idempotency-Key belongs to paid generation only."""
    if idempotency_key(call) is not None:
        raise Refusal("idempotency_async_required", f"Idempotency-Key is for asynchronous paid generation: {why}.")


def same_job(call: Call, operation: str, key: str | None, payload: Any) -> Job | None:
    """The job that this key already made. Raises Refusal (409) when its input was another."""
    job = None if key is None else call.service.job_of_key(call.account, operation, key)
    if job is not None and job.input != input_digest(payload):
        raise Refusal("idempotency_conflict", "This key was used with another input.")
    return job


def input_digest(payload: Any) -> str:
    """What "the same input" means: equal JSON, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def begin(
    call: Call, operation: Any, payload: Any, dollars: Decimal, key: str | None, listed: bool, about: dict[str, Any]
) -> Job:
    """Charge and write the job down. Raises Refusal when the balance does not cover it."""
    service = call.service
    job_id = service.config.new_id()
    line = {**call.about, "operation": operation, "task_id": job_id if listed else None, "key": key, **about}
    line["input"] = input_digest(payload)
    charge = service.ledger.charge(call.account, service.ledger.price(dollars), line)
    job = Job(
        id=job_id,
        request_id=call.request_id,
        account=call.account,
        dialect=call.dialect,
        operation=operation,
        created_at=service.now(),
        charge=charge,
        input=line["input"],
        key=key,
        listed=listed,
        fault=call.take_fault(),
        about=about,
    )
    service.remember(job)
    return job


def fail_at_once(call: Call, dollars: Decimal, about: dict[str, Any]) -> None:
    """The fault `inference_failed` on a submission: charged, refunded, refused; no task is left."""
    ledger = call.service.ledger
    ledger.refund(ledger.charge(call.account, ledger.price(dollars), {**call.about, **about}))
    raise Refusal("inference_failed", "Unable to run inference.")


def settle(call: Call, job: Job) -> bool:
    """Give a failed job its refund and status; whether it succeeded."""
    if job.fault is not None and job.fault.action in ("failed_task", "inference_failed"):
        job.refusal = job.refusal or Refusal("inference_failed", "Unable to run inference.")
    if job.refusal is None:
        job.status = "succeeded"
        return True
    job.output = None
    job.status = "failed"
    call.service.ledger.refund(job.charge)
    return False


def _finisher(call: Call, job: Job, ask: Ask) -> Callable[[Job], None]:
    service, base, dialect = call.service, call.base, call.dialect

    def finish(_: Job) -> None:
        if not settle(call, job):
            return
        assert job.output is not None
        fault = job.fault.action if job.fault else None
        told = delivered(service, job.output.files, base, as_urls=ask.flag("upload_outputs"), fault=fault)
        result: dict[str, Any] = {
            "created_at": created_at(service, dialect, job.created_at),
            **service.ledger.money(job.account, job.charge.amount),
            **told,
        }
        if service.config.generation == "credits":
            result["type"] = "img2img" if ask.input is not None else "txt2img"
            if model := ask.payload.get("model"):
                result["model"] = f"RDModel.{model}"
        else:
            result["model"] = model_of(ask)
        if job.output.downloadable is not None:
            result["downloadable_data"] = job.output.downloadable
        job.result = result

    return finish


def model_of(ask: Ask) -> str:
    """How the service calls the model that drew."""
    family = ask.style.family
    return {"advanced": "rd_advanced_animation", "user": "rd_pro", "new": "rd_plus"}.get(family, f"rd_{family}")


def _cost_reply(call: Call, ask: Ask) -> dict[str, Any]:
    service = call.service
    dollars = price(ask.style, (ask.payload["width"], ask.payload["height"]), ask.count)
    return {
        "created_at": created_at(service, call.dialect, service.now()),
        **service.ledger.money(call.account, service.ledger.price(dollars)),
        "output_images": [],
        "base64_images": [],
        "output_urls": [],
        "model": "check_cost",
    }


def accepted(job: Job, what: str) -> Reply:
    """202: the work goes on by itself."""
    place = "inferences" if job.operation == "inference" else "edit"
    message = f"{what} accepted. Poll GET /{job.dialect}/{place}/tasks/{{task_id}} for status."
    body = {"status": "accepted", "task_id": job.id, "message": message}
    if job.dialect == "v2":
        body["request_id"] = job.request_id
    return Reply(body, 202)


def outcome(job: Job) -> Reply:
    """The result of a job that was waited for; v2 says under which id it can be fetched again."""
    if job.refusal is not None:
        raise job.refusal
    return Reply(job.result, headers={"x-rd-request-id": job.request_id} if job.dialect == "v2" else {})


async def task(call: Call) -> Reply:
    """GET /inferences/tasks/{id}."""
    job = call.service.job(call.account, call.request.path_params["task_id"], "inference")
    if job is None:
        raise Refusal("task_not_found", "The requested task does not exist.")
    return Reply(job.to_json())


async def tasks(call: Call) -> Reply:
    """GET /inferences/tasks?limit=&status=: newest first."""
    query = call.request.query_params
    status = query.get("status")
    if status is not None and status not in STATUSES:
        message = f"Input should be one of {', '.join(STATUSES)}"
        raise Refusal.of([Flaw(("query", "status"), message, type="enum")])
    text = query.get("limit", "20")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LIST_LIMIT):
        message = f"Input should be a valid integer from 1 to {LIST_LIMIT}"
        raise Refusal.of([Flaw(("query", "limit"), message, type="int_parsing")])
    found: list[dict[str, Any]] = []
    call.service.forget_old()
    for job in reversed(call.service.jobs.values()):
        if job.account == call.account and job.operation == "inference" and job.listed:
            if status is None or job.status == status:
                found.append(job.to_json(whole=False))
            if len(found) == int(text):
                break
    return Reply({"tasks": found})


async def record(call: Call) -> Reply:
    """GET /inferences/requests/{request_id}: status, cost and fresh URLs, for a day (v2)."""
    service = call.service
    service.forget_old()
    job = service.by_request.get(call.request.path_params["request_id"])
    if job is None or job.account != call.account:
        raise Refusal("request_not_found", "The requested call does not exist or is older than 24 hours.")
    return Reply(_record(call, job))


def _record(call: Call, job: Job) -> dict[str, Any]:
    service = call.service
    money = service.ledger.money(job.account, job.charge.amount)
    data: dict[str, Any] = {
        "request_id": job.request_id,
        "operation": job.operation,
        "status": job.status,
        "created_at": int(job.created_at),
        "expires_at": int(job.created_at + service.config.keep_outputs),
        **{name: value for name, value in money.items() if name.endswith("_cost")},
        "charged": job.status != "failed" and bool(job.charge.amount),
        "request": job.about,
    }
    if job.listed:
        data["task_id"] = job.id
    if job.output is not None:
        # What is kept shares the faults of the pictures, not those of their delivery.
        fault = job.fault.action if job.fault and job.fault.action in DAMAGED_FILES else None
        data["output_urls"] = delivered(service, job.output.files, call.base, as_urls=True, fault=fault)["output_urls"]
    if job.refusal is not None:
        data["error"] = job.refusal.task_error("v2", job.request_id)
    return data
