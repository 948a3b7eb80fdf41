"""The real engines, as `.ci/engines.sh` installs them: where they are and how a folder is run in them."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("ASSETGEN_ENGINES_CACHE") or Path.home() / ".cache" / "assetgen-engines")
HINT = "run .ci/engines.sh to install it"
HERE = Path(__file__).parent


def need(found: bool, what: str) -> None:
    """Skips the test where an engine is missing; fails it where the machine was to have them all."""
    if found:
        return
    if os.environ.get("ASSETGEN_ENGINES") == "required":
        pytest.fail(f"{what} is not installed: {HINT}")
    pytest.skip(f"{what} is not installed: {HINT}")


def run(command: list[str], *, timeout: float = 120, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Standard output and error of a command that must succeed."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


class Godot:
    """Godot 4 in its chroot. A project is a folder there; `generated/` in it holds the exported files."""

    root = CACHE / "sid"

    def __init__(self) -> None:
        need((self.root / "usr" / "bin" / "godot").exists(), "Godot 4")
        self.name = f"assetgen-{uuid.uuid4().hex[:8]}"
        self.project = self.root / "tmp" / self.name
        self.project.mkdir()
        (self.project / "project.godot").write_text(
            'config_version=5\n[application]\nconfig/name="check"\n[rendering]\n'
            'renderer/rendering_method="gl_compatibility"\ntextures/canvas_textures/default_texture_filter=0\n'
        )
        for script in (HERE / "godot").glob("*.gd"):
            shutil.copy(script, self.project)

    def close(self) -> None:
        shutil.rmtree(self.project, ignore_errors=True)

    def _godot(self, *arguments: str, window: bool = False) -> str:
        screen = ["xvfb-run", "-a"] if window else []
        driver = ["--rendering-driver", "opengl3", "--audio-driver", "Dummy"] if window else ["--headless"]
        command = ["chroot", str(self.root), *screen, "godot", "--path", f"/tmp/{self.name}", *driver, *arguments]
        return run(command, env={"HOME": "/root"})

    def load(self) -> str:
        """Imports every picture, as the editor does when it opens the project."""
        return self._godot("--import")

    def script(
        self, name: str, *, window: bool = False, fps: int | None = None, arguments: tuple[str, ...] = ()
    ) -> dict:
        """Runs a script that writes `report.json`; gives that report. Errors of the engine fail the test."""
        (self.project / "report.json").unlink(missing_ok=True)
        fixed = ["--fixed-fps", str(fps)] if fps else []
        printed = self._godot(*fixed, "--script", f"{name}.gd", "--", *arguments, window=window)
        report = self.project / "report.json"
        assert report.exists(), printed
        found = json.loads(report.read_text())
        found["errors"] = [
            line for line in printed.splitlines() if line.startswith(("ERROR", "SCRIPT ERROR", "USER ERROR"))
        ]
        found["warnings"] = [line for line in printed.splitlines() if "invalid UID" in line]
        return found


SCRIPTS = {
    "phaser4": "phaser/dist/phaser.js",
    "phaser3": "phaser3/dist/phaser.js",
    "pixi": "pixi.js/dist/pixi.js",
}


class Browser:
    """Chromium with one engine's script. `folder` is served; `generated/` in it holds the exported files."""

    def __init__(self, folder: Path) -> None:
        self.chromium = shutil.which("chromium") or ""
        modules = CACHE / "node" / "node_modules"
        need(bool(self.chromium) and (modules / "playwright-core").is_dir(), "Chromium with playwright-core")
        need(shutil.which("node") is not None, "Node.js")
        self.folder = folder

    def open(self, page: str, engine: str | None, jobs: dict) -> dict:
        """Opens a page of tests/engines/browser; gives what it left in `window.report`, with the console's errors."""
        shutil.copy(HERE / "browser" / f"{page}.html", self.folder)
        (self.folder / "jobs.json").write_text(json.dumps(jobs))
        if engine is not None:
            shutil.copy(CACHE / "node" / "node_modules" / SCRIPTS[engine], self.folder / "engine.js")
        command = [
            "node",
            str(HERE / "browser" / "run.cjs"),
            str(CACHE),
            str(self.folder),
            f"{page}.html",
            self.chromium,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        report["errors"] = [message for message in report["messages"] if message.startswith("error")]
        if "picture" in report:
            (self.folder / "shot.png").write_bytes(base64.b64decode(report["picture"].partition(",")[2]))
        return report
