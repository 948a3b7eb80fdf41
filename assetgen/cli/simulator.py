"""Serve the offline Retro Diffusion API on 127.0.0.1, to rehearse builds without a key or a cent."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assetgen.cli import flags
from assetgen.cli.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=flags.port, default=0, metavar="N", help="its port; any free one where none is given"
    )
    parser.add_argument("--latency", type=float, default=0.0, metavar="S", help="seconds that a generation takes (0)")
    parser.add_argument("--slots", type=flags.number, default=16, metavar="N", help="generations at a time (16)")
    parser.add_argument("--rate", type=flags.number, metavar="N", help="requests a minute before 429 (no limit)")
    parser.add_argument("--balance", metavar="X", help="what each account holds; 'endless' never runs out (100)")
    parser.add_argument("--credits", action="store_true", help="speak of credits, as the service did in 2025")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="faults to inject: see docs/simulator.md")
    parser.add_argument(
        "--seed", type=flags.number, default=0, metavar="N", help="seed of the faults' probabilities (0)"
    )
    parser.add_argument("--today", action="store_true", help="refuse sizes that only the old documents allow")
    parser.add_argument("--styles", type=Path, metavar="FILE", help="offer the styles of an assets.styles.json")
    parser.add_argument("--allow-field", action="append", default=[], metavar="NAME", help="let an unknown field pass")


def run(args: argparse.Namespace, context: Context) -> int:
    from assetgen.cli.extras import require

    require("simulator", "simulator", "uvicorn")
    from assetgen.simulator.config import SimulatorConfig
    from assetgen.simulator.server import serve

    config = SimulatorConfig.from_options(
        latency=args.latency,
        slots=args.slots,
        rate=args.rate,
        balance=args.balance,
        credits=args.credits,
        faults=args.faults,
        seed=args.seed,
        today=args.today,
        allow_fields=tuple(args.allow_field),
        styles=args.styles,
    )

    def announce(url: str) -> None:
        print(url, flush=True)
        context.say(
            f"The simulator listens. In another terminal:\n  ASSETGEN_API_URL={url} RD_API_KEY=rdpk-rehearsal \\"
        )
        context.say("  assetgen build --provider retrodiffusion --yes\nCtrl-C ends it.")
        sys.stderr.flush()

    serve(config, args.port, announce=announce)
    return 0
