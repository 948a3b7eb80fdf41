"""Other tools, installed from the registries into a folder outside of the tree; a word where one is not to be had.

Versions are pinned: what is compared with should not change by itself.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from functools import cached_property
from pathlib import Path

HERE = Path(__file__).parent / "peer_scripts"
NODE = {"@assetpack/core": "1.7.0", "free-tex-packer-core": "0.3.9", "maxrects-packer": "2.7.3"}
PYTHON = ("PyTexturePacker==1.2.1", "rectpack==0.2.2", "doit==0.37.0", "ninja==1.13.2")
DVC = ("dvc==3.67.1",)


class Peers:
    """`folder` keeps what is installed; `install` False uses only what is there already."""

    def __init__(self, folder: Path, *, install: bool) -> None:
        self.folder = folder
        self.install = install

    def node(self, script: str) -> list[str] | None:
        """The command that runs one of our scripts under Node, beside the packages; None where that cannot be."""
        if self._packages is None:
            return None
        target = self._packages / script
        shutil.copy(HERE / script, target)
        return ["node", str(target)]

    def python(self, script: str) -> list[str] | None:
        """The command that runs one of our scripts under a Python that has the packages."""
        return None if self._python is None else [str(self._python), str(HERE / script)]

    def tool(self, name: str) -> list[str] | None:
        """A tool of the Python packages (`ninja`, `doit`), or of the system (`make`)."""
        if name in ("doit", "ninja"):
            return None if self._python is None else [str(self._python.with_name(name))]
        found = shutil.which(name)
        if found is None:
            print(f"skipped: {name} is not installed")
        return None if found is None else [found]

    def dvc(self) -> list[str] | None:
        """DVC, in an environment of its own: it brings more than a hundred packages."""
        python = self._environment("dvc", DVC)
        return None if python is None else [str(python), "-m", "dvc"]

    @cached_property
    def _packages(self) -> Path | None:
        folder = self.folder / "node"
        if all((folder / "node_modules" / name).is_dir() for name in NODE):
            return folder
        if not self.install or shutil.which("npm") is None:
            print("skipped: peers of npm (no npm, or --no-install)")
            return None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true, "type": "module"}\n')
        wanted = [f"{name}@{version}" for name, version in NODE.items()]
        return folder if _quietly(["npm", "install", "--no-audit", "--no-fund", *wanted], folder) else None

    @cached_property
    def _python(self) -> Path | None:
        return self._environment("python", PYTHON)

    def _environment(self, name: str, packages: tuple[str, ...]) -> Path | None:
        folder = self.folder / name
        python = folder / "bin" / "python"
        complete = folder / "complete"
        if complete.is_file() and complete.read_text() == "\n".join(packages):
            return python
        if not self.install:
            print(f"skipped: {', '.join(packages)} (--no-install)")
            return None
        venv.create(folder, with_pip=True, clear=True)
        if not _quietly([str(python), "-m", "pip", "install", "-q", *packages], folder):
            return None
        complete.write_text("\n".join(packages))
        return python


def _quietly(command: list[str], folder: Path) -> bool:
    print(f"installing: {' '.join(command[-4:])} …", flush=True)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"skipped: {command[0]} could not install them: {done.stderr.strip()[-300:]}", file=sys.stderr)
    return done.returncode == 0
