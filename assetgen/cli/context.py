"""What every command is given: where it works, how it speaks, and the world outside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetgen.model.errors import UsageError

if TYPE_CHECKING:
    from assetgen.build.options import Environment


@dataclass(frozen=True)
class Context:
    """`interactive`: a person is at the terminal and can be asked."""

    root: Path
    quiet: bool
    verbose: bool
    color: bool
    variables: Mapping[str, str]
    now: Callable[[], float]
    monotonic: Callable[[], float]
    random: Callable[[], float]
    interactive: bool

    def project_root(self) -> Path:
        """The folder with the manifest. UsageError where there is none."""
        if not self.root.is_dir():
            raise UsageError(f"{self.root} is no folder")
        if not (self.root / "assets.yaml").is_file():
            raise UsageError(f"there is no assets.yaml in {self.root}: 'assetgen init' writes one")
        return self.root

    def environment(self) -> Environment:
        from assetgen.build.options import Environment

        return Environment(self.variables, self.now, self.monotonic, self.random)

    def say(self, text: str = "") -> None:
        """Human text, to stderr."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def error(self, text: str) -> None:
        """Human text that even --quiet shows."""
        print(text, file=sys.stderr)


def print_json(document: Any) -> None:
    """The one JSON document of a command, to stdout."""
    sys.stdout.write(json_text(document))


def json_text(document: Any) -> str:
    """Its text."""
    import json

    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
