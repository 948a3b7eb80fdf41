"""Fuzzes for a given time: `python tests/fuzz/run.py [TARGET…] --seconds 600 [--seed N] [--keep]`.

A crash (any exception that is not ours, or more than 8 seconds) is written to `corpus/TARGET/` and ends with 1. With
`--keep` one small case of each new outcome is kept there, too. One line of results a target, as JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fuzz.targets import CORPUS, SECONDS, TARGETS, Target, outcome  # noqa: E402

_SMALL = 4000  # bytes of a kept case
_MOST = 30  # kept cases of a target
_POOL = 3000  # cases of new outcomes that are damaged further


def fuzz(target: Target, seconds: float, seed: int, *, keep: bool) -> int:
    """Runs one target; 0 when nothing broke."""
    dice = random.Random(seed)
    pool = target.inputs()
    seen = {outcome(target, data) for data in pool}
    crashes: dict[str, str] = {}
    runs, slowest, end = 0, 0.0, time.monotonic() + seconds
    kept = len(list((CORPUS / target.name).glob("*")))
    while time.monotonic() < end:
        data = target.damaged(dice, pool)
        began = time.process_time()
        try:
            result = outcome(target, data)
        except Exception as error:
            name = f"{type(error).__name__}: {traceback.extract_tb(error.__traceback__)[-1]}"
            if name not in crashes:
                crashes[name] = _write(target, data, "crash")
                traceback.print_exc()
            continue
        runs += 1
        took = time.process_time() - began
        slowest = max(slowest, took)
        if took > SECONDS:
            crashes[f"slow: {took:.1f} s"] = _write(target, data, "slow")
        if result not in seen:
            seen.add(result)
            if len(pool) < _POOL:
                pool.append(data)
            if keep and len(data) <= _SMALL and kept < _MOST:
                _write(target, data, "case")
                kept += 1
    document = {
        "target": target.name, "seconds": seconds, "seed": seed, "runs": runs, "outcomes": len(seen),
        "slowest": round(slowest, 3), "crashes": crashes,
    }  # fmt: skip
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
    return 1 if crashes else 0


def _write(target: Target, data: bytes, kind: str) -> str:
    folder = CORPUS / target.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path.name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=[], choices=[[], *TARGETS], metavar="TARGET")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ.setdefault("ASSETGEN_CACHE_DIR", "/nonexistent")
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    return max([fuzz(TARGETS[name], args.seconds, args.seed, keep=args.keep) for name in args.targets or TARGETS])


if __name__ == "__main__":
    sys.exit(main())
