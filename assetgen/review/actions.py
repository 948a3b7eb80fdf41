"""The actions of the review page, by name: checked fields in, a call of the desk out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from assetgen.build.adoption import Stage
from assetgen.build.choices import Verdict
from assetgen.manifest.files import is_glob
from assetgen.model.errors import UsageError
from assetgen.review.prompts import LONGEST
from assetgen.review.work import Answer, Desk

Body = Mapping[str, Any]


def _text(body: Body, key: str, most: int = 200) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value or len(value) > most:
        raise UsageError(f"'{key}' has to be a text of 1 to {most} characters")
    return value


def _number(body: Body, key: str) -> int:
    value = body.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1_000_000:
        raise UsageError(f"'{key}' has to be a whole number from 1")
    return value


def _verdict(body: Body) -> Verdict:
    value = _text(body, "verdict")
    if value not in ("approved", "rejected"):
        raise UsageError("'verdict' is approved or rejected")
    return cast("Verdict", value)


def _stage(body: Body) -> Stage | None:
    value = body.get("stage") or None
    if value not in (None, "original", "final"):
        raise UsageError("'stage' is original or final")
    return cast("Stage | None", value)


def _asset(body: Body) -> str:
    name = _text(body, "asset")
    if is_glob(name):
        raise UsageError(f"'asset' has to be one name, and no glob: {name}")
    return name


ACTIONS: dict[str, Callable[[Desk, Body], Answer]] = {
    "pick": lambda desk, body: desk.pick(_asset(body), _number(body, "number")),
    "take": lambda desk, body: desk.take(_asset(body), _number(body, "take")),
    "price": lambda desk, body: desk.price(_asset(body)),
    "reroll": lambda desk, body: desk.reroll(_asset(body), _text(body, "price")),
    "review": lambda desk, body: desk.review(_asset(body), _verdict(body)),
    "build": lambda desk, body: desk.build_all(_text(body, "price")),
    "drop": lambda desk, body: desk.drop(_asset(body)),
    "adopt-output": lambda desk, body: desk.adopt_output(_asset(body)),
    "prompt-source": lambda desk, body: desk.prompt_source(_asset(body)),
    "prompt-diff": lambda desk, body: desk.prompt_diff(_asset(body), _text(body, "text", LONGEST)),
    "prompt": lambda desk, body: desk.prompt(_asset(body), _text(body, "text", LONGEST), _text(body, "digest")),
}
LOOKING = frozenset({"price", "prompt-source", "prompt-diff"})
"""Those that change nothing."""
UPLOADS: dict[str, Callable[[Desk, Body, bytes], Answer]] = {
    "adopt": lambda desk, body, data: desk.adopt(_asset(body), data, str(body.get("name", "file"))[:120], _stage(body)),
}
