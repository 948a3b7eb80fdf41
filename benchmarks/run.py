"""Measures assetgen beside other tools: python benchmarks/run.py [PIECE…] [--short].

Inputs are drawn from a fixed seed, peers are installed from the registries into a cache folder, contenders take turns,
and tables of medians are printed. Without a name every piece runs, which takes an hour; `--list` names them.
`--short` runs everything once on little input, to find errors: its times mean nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from peers import Peers  # noqa: E402
from pieces import PIECES, Bench  # noqa: E402

SHORT = ("packing", "atlas", "incremental", "noop", "cold", "watch")
"""Pieces of the short form: the other scripts have tests of their own."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pieces", metavar="PIECE", nargs="*", help="all when none is named")
    parser.add_argument("--list", action="store_true", help="name the pieces")
    parser.add_argument("--short", action="store_true", help="little input, one round, nothing installed")
    parser.add_argument("--rounds", type=int, help="turns of each contender (3)")
    parser.add_argument("--no-install", action="store_true", help="only peers that are there already")
    parser.add_argument("--work", type=Path, help="folder for inputs and outputs (a temporary one)")
    parser.add_argument("--peers", type=Path, help="folder for other tools (in the user's cache)")
    arguments = parser.parse_args()
    if arguments.list:
        for name, piece in PIECES.items():
            print(f"{name:<12} {(piece.__doc__ or '').strip()}")
        return 0
    unknown = set(arguments.pieces) - set(PIECES)
    if unknown:
        parser.error(f"no piece {', '.join(sorted(unknown))}; there are: {', '.join(PIECES)}")
    chosen = arguments.pieces or (SHORT if arguments.short else PIECES)
    print(
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    )
    if os.getloadavg()[0] > 0.5:
        print(f"The machine is busy (load {os.getloadavg()[0]:.1f}): trust ratios, not times.")
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        peers = Peers(_peers_folder(arguments.peers), install=not (arguments.short or arguments.no_install))
        rounds = arguments.rounds or (1 if arguments.short else 3)
        bench = Bench(work, peers, rounds, 0.02 if arguments.short else 1.0)
        for name in chosen:
            PIECES[name](bench)
    return 0


def _peers_folder(given: Path | None) -> Path:
    if given is not None:
        return given.resolve()
    from platformdirs import user_cache_path

    return user_cache_path("assetgen-benchmarks", appauthor=False)


if __name__ == "__main__":
    raise SystemExit(main())
