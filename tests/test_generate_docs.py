"""The capability table names tests that exist, and leaves out no field and no tool."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from assetgen.catalog.tools import TOOLS
from assetgen.simulator.fields import FIELDS

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")


def test_every_row_names_a_test_that_exists() -> None:
    rows = [
        line for line in TABLE.splitlines() if line.startswith("| ") and "capability" not in line and "---" not in line
    ]
    assert len(rows) > 50
    for row in rows:
        named = re.search(r"`(test_\w+\.py)(?:::(\w+))?` \|$", row)
        assert named is not None, row
        tree = ast.parse((ROOT / "tests" / named[1]).read_text(encoding="utf-8"))
        assert named[2] is None or named[2] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (
            row
        )


def test_no_tool_and_no_field_is_left_out() -> None:
    words = set(re.findall(r"\w+", TABLE))
    assert set(TOOLS) <= words
    implied = {"prompt_style", "extra_prompt", "extra_input_image", "async_process"}
    assert set(FIELDS) - implied <= words
