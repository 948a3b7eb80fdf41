"""The page of reliability: every promise names a test that exists, every limit is the one in the code."""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import fields

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "reliability.md").read_text("utf-8")
LIMIT = re.compile(r"\| ([\d,]+)( MiB| KiB)?[^|]* \| `([\w.]+):(\w+)(?:\.(\w+))?` \|")
UNITS = {" MiB": 1 << 20, " KiB": 1 << 10, "": 1}


def rows(title: str) -> list[str]:
    """The lines of the first table under a headline, without its head and the lines that divide it."""
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [line for line in lines[2:] if not re.fullmatch(r"\| \*\*[^|]+\*\* \| \|", line)]


@cache
def text_of(file: str) -> str:
    return (TESTS / file).read_text("utf-8")


def test_every_promise_and_limit_names_a_test_that_exists() -> None:
    promises, limits = rows("The promises"), rows("Limits")
    assert len(promises) >= 20
    assert len(limits) >= 20
    for row in (*promises, *limits):
        named = re.search(r"\| `((?:\w+/)?test_\w+\.py)::(\w+)` \|$", row)
        assert named is not None, row
        assert re.search(rf"^(?:async )?def {named[2]}\(", text_of(named[1]), re.M), row


def test_every_limit_is_the_one_in_the_code() -> None:
    for row in rows("Limits"):
        said = LIMIT.search(row)
        assert said is not None, row
        number, unit, module, name, part = said.groups("")
        found: Any = getattr(importlib.import_module(module), name)
        if isinstance(found, type):  # a field's default
            found = next(field.default for field in fields(found) if field.name == part)
        elif part:
            found = getattr(found, part)
        assert found == int(number.replace(",", "")) * UNITS[unit], row
