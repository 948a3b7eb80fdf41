"""The actions of the review page, by name: checked fields in, a call of the desk out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from assetgen.build.adoption import Stage
from assetgen.build.choices import Verdict
from assetgen.model.errors import UsageError
from assetgen.review.prompts import LONGEST
from assetgen.review.work import Answer, Desk, number_of, text_of

Body = Mapping[str, Any]


def _verdict(body: Body) -> Verdict:
    value = text_of(body, "verdict")
    if value not in ("approved", "rejected"):
        raise UsageError("'verdict' is approved or rejected")
    return cast("Verdict", value)


def _stage(body: Body) -> Stage | None:
    value = body.get("stage") or None
    if value not in (None, "original", "final"):
        raise UsageError("'stage' is original or final")
    return cast("Stage | None", value)


def _asset(body: Body) -> str:
    return text_of(body, "asset")


ACTIONS: dict[str, Callable[[Desk, Body], Answer]] = {
    "pick": lambda desk, body: desk.pick(_asset(body), number_of(body, "number")),
    "take": lambda desk, body: desk.take(_asset(body), number_of(body, "take")),
    "price": lambda desk, body: desk.price(_asset(body)),
    "reroll": lambda desk, body: desk.reroll(_asset(body), text_of(body, "price")),
    "review": lambda desk, body: desk.review(_asset(body), _verdict(body)),
    "build": lambda desk, body: desk.build_all(text_of(body, "price")),
    "drop": lambda desk, body: desk.drop(_asset(body)),
    "adopt-output": lambda desk, body: desk.adopt_output(_asset(body)),
    "prompt-source": lambda desk, body: desk.prompt_source(_asset(body)),
    "prompt-diff": lambda desk, body: desk.prompt_diff(_asset(body), text_of(body, "text", LONGEST)),
    "prompt": lambda desk, body: desk.prompt(_asset(body), text_of(body, "text", LONGEST), text_of(body, "digest")),
}
UPLOADS: dict[str, Callable[[Desk, Body, bytes], Answer]] = {
    "adopt": lambda desk, body, data: desk.adopt(_asset(body), data, str(body.get("name", "file"))[:120], _stage(body)),
}
