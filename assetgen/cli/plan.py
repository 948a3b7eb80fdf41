"""Show what build would do, why, and what it would cost. Writes nothing and sends nothing."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from assetgen.cli import flags, idle
from assetgen.cli.context import Context, print_json

if TYPE_CHECKING:
    from assetgen.model.plan import Plan


def configure(parser: argparse.ArgumentParser) -> None:
    flags.add_assets(parser)
    flags.add_json(parser)
    flags.add_provider(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 when something is to do")
    parser.add_argument("--check-cost", action="store_true", help="ask the service for exact prices (free)")


def run(args: argparse.Namespace, context: Context) -> int:
    name = idle.name_of("plan", args, but=("check_cost",))
    if name is not None and idle.told(name, args, context):
        return 0
    from assetgen.build.run import plan
    from assetgen.build.session import Session
    from assetgen.cli.planview import nothing_planned, show_plan

    session = Session(flags.options(args, context), context.environment())
    try:
        made = plan(session)
        if args.check_cost:
            from assetgen.build.exact import with_exact_prices

            made = with_exact_prices(session, made)
        if name is not None and not made.actions and not made.blocked and not session.originals.warnings:
            idle.keep(session, name, args, nothing_planned(made, session.manifest.warnings), made.to_json())
    finally:
        session.close()
    if args.json:
        print_json(made.to_json())
    else:
        show_plan(made, context, warnings=session.manifest.warnings)
    return 1 if args.exit_code and not nothing_to_do(made) else 0


def nothing_to_do(plan: Plan) -> bool:
    """Whether build would change nothing and nothing is wrong."""
    from assetgen.model.plan import EXIT_OF_STATE

    return not plan.actions and all(EXIT_OF_STATE[item.state] == 0 for item in plan.blocked)
