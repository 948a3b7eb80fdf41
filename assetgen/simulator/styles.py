"""`/styles`: the selector, and a user's own styles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from assetgen.catalog.live import Offer
from assetgen.catalog.styles import STYLES, find
from assetgen.catalog.types import Style
from assetgen.model.errors import PictureError
from assetgen.simulator import images
from assetgen.simulator.call import Call
from assetgen.simulator.errors import Flaw, Refusal
from assetgen.simulator.fields import Field
from assetgen.simulator.ledger import account_of
from assetgen.simulator.service import Reply, UserStyle
from assetgen.simulator.strict_tools import schema_flaws

_TABS = {"animation": "tab:animation", "advanced": "tab:advanced-animation", "tile": "tab:tileset"}
_MODELS = {"fast": "rd_fast", "plus": "rd_plus", "pro": "rd_pro"}
_INTERNAL = ("simple", "retro")
"""Styles that the selector also lists under an internal id, as the live one does."""

_FIELDS: Mapping[str, Field] = {
    "name": Field("string"),
    "reference_images": Field("images", 1, 1),
    "description": Field("string"),
    "style_icon": Field("string"),
    "reference_caption": Field("string"),
    "apply_prompt_fixer": Field("boolean"),
    "llm_instructions": Field("string"),
    "user_prompt_template": Field("string"),
    "force_palette": Field("boolean"),
    "force_bg_removal": Field("boolean"),
    "min_width": Field("integer", 64, 256),
    "min_height": Field("integer", 64, 256),
}


async def selector(call: Call) -> Reply:
    """GET /styles/selector?model=&tab=: filters do not drop styles without a model."""
    query = call.request.query_params
    model, tab = query.get("model"), query.get("tab")
    live = call.service.config.live
    offered = [_offered(offer) for offer in live.offers.values()] or [_row(style) for style in STYLES.values()]
    rows = [*offered, *_internal_rows(), *_own_rows(call)]
    shown = [
        row
        for row in rows
        if (model is None or row.get("required_model", model) == model) and (tab is None or row["required_tab"] == tab)
    ]
    models = sorted({*_MODELS.values()})
    return Reply({"styles": shown, "models": models, "tabs": ["tab:image", *_TABS.values()]})


def _row(style: Style) -> dict[str, Any]:
    fixed = min(style.sides) if style.sides else style.min_size
    row: dict[str, Any] = {
        "prompt_style": style.name,
        "name": style.name.split("__", 1)[-1].replace("_", " ").title(),
        "description": style.description,
        "group_id": style.name.split("__", 1)[0],
        "required_tab": _TABS.get(style.family, "tab:image"),
        "min_width": fixed,
        "max_width": max(style.sides) if style.sides else style.max_size,
        "min_height": fixed,
        "max_height": max(style.sides) if style.sides else style.max_size,
        "max_number_of_images": style.max_images,
        "require_input_image": style.input == "required",
        "supports_reference_images": style.references > 0,
        "example_prompt": "a small adventurer with a lantern",
    }
    if style.family in _MODELS:
        row["required_model"] = _MODELS[style.family]
    return row


def _offered(offer: Offer) -> dict[str, Any]:
    style = find(offer.name) or Style(offer.name, "new", offer.makes, offer.description, 1, 1)
    return {
        **_row(style),
        "description": offer.description,
        "min_width": offer.smallest[0],
        "max_width": offer.largest[0],
        "min_height": offer.smallest[1],
        "max_height": offer.largest[1],
        "max_number_of_images": offer.images,
        "require_input_image": offer.needs_input,
        "supports_reference_images": offer.references,
        **({"required_tab": "tab:animation"} if offer.makes == "animation" and not style.known else {}),
    }


def _internal_rows() -> Iterable[dict[str, Any]]:
    for name in _INTERNAL:
        style = STYLES[f"rd_fast__{name}"]
        row = {**_row(style), "prompt_style": f"{name}:rd_flux"}
        del row["required_model"]
        yield row


def _own_rows(call: Call) -> Iterable[dict[str, Any]]:
    key = call.request.headers.get("x-rd-token")
    for own in call.service.styles.values():
        if key is not None and own.account in (account_of(key), "anyone"):
            style = find(own.prompt_style)
            assert style is not None
            yield {**_row(style), "name": own.fields["name"], "description": own.fields.get("description", "")}


async def create(call: Call) -> Reply:
    """POST /styles."""
    fields = _checked(call.json(), ("name", "reference_images"))
    style_id = call.service.config.new_id()
    slug = re.sub(r"[^a-z0-9]+", "_", fields["name"].lower()).strip("_") or "style"
    own = UserStyle(style_id, call.account, f"user__{slug}_{style_id[:8]}", fields)
    call.service.styles[style_id] = own
    return Reply(_shown(own), 201)


async def update(call: Call) -> Reply:
    """PATCH /styles/{id}."""
    own = _own(call)
    own.fields.update(_checked(call.json(), ()))
    return Reply(_shown(own))


async def delete(call: Call) -> Reply:
    """DELETE /styles/{id}."""
    own = _own(call)
    del call.service.styles[own.id]
    call.service.deleted_styles.add(own.prompt_style)
    return Reply({"deleted": True})


def _own(call: Call) -> UserStyle:
    style_id = call.request.path_params["style_id"]
    own = call.service.styles.get(style_id)
    if own is None or own.account != call.account:
        raise Refusal("style_not_found", f"Style not found: {style_id}.")
    return own


def _shown(own: UserStyle) -> dict[str, Any]:
    return {"id": own.id, "prompt_style": own.prompt_style, "name": own.fields["name"], "type": "user"}


def _checked(payload: Any, required: tuple[str, ...]) -> dict[str, Any]:
    flaws = schema_flaws(payload, _FIELDS, required)
    if flaws:
        raise Refusal.of(flaws)
    payload = {str(name): value for name, value in payload.items() if value is not None}
    if len(payload.get("reference_images", ("one",))) != 1:
        flaws.append(Flaw(("body", "reference_images"), "List should have exactly 1 item", type="too_short"))
    if ("min_width" in payload) != ("min_height" in payload):
        flaws.append(Flaw(("body", "min_width"), "min_width and min_height go together", type="value_error"))
    if "{prompt}" not in payload.get("user_prompt_template", "{prompt}"):
        flaws.append(Flaw(("body", "user_prompt_template"), "must contain {prompt}", type="value_error"))
    if flaws:
        raise Refusal.of(flaws)
    for value in payload.get("reference_images", ()):
        try:
            images.received(value, "reference_images.0")
        except PictureError as error:
            raise Refusal("invalid_image", str(error)) from None
    return dict(payload)
