"""Pictures of the scaffolded projects, before and after the right arrow key was held for a second.

As a script it makes the pictures of docs/images: each project is made by `assetgen init`, built with the placeholder
and run in its engine.  python tests/engines/screens.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from installed import CACHE, need  # noqa: E402

from engines.machines import HERE, Godot, Love, run  # noqa: E402

_LOVE = """
local pressed, clock, shots = false, 0, 0
love.keyboard.isDown = function(key) return pressed and key == "right" end
local update = love.update
love.update = function(dt)
  update(1 / 60)
  clock = clock + 1
  if clock == 10 then love.graphics.captureScreenshot("before.png") end
  pressed = clock > 12
  if clock == 72 then love.graphics.captureScreenshot("after.png") end
  if clock == 76 then love.event.quit() end
end
function love.errorhandler(message)
  io.stderr:write(message, "\\n")
  return function() return 1 end
end
"""
"""Added to a copy of main.lua: it presses the key and takes the pictures."""


def godot(project: Path, folder: Path) -> tuple[Path, Path]:
    """Runs a Godot project; `folder` receives before.png and after.png."""
    machine = Godot()
    try:
        shutil.copytree(project, machine.project, dirs_exist_ok=True)
        machine.load()
        report = machine.script("shot", window=True, fps=60)
        assert report["errors"] == [], report["errors"]
        assert report["x"] > 200, "the hero did not walk"
        for name in ("before.png", "after.png"):
            shutil.copy(machine.project / name, folder)
    finally:
        machine.close()
    return folder / "before.png", folder / "after.png"


def love(project: Path, folder: Path) -> tuple[Path, Path]:
    copy = folder / "game"
    shutil.copytree(project, copy)
    Love(folder)  # skips where LÖVE is missing
    main = copy / "main.lua"
    main.write_text(main.read_text(encoding="utf-8") + _LOVE, encoding="utf-8")
    data = folder / "data"
    run(["xvfb-run", "-a", "love", str(copy)], env={"XDG_DATA_HOME": str(data), "SDL_AUDIODRIVER": "dummy"})
    before = next(data.rglob("before.png"))
    return before, before.with_name("after.png")


def phaser(project: Path, folder: Path) -> tuple[Path, Path]:
    chromium = shutil.which("chromium") or ""
    modules = CACHE / "node" / "node_modules"
    need(bool(chromium) and (modules / "phaser").is_dir(), "Chromium with Phaser")
    copy = folder / "game"
    shutil.copytree(project, copy)
    (copy / "node_modules").symlink_to(modules)
    port = 20000 + os.getpid() % 20000
    environment = {**os.environ, "PORT": str(port)}
    before, after = folder / "before.png", folder / "after.png"
    shot = str(HERE / "browser" / "shot.cjs")
    with subprocess.Popen(["node", "serve.js"], cwd=copy, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            run(["node", shot, str(CACHE), chromium, address, str(before), str(after)])
        finally:
            server.terminate()
    return before, after


SHOTS = {"godot": godot, "love": love, "phaser": phaser}


def main() -> None:
    """Writes docs/images/scaffold-ENGINE.png."""
    from assetgen.export.scaffold import scaffold

    for engine, shot in SHOTS.items():
        with tempfile.TemporaryDirectory() as name:
            project, folder = Path(name) / "game", Path(name) / "shots"
            folder.mkdir()
            start = time.monotonic()
            command = [sys.executable, "-m", "assetgen"]
            environment = {"PYTHONPATH": str(ROOT), "ASSETGEN_CACHE_DIR": str(Path(name) / "cache")}
            run([*command, "init", str(project), "--engine", engine], env=environment)
            run([*command, "-C", str(project), "build", "--yes"], env=environment)
            for path, text in scaffold(engine).items():
                (project / path).write_text(text, encoding="utf-8")
            _, after = shot(project, folder)
            target = ROOT / "docs" / "images" / f"scaffold-{engine}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            _save(after, target)
            sys.stdout.write(f"{target.relative_to(ROOT)} in {time.monotonic() - start:.1f} s\n")


def _save(source: Path, target: Path) -> None:
    """The picture again, as small as it goes: screenshots of pixel art have few colours."""
    from assetgen.pixels.picture import read
    from assetgen.pixels.png import encode

    target.write_bytes(encode(read(source)))


if __name__ == "__main__":
    main()
