"""`/pixel-fixer`: free, ten a minute."""

from __future__ import annotations

import json
from typing import Any

from assetgen.catalog.tools import FIXER_MAX_BODY, FIXER_MAX_PIXELS, FIXER_MIN_SIDE
from assetgen.model.errors import PictureError
from assetgen.simulator import images, produce
from assetgen.simulator.call import Call
from assetgen.simulator.errors import Flaw, Refusal
from assetgen.simulator.fields import Field, type_flaws
from assetgen.simulator.inferences import refuse_key
from assetgen.simulator.service import Reply

REPLY_LIMIT = 850_000
_IMAGE = {"input_image": Field("image")}
_TARGET = {"width": Field("integer", 1), "height": Field("integer", 1)}


async def standard(call: Call) -> Reply:
    """POST /pixel-fixer/standard."""
    return await _fix(call, "fix_standard", _IMAGE)


async def neural(call: Call) -> Reply:
    """POST /pixel-fixer/neural."""
    return await _fix(call, "fix_neural", {**_IMAGE, **_TARGET})


async def _fix(call: Call, kind: str, fields: dict[str, Field]) -> Reply:
    refuse_key(call, "the pixel fixer is free")
    if len(call.body) > FIXER_MAX_BODY:
        message = f"The request has {len(call.body)} bytes; at most {FIXER_MAX_BODY} are taken."
        raise Refusal("pixel_fixer_request_too_large", message)
    payload = call.json()
    _check(payload, fields)
    try:
        picture = images.received(payload["input_image"], "input_image")
    except PictureError as error:
        raise Refusal("invalid_pixel_fixer_image", str(error)) from None
    height, width = picture.shape[:2]
    if min(width, height) < FIXER_MIN_SIDE or width * height > FIXER_MAX_PIXELS:
        message = f"input_image is {width}x{height}; expected at least 16x16 and at most 16 megapixels."
        raise Refusal("invalid_pixel_fixer_image", message)
    call.service.count_fix(call.account)
    data = await produce.in_thread(lambda: produce.fix(picture, kind, payload.get("width"), payload.get("height")))
    body = {"base64_images": [images.text(data)]}
    if len(json.dumps(body)) > REPLY_LIMIT:
        raise Refusal("pixel_fixer_output_too_large", f"The result is larger than {REPLY_LIMIT} bytes.")
    return Reply(body, headers={"x-rd-request-id": call.request_id} if call.dialect == "v2" else {})


def _check(payload: Any, fields: dict[str, Field]) -> None:
    if not isinstance(payload, dict):
        raise Refusal.of([Flaw(("body",), "Input should be a valid dictionary", type="dict_type")])
    flaws = [] if "input_image" in payload else [Flaw(("body", "input_image"), "Field required", type="missing")]
    for name, value in payload.items():
        if name not in fields:
            flaws.append(Flaw(("body", name), "Extra inputs are not permitted", type="extra_forbidden"))
        else:
            flaws += type_flaws(name, value, fields[name])
    if flaws:
        raise Refusal.of(flaws)
