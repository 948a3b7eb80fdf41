"""What is left, and how the service is doing."""

from __future__ import annotations

from assetgen.simulator.call import Call
from assetgen.simulator.service import Reply

_MODELS = ("rd_fast", "rd_plus", "rd_pro", "rd_mini", "animations", "tilesets", "background_removal")


async def credits_left(call: Call) -> Reply:
    """GET /inferences/credits."""
    balance = call.service.ledger.balance(call.account)
    if call.service.config.generation == "credits":
        return Reply({"credits": int(balance)})
    return Reply({"credits": 0, "balance": float(balance)})


async def status(call: Call) -> Reply:
    """GET /status: no key needed."""
    return Reply({"status": dict.fromkeys(_MODELS, "ok"), "updated_at": int(call.service.now())})
