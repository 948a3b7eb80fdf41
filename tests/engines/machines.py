"""The real engines, as `.ci/engines.sh` installs them: where they are and how a folder is run in them."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any

from installed import CACHE, need

HERE = Path(__file__).parent

Report = dict[str, Any]
"""A JSON object, as scripts in engines write it and as they are told what to do."""


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
    ) -> Report:
        """Runs a script that writes `report.json`; gives that report. Errors of the engine fail the test."""
        (self.project / "report.json").unlink(missing_ok=True)
        fixed = ["--fixed-fps", str(fps)] if fps else []
        printed = self._godot(*fixed, "--script", f"{name}.gd", "--", *arguments, window=window)
        report = self.project / "report.json"
        assert report.exists(), printed
        found = dict(json.loads(report.read_text()))
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

    def open(self, page: str, engine: str | None, jobs: Report) -> Report:
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
        report = dict(json.loads(done.stdout))
        report["errors"] = [message for message in report["messages"] if message.startswith("error")]
        if "picture" in report:
            (self.folder / "shot.png").write_bytes(base64.b64decode(report["picture"].partition(",")[2]))
        return report


class Tiled:
    """Tiled itself, without a window: it reads a tileset and writes it again, and draws maps."""

    def __init__(self) -> None:
        need(all(map(shutil.which, ("tiled", "tmxrasterizer"))), "Tiled")

    def convert(self, source: Path, target: Path) -> None:
        """Opens a tileset and saves it under another name, in the form of its ending."""
        run(["tiled", "--export-tileset", str(source), str(target)], env={"QT_QPA_PLATFORM": "offscreen"})

    def draw(self, source: Path, target: Path) -> None:
        run(["tmxrasterizer", "--no-smoothing", str(source), str(target)], env={"QT_QPA_PLATFORM": "offscreen"})


class Love:
    """LÖVE on a screen that is not there. `folder` is the game; `generated/` in it holds the exported files."""

    def __init__(self, folder: Path) -> None:
        need(all(map(shutil.which, ("love", "xvfb-run"))), "LÖVE with xvfb")
        self.folder = folder
        for file in (HERE / "love").glob("*.lua"):
            shutil.copy(file, folder)

    def run(self, files: list[str]) -> Path:
        """Draws the named tables; gives the folder with shot.png and report.txt."""
        (self.folder / "jobs.txt").write_text("\n".join(files))
        data = self.folder / "data"
        run(["xvfb-run", "-a", "love", str(self.folder)], env={"XDG_DATA_HOME": str(data), "SDL_AUDIODRIVER": "dummy"})
        return data / "love" / "check"


class MapReaders:
    """pytmx and pygame, in the environment that `.ci/engines.sh` makes for them."""

    def __init__(self) -> None:
        self.python = CACHE / "venv" / "bin" / "python"
        need(self.python.exists(), "pytmx with pygame")

    def draw(self, source: Path, target: Path) -> Report:
        """Draws a map's tiles with pygame as pytmx gives them; gives the properties that pytmx found."""
        script = str(HERE / "pytmx_draw.py")
        environment = {"SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
        return dict(json.loads(run([str(self.python), script, str(source), str(target)], env=environment)))
