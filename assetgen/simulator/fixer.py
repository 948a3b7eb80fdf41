"""`/pixel-fixer`: free, ten a minute."""

from __future__ import annotations

import json

from assetgen.catalog.tools import FIXER_MAX_BODY
from assetgen.simulator import images, produce
from assetgen.simulator.call import Call
from assetgen.simulator.errors import Refusal
from assetgen.simulator.inferences import refuse_key
from assetgen.simulator.service import Reply
from assetgen.simulator.strict_tools import ToolAsk, examine_fix

REPLY_LIMIT = 850_000


async def standard(call: Call) -> Reply:
    """POST /pixel-fixer/standard."""
    return await _fix(call, "fix_standard")


async def neural(call: Call) -> Reply:
    """POST /pixel-fixer/neural."""
    return await _fix(call, "fix_neural")


async def _fix(call: Call, kind: str) -> Reply:
    refuse_key(call, "the pixel fixer is free")
    if len(call.body) > FIXER_MAX_BODY:
        message = f"The request has {len(call.body)} bytes; at most {FIXER_MAX_BODY} are taken."
        raise Refusal("pixel_fixer_request_too_large", message)
    ask = examine_fix(kind, call.json())
    if not isinstance(ask, ToolAsk):
        raise Refusal.of(ask)
    call.service.count_fix(call.account)
    data = await produce.in_thread(lambda: produce.fix(ask.picture, kind, ask.fields["width"], ask.fields["height"]))
    body = {"base64_images": [images.text(data)]}
    if len(json.dumps(body)) > REPLY_LIMIT:
        raise Refusal("pixel_fixer_output_too_large", f"The result is larger than {REPLY_LIMIT} bytes.")
    return Reply(body, headers={"x-rd-request-id": call.request_id} if call.dialect == "v2" else {})
