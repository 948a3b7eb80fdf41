"""`plan --check-cost`: exact prices from the service, free and in parallel."""

from __future__ import annotations

import asyncio

from assetgen.build.jobs import job_of
from assetgen.build.providers import Providers
from assetgen.build.report import Silent
from assetgen.build.session import Session
from assetgen.model.cost import Cost
from assetgen.model.errors import UsageError
from assetgen.model.plan import Plan
from assetgen.plan.planner import Prices, make_plan
from assetgen.plan.select import select


def with_exact_prices(session: Session, plan: Plan) -> Plan:
    """The plan at the service's own prices, where a step's inputs are there. UsageError without a key."""
    prices = asyncio.run(_ask_all(session, plan))
    return make_plan(session.project, select(session.manifest, session.options.assets), plan.provider, prices)


async def _ask_all(session: Session, plan: Plan) -> Prices:
    names = list(dict.fromkeys(a.asset for a in plan.actions if a.asset in session.manifest.assets))
    paid = [name for name in names if session.project.realm_of(session.manifest.assets[name]).paid]
    if paid and session.environment.api_key is None:
        raise UsageError("--check-cost asks the service: set RD_API_KEY to your API key")
    providers = Providers(session, Silent())
    try:
        places = asyncio.Semaphore(session.manifest.network.concurrency)
        answers = await asyncio.gather(*(_ask(session, providers, name, places) for name in paid))
    finally:
        await providers.aclose()
    return {key: cost for answer in answers for key, cost in answer.items()}


async def _ask(
    session: Session, providers: Providers, name: str, places: asyncio.Semaphore
) -> dict[tuple[str, int], Cost]:
    state = session.project.state(name)
    provider = await providers.open(session.provider_name(state.asset))
    found: dict[tuple[str, int], Cost] = {}
    for step in state.steps:
        if step.status == "buy" and step.request is not None:
            job = await asyncio.to_thread(job_of, session, state.asset, step, step.request)
            async with places:
                found[(name, step.index)] = await provider.check_cost(job)
    return found
