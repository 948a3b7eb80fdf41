"""Faults on request: rules that say which requests go wrong, and how."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

from msgspec import Struct, field

from assetgen.model.errors import UsageError, words_of

When = Literal["before", "after"]
"""Before the request is accepted (nothing is charged), or after (charged, and the reply is lost)."""

Transport = Literal["status", "rate_limit", "drop", "truncate", "html", "wrong_length", "inference_failed"]
Result = Literal[
    "bad_base64",
    "not_a_picture",
    "truncated_picture",
    "wrong_size",
    "bomb",
    "fewer_images",
    "failed_task",
    "expired_url",
    "oversized",
    "redirect",
]
Action = Literal["latency"] | Transport | Result

TRANSPORT: frozenset[str] = frozenset(get_args(Transport))
"""What happens to one HTTP exchange."""

RESULT: frozenset[str] = frozenset(get_args(Result))
"""What happens to a result: to the task's for good when a submission matches, else to that one reply."""

ACTIONS: tuple[str, ...] = ("latency", *get_args(Transport), *get_args(Result))
STATUSES = frozenset({401, 403, 404, 500, 502, 503, 504, 524})


class Rule(Struct, frozen=True):
    """One kind of fault. A request matches when all that is given matches; `nth` counts matching requests from 1.

    `method`: exact. `path`, `style`, `prompt`: globs (path as sent, `/v2/inferences/tasks/*`). `every`: each nth one.
    `probability`: of those left, drawn from the simulator's seed. `times`: at most so many faults.
    `seconds`: how long `latency` adds, or what `Retry-After` says. `status`: of action `status`.
    """

    action: str
    when: When = "before"
    method: str | None = None
    path: str | None = None
    style: str | None = None
    prompt: str | None = None
    nth: frozenset[int] = frozenset()
    every: int | None = None
    probability: float = 1.0
    times: int | None = None
    seconds: float | None = None
    status: int = 503

    @property
    def comes_before(self) -> bool:
        """Whether nothing is accepted. A limit always refuses; half a reply needs a whole one first."""
        if self.action in ("truncate", "wrong_length"):
            return False
        return self.when == "before" or self.action == "rate_limit"

    def matches(self, method: str, path: str, style: str | None, prompt: str | None) -> bool:
        if self.method is not None and self.method != method:
            return False
        for pattern, value in ((self.path, path), (self.style, style), (self.prompt, prompt)):
            if pattern is not None and (value is None or not fnmatchcase(value, pattern)):
                return False
        return True


class Faults(Struct):
    """The rules at work: counts what matched, decides by the seed. The first rule that fires wins; latencies add."""

    rules: Sequence[Rule]
    seed: int = 0
    _seen: dict[int, int] = field(default_factory=dict)
    _fired: dict[int, int] = field(default_factory=dict)

    def pick(self, method: str, path: str, style: str | None, prompt: str | None) -> tuple[Rule | None, float]:
        """The fault of this request, if any, and the seconds by which it is delayed."""
        delay = 0.0
        chosen: Rule | None = None
        for index, rule in enumerate(self.rules):
            if not rule.matches(method, path, style, prompt):
                continue
            self._seen[index] = self._seen.get(index, 0) + 1
            if (chosen is not None and rule.action != "latency") or not self._fires(index, rule):
                continue
            self._fired[index] = self._fired.get(index, 0) + 1
            if rule.action == "latency":
                delay += rule.seconds or 1.0
            else:
                chosen = rule
        return chosen, delay

    def _fires(self, index: int, rule: Rule) -> bool:
        count = self._seen[index]
        if rule.times is not None and self._fired.get(index, 0) >= rule.times:
            return False
        if rule.nth and count not in rule.nth:
            return False
        if rule.every is not None and count % rule.every:
            return False
        # A draw per rule and count: what one rule decides does not depend on how requests interleave.
        return random.Random(f"{self.seed}:{index}:{count}").random() < rule.probability

    @property
    def fired(self) -> list[dict[str, Any]]:
        """How often each rule matched and fired."""
        return [
            {"action": rule.action, "matched": self._seen.get(i, 0), "fired": self._fired.get(i, 0)}
            for i, rule in enumerate(self.rules)
        ]


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a fault file (YAML or JSON: a list, or a map with the key `faults`). Raises UsageError."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"fault file {path} cannot be read: {words_of(error)}") from None
    try:
        document = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise UsageError(f"fault file {path}: {error}") from None
    try:
        return parse_rules(document)
    except UsageError as error:
        raise UsageError(f"fault file {path}: {error}") from None


def parse_rules(document: Any) -> tuple[Rule, ...]:
    """Rules from parsed YAML or JSON. Raises UsageError naming the rule and the key that is wrong."""
    if isinstance(document, dict) and set(document) == {"faults"}:
        document = document["faults"]
    if not isinstance(document, list):
        raise UsageError("expected a list of rules, or `faults:` with such a list")
    return tuple(_rule(number, entry) for number, entry in enumerate(document, start=1))


_TYPES: dict[str, tuple[type, ...]] = {
    "action": (str,),
    "when": (str,),
    "method": (str,),
    "path": (str,),
    "style": (str,),
    "prompt": (str,),
    "nth": (int, list),
    "every": (int,),
    "probability": (int, float),
    "times": (int,),
    "seconds": (int, float),
    "status": (int,),
}


def _rule(number: int, entry: Any) -> Rule:
    where = f"rule {number}"
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: expected a map with `action`, not {entry!r}")
    for key, value in entry.items():
        if key not in _TYPES:
            raise UsageError(f"{where}: unknown key `{key}`; known are {', '.join(_TYPES)}")
        if isinstance(value, bool) or not isinstance(value, _TYPES[key]):
            raise UsageError(f"{where}: `{key}: {value!r}` is not {' or '.join(t.__name__ for t in _TYPES[key])}")
    values = dict(entry)
    action = values.get("action")
    if action not in ACTIONS:
        raise UsageError(f"{where}: action `{action}`; known are {', '.join(ACTIONS)}")
    if values.get("when", "before") not in get_args(When):
        raise UsageError(f"{where}: `when: {values['when']}`; expected before or after")
    if not 0 <= values.get("probability", 1) <= 1:
        raise UsageError(f"{where}: `probability: {values['probability']}`; expected 0 to 1")
    if values.get("status", 503) not in STATUSES:
        raise UsageError(f"{where}: `status: {values['status']}`; expected one of {sorted(STATUSES)}")
    if values.get("every", 1) < 1:
        raise UsageError(f"{where}: `every: {values['every']}`; expected 1 or more")
    if isinstance(nth := values.get("nth", []), list):
        if not all(type(count) is int for count in nth):
            raise UsageError(f"{where}: `nth: {nth!r}`; expected whole numbers, from 1")
        values["nth"] = frozenset(nth)
    else:
        values["nth"] = frozenset({nth})
    if "method" in values:
        values["method"] = values["method"].upper()
    return Rule(**values)
