"""Who allows a purchase: a person at a terminal, `--yes`, or `--max-cost`; never nobody (IDENTITY 25, 26)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from assetgen.build.money import Purse, affordable, bounds, in_credits, smaller
from assetgen.build.providers import Providers
from assetgen.build.session import Session
from assetgen.model.cost import Cost, total
from assetgen.model.plan import Action, Plan

Ask = Callable[[Plan, Cost | None], bool]
"""Shows the plan and the balance and asks a person; False is no."""


def purchases(session: Session, plan: Plan) -> list[Action]:
    """Actions that may charge."""
    found = []
    for action in plan.actions:
        asset = session.manifest.assets.get(action.asset)
        if action.action in ("generate", "edit") and asset is not None and session.project.realm_of(asset).paid:
            found.append(action)
    return found


async def approve(session: Session, plan: Plan, purse: Purse, providers: Providers, ask: Ask | None) -> str | None:
    """None when the plan may be carried out; else why nothing that costs may be sent. ProviderError when the service
    does not tell the balance."""
    wanted = purchases(session, plan)
    paid = [action for action in wanted if action.cost]
    if not paid:
        return None
    names = ", ".join(dict.fromkeys(action.asset for action in paid[:8])) + ("…" if len(paid) > 8 else "")
    if session.options.offline:
        return f"--offline: {len(paid)} requests cannot be sent ({names})"
    if session.environment.api_key is None:
        return f"RD_API_KEY is not set; {plan.cost} would be spent on {names}"
    committed = providers.committed()  # what settling an earlier build's purchases took
    reason = affordable(plan.cost, purse.cap, None, committed)
    if reason is not None:
        return reason
    provider = await providers.open(session.provider_name(session.manifest.assets[paid[0].asset]))
    balance = await provider.balance()
    reason = bounds(purse.cap, balance) or affordable(plan.cost, purse.cap, balance, committed)
    if reason is not None:
        return reason
    # The purse counts from the beginning of this command; the balance has paid for that already.
    purse.balance = total((balance, committed)) if committed and committed.known else balance
    purse.exact = in_credits(balance)
    shown = total((plan.cost, committed))
    return _allowed(session, plan, purse, shown, ask and partial(ask, plan, balance))


def _allowed(session: Session, plan: Plan, purse: Purse, shown: Cost, ask: Callable[[], bool] | None) -> str | None:
    """`shown`: what is approved by a yes, with what this command has spent before."""
    options = session.options
    known = plan.cost.known and not purse.exact
    if purse.exact and options.max_cost is None and (ask is None or options.yes):
        return (
            "the account pays in credits, in which the catalog has no prices: see them with 'assetgen plan "
            "--check-cost' and allow them with --max-cost '20 credits', or answer at a terminal"
        )
    if options.max_cost is not None:
        purse.asks = True  # what the catalog does not know, the service is asked for: free, and within the cap
        return None
    if not known and not purse.exact and (ask is None or options.yes):
        return (
            "a price is not known: see it with 'assetgen plan --check-cost' and allow it with --max-cost, or answer at "
            "a terminal"
        )
    if options.yes:
        # What was shown is what was approved, not whatever it may come to.
        purse.cap = smaller(shown, purse.cap)
        return None
    if ask is None:
        return f"{plan.cost} would be spent: approve it with --yes or --max-cost"
    if not ask():
        return "not approved: nothing was sent"
    purse.unknown_allowed = True
    if known:
        purse.cap = smaller(shown, purse.cap)
    return None
