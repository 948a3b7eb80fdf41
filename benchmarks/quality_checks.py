"""What the quality checks cost: their share of the processor time of making the example again from its originals.

    python benchmarks/quality_checks.py

The example is built once; then outputs and caches go, and a second build, which buys nothing, is timed.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assetgen.build import checks
from assetgen.cli.main import main as command

EXAMPLE = Path(__file__).parents[1] / "example_project"
CHECKS = ("sprite_findings", "animation_findings", "tileset_findings", "composed_findings")
FRESH = shutil.ignore_patterns("generated", "originals", "*.lock", ".assetgen")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        game, store = Path(folder) / "game", Path(folder) / "store"
        shutil.copytree(EXAMPLE, game, ignore=FRESH)
        os.environ["ASSETGEN_CACHE_DIR"] = str(store)
        build(game)
        shutil.rmtree(game / "generated")
        shutil.rmtree(game / ".assetgen", ignore_errors=True)
        shutil.rmtree(store)
        spent: dict[str, list[float]] = {name: [] for name in CHECKS}
        for name in CHECKS:
            setattr(checks, name, timed(getattr(checks, name), spent[name]))
        start = time.process_time()
        build(game)
        whole = time.process_time() - start
    for name, times in spent.items():
        if times:
            print(f"{name:>20} {len(times):>4} assets {sum(times) * 1000:>8.1f} ms, at most {max(times) * 1000:.1f} ms")
    together = sum(map(sum, spent.values()))
    print(f"{'together':>20} {together * 1000:>20.1f} ms of {whole * 1000:.0f} ms: {together / whole:.1%}")


def build(game: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert command(["-C", str(game), "build"]) == 0


def timed(check: Callable[..., Any], times: list[float]) -> Callable[..., Any]:
    """The check, noting the processor seconds of its thread."""

    def run(*args: Any, **options: Any) -> Any:
        start = time.thread_time()
        found = check(*args, **options)
        times.append(time.thread_time() - start)
        return found

    return run


if __name__ == "__main__":
    main()
