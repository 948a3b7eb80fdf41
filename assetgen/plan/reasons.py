"""Reasons in words: which field of a request changed."""

from __future__ import annotations

from collections.abc import Mapping

from assetgen.model.lock import Accepted
from assetgen.model.manifest import Asset
from assetgen.model.request import Json, Request

_PICTURES = ("input", "outside_input", "mask", "extra_input", "references")
_WORDS = {"width": "size", "height": "size", "outside_strength": "outside strength", "op": "edit"}


def input_names(asset: Asset, index: int) -> dict[str, Json]:
    """What the lock remembers of a step's inputs, as people wrote them."""
    step = asset.steps[index]
    names: dict[str, Json] = {field: [str(ref) for ref in refs] for field, refs in step.inputs.items()}
    if step.chained:
        names["input"] = [str(asset.start)] if index == 0 else ["of the step before"]
    return names


def changed(asset: Asset, index: int, request: Request, accepted: Accepted) -> str:
    """`prompt changed`, `input hero changed`, `input changed from hero to knight`, several joined by commas."""
    reasons: list[str] = []
    names = input_names(asset, index)
    fields = request.changed_fields(accepted.request)
    if fields[:-1] and fields[-1] == "take":
        fields.pop()  # another request begins with its first take: that says nothing more
    for field in fields:
        if field in _PICTURES:
            reason = _picture_reason(field, names, accepted.inputs)
        else:
            reason = f"{_WORDS.get(field, field.replace('_', ' '))} changed"
        if reason not in reasons:
            reasons.append(reason)
    return ", ".join(reasons) or "request changed"


def _picture_reason(field: str, now: Mapping[str, Json], before: Mapping[str, Json]) -> str:
    word = "reference" if field == "references" else field.replace("_", " ")
    new, old = now.get(field, []), before.get(field, [])
    if new and not old:
        return f"{word} {', '.join(new)} added" if field in now else f"{word} changed"
    if old and not new:
        return f"{word} changed" if field not in before else f"{word} {', '.join(old)} removed"
    if new != old:
        return f"{word} changed from {', '.join(old)} to {', '.join(new)}"
    return f"{word} {', '.join(new)} changed" if new else f"{word} changed"
