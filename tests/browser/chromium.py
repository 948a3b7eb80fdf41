"""Chromium, driven by Playwright, as `.ci/engines.sh` installs both."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installed import CACHE, need

# For scripts: time for what comes by itself, then for whatever still moves (but not for ever) and is painted.
# What a test needs to be there it waits for by its selector: no time is long enough on every machine.
SETTLE = """
const settle = () => page.evaluate(async () => {
  await new Promise((done) => setTimeout(done, 150));
  const moving = document.getAnimations().filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime));
  await Promise.allSettled(moving.map((one) => one.finished));
  for (let i = 0; i < 2; i += 1) await new Promise(requestAnimationFrame);
});
"""


@dataclass(frozen=True)
class Visit:
    """What a script gave, the console's errors, the addresses asked for, and the seconds that opening took."""

    value: Any
    errors: list[str]
    requests: list[str]
    opened: float


class Chromium:
    """One browser for a session of tests."""

    def __init__(self) -> None:
        program = shutil.which("chromium")
        node = shutil.which("node")
        need(program is not None, "Chromium")
        need(node is not None, "Node.js")
        need((CACHE / "node" / "node_modules" / "playwright-core").is_dir(), "playwright-core")
        assert program is not None
        assert node is not None
        self._process = subprocess.Popen(
            [node, str(Path(__file__).with_name("drive.cjs")), str(CACHE / "node"), program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "Chromium did not start"

    def visit(self, url: str, code: str, *, clock: bool = False, **options: Any) -> Visit:
        """Opens a page of the gallery and runs an async JavaScript function body with `page` (Playwright's).

        `clock`: the page's time stands still but for what the script lets pass.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"url": url, "code": code, "options": options, "clock": clock}) + "\n")
        self._process.stdin.flush()
        done = json.loads(self._process.stdout.readline())
        assert "failed" not in done, f"{done['failed']}\n{done['errors']}"
        return Visit(done["value"], done["errors"], done["requests"], done["opened"] / 1000)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
