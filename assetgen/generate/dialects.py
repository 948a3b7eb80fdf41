"""What differs between v1 and v2: paths, keys, what may be repeated. Decided by the base URL's last part."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from assetgen.catalog.tools import FIXERS, TOOLS
from assetgen.generate import wire
from assetgen.generate.types import Job
from assetgen.generate.wire import Dialect
from assetgen.model.errors import AssetError, UsageError
from assetgen.model.realm import OFFICIAL, PLACEHOLDER, SIMULATOR

OFFICIAL_HOST = "api.retrodiffusion.ai"

Kind = Literal["inference", "edit_task", "edit", "tool", "fixer"]
"""How a submission is answered: by a task of `/inferences`, by a task of `/edit`, at once by v1's `/edit` (paid),
at once by a free tool, at once by the pixel fixer."""

TASKS: Mapping[str, str] = {"inference": "/inferences/tasks", "edit_task": "/edit/tasks"}


class Submission(Struct, frozen=True):
    """One POST, exactly. `repeatable`: the same bytes may be sent again without being charged twice."""

    kind: Kind
    path: str
    body: bytes
    key: str
    paid: bool
    repeatable: bool
    headers: Mapping[str, str]


def dialect_of(base_url: str) -> Dialect:
    """The dialect of a base URL. Raises UsageError when its last part names none."""
    match base_url.rstrip("/").rsplit("/", 1)[-1]:
        case "v1":
            return "v1"
        case "v2":
            return "v2"
        case _:
            raise UsageError(f"ASSETGEN_API_URL={base_url}: its last part must be v1 or v2, which decides the dialect")


def realm_of(base_url: str) -> str:
    """`official`, `simulator` (loopback), or the host (IDENTITY 6). Raises UsageError for what is no safe address."""
    try:
        parts = urlsplit(base_url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"ASSETGEN_API_URL={base_url}: {error}; expected https://HOST/…/v2") from None
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(f"ASSETGEN_API_URL={base_url}: expected https://HOST/…/v2")
    if is_loopback(host):
        return SIMULATOR
    if parts.scheme != "https":
        raise UsageError(f"ASSETGEN_API_URL={base_url}: the key would travel unencrypted; use https")
    if host in (OFFICIAL, SIMULATOR, PLACEHOLDER):
        raise UsageError(f"ASSETGEN_API_URL={base_url}: a host of that name cannot be told from our own words")
    return OFFICIAL if host == OFFICIAL_HOST else host


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_paid(op: str) -> bool:
    """Whether an operation may charge: all but the free tools and the pixel fixers."""
    tool = FIXERS.get(op) or TOOLS.get(op)
    return tool is None or tool.price > 0


def submission(job: Job, dialect: Dialect, key: str) -> Submission:
    """The POST of a job. `key` is the derived idempotency key. Raises AssetError for what cannot be sent."""
    op = job.request.op
    if op == "generate":
        payload = wire.inference(job, dialect)
        if dialect == "v1":
            # Only an asynchronous job leaves a task that can be found again when the reply is lost.
            payload["async"] = True
        return restored("inference", "/inferences", _bytes(payload), key, dialect)
    if op in FIXERS:
        path = "/pixel-fixer/" + op.removeprefix("fix_")
        return restored("fixer", path, _bytes(wire.fixer(job)), "", dialect)
    if op == "image_edit" and dialect == "v1":
        return restored("edit", "/edit", _bytes(wire.edit_v1(job)), key, dialect)
    if op not in TOOLS:
        raise AssetError(f"{job.asset}: no operation is called {op}", asset=job.asset, position=job.position)
    payload = wire.tool(job)
    if not is_paid(op):
        return restored("tool", f"/edit/tools/{op}", _bytes(payload), "", dialect)
    return restored("edit_task", f"/edit/tools/{op}/tasks", _bytes({**payload, "custom_id": key}), key, dialect)


def restored(kind: Kind, path: str, body: bytes, key: str, dialect: Dialect) -> Submission:
    """A submission from what the journal holds of it: the same bytes, the same key."""
    keyed = kind == "inference" and dialect == "v2"
    return Submission(
        kind=kind,
        path=path,
        body=body,
        key=key,
        paid=kind not in ("tool", "fixer"),
        repeatable=keyed or kind in ("edit_task", "tool", "fixer"),
        headers={"idempotency-key": key} if keyed else {},
    )


def cost_question(job: Job, dialect: Dialect) -> tuple[str, bytes] | None:
    """Path and body of the free question what a job costs; None where the dialect has no such question."""
    op = job.request.op
    if op == "generate":
        return "/inferences", _bytes({**wire.inference(job, dialect), "check_cost": True})
    if op in TOOLS and not (op == "image_edit" and dialect == "v1"):
        return f"/edit/tools/{op}/estimate", _bytes(wire.tool(job))
    return None


def _bytes(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
