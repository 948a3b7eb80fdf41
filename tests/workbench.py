"""A game repository in a temporary folder, and the real command line run on it in this process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assetgen.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What a command did. `json` is its document, where `--json` was given."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Workbench:
    """`root` is the project, `store` the user's store; `env` holds further variables of every command."""

    root: Path
    store: Path
    env: dict[str, str] = field(default_factory=dict)

    def write(self, manifest: str, path: str = "assets.yaml") -> None:
        """Writes a text file of the project."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(manifest, encoding="utf-8")

    def edit(self, old: str, new: str, path: str = "assets.yaml") -> None:
        """Replaces a text that must be there."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path}"
        self.write(text.replace(old, new), path)

    def run(self, *args: str, **env: str) -> Ran:
        """`assetgen -C ROOT ARGS`, in this process."""
        out, err = io.StringIO(), io.StringIO()
        variables = {"ASSETGEN_CACHE_DIR": str(self.store), **self.env, **env}
        with _environment(variables), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = main(["-C", str(self.root), *args])
            except SystemExit as exit_:  # argparse
                status = int(exit_.code or 0)
        return Ran(status, out.getvalue(), err.getvalue())

    def build(self, *args: str, status: int = 0, **env: str) -> Any:
        """Builds, checks the exit status, and gives the JSON report."""
        ran = self.run("build", "--json", *args, **env)
        assert ran.status == status, f"exit {ran.status}\n{ran.err}\n{ran.out}"
        return ran.json

    def plan(self, *args: str, **env: str) -> Any:
        """The plan as JSON."""
        ran = self.run("plan", "--json", *args, **env)
        assert ran.status == 0, ran.err
        return ran.json

    def actions(self, *args: str) -> dict[str, str]:
        """Planned actions on assets as `{asset: "verb: reason"}`, without the index."""
        return {
            a["asset"]: f"{a['action']}: {a['reason']}" for a in self.plan(*args)["actions"] if a["kind"] != "index"
        }

    def files(self, *folders: str) -> dict[str, bytes]:
        """Contents of all files below these folders of the project."""
        found = {}
        for folder in folders or ("generated",):
            for path in sorted((self.root / folder).rglob("*")):
                if path.is_file():
                    found[path.relative_to(self.root).as_posix()] = path.read_bytes()
        return found

    def times(self, *folders: str) -> dict[str, int]:
        """Modification times of all files below these folders."""
        return {path: (self.root / path).stat().st_mtime_ns for path in self.files(*folders)}

    def index(self) -> Any:
        return json.loads((self.root / "generated/assets.json").read_text())

    def copy(self, folder: Path) -> Workbench:
        """The same project with the same store, in another folder."""
        shutil.copytree(self.root, folder / "game", symlinks=True)
        shutil.copytree(self.store, folder / "store", symlinks=True)
        return Workbench(folder / "game", folder / "store", dict(self.env))

    def forget(self, *parts: str) -> None:
        """Deletes folders of the project (`store` means the user's store)."""
        for part in parts:
            shutil.rmtree(self.store if part == "store" else self.root / part, ignore_errors=True)


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def bench(tmp_path: Path, manifest: str) -> Workbench:
    """A project with this manifest."""
    root = tmp_path / "game"
    root.mkdir()
    made = Workbench(root, tmp_path / "store")
    made.write(manifest)
    return made
