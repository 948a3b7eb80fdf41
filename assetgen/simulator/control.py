"""`/_simulator`: what tests read and set. No part of the service."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assetgen.model.cost import plain
from assetgen.model.errors import UsageError
from assetgen.simulator.faults import Faults, parse_rules
from assetgen.simulator.service import Service

_SETTABLE = ("advance", "balance", "faults", "latency", "rate")


def routes(service: Service) -> list[Route]:
    async def ledger(_: Request) -> Response:
        return JSONResponse(service.ledger.to_json())

    async def requests(_: Request) -> Response:
        keys = service.files_asked_with_key
        return JSONResponse(
            {"requests": list(service.requests), "counts": service.counts, "files_asked_with_key": keys}
        )

    async def config(request: Request) -> Response:
        if request.method == "POST":
            try:
                configure(service, await request.json())
            except (UsageError, ValueError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(_config_json(service))

    async def reset(_: Request) -> Response:
        service.reset()
        return JSONResponse({"reset": True})

    return [
        Route("/_simulator/ledger", ledger),
        Route("/_simulator/requests", requests),
        Route("/_simulator/config", config, methods=["GET", "POST"]),
        Route("/_simulator/reset", reset, methods=["POST"]),
    ]


def configure(service: Service, changes: Any) -> None:
    """Change a running simulator: `advance` (seconds), `balance`, `faults` (rules), `latency`, `rate`.

    Raises UsageError or ValueError saying what is wrong; then nothing has been changed.
    """
    if not isinstance(changes, dict) or not set(changes) <= set(_SETTABLE):
        raise UsageError(f"expected a map with some of {', '.join(_SETTABLE)}")
    rules = parse_rules(changes["faults"]) if "faults" in changes else None
    advance, latency, rate = changes.get("advance", 0), changes.get("latency", 0), changes.get("rate")
    for name, value in (("advance", advance), ("latency", latency), ("rate", rate if rate is not None else 1)):
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise UsageError(f"{name}: expected a number of 0 or more, not {value!r}")
    values: dict[str, Any] = {name: changes[name] for name in ("latency", "rate") if name in changes}
    if "balance" in changes:
        values["balance"] = _amount(changes["balance"])
    service.offset += advance
    service.config = service.ledger.config = replace(service.config, **values)
    if "balance" in changes:
        service.ledger.balances.clear()
    if rules is not None:
        service.config = service.ledger.config = replace(service.config, faults=rules)
        service.faults = Faults(rules, service.config.seed)


def _amount(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        raise UsageError(f"balance: expected a number, or null for an endless one, not {value!r}") from None


def _config_json(service: Service) -> dict[str, Any]:
    config = service.config
    return {
        "balance": None if config.balance is None else plain(config.balance),
        "generation": config.generation,
        "latency": config.latency,
        "slots": config.slots,
        "rate": config.rate,
        "seed": config.seed,
        "sizes": config.sizes,
        "now": service.now(),
        "faults": service.faults.fired,
    }
