"""What actions cost by the catalog's rules, offline."""

from __future__ import annotations

from assetgen import catalog
from assetgen.model.cost import FREE, UNKNOWN, Cost
from assetgen.model.manifest import Step
from assetgen.model.plan import Verb
from assetgen.plan.world import Realm


def verb_of(op: str) -> Verb:
    """generate, edit or fix: what a step's operation is called in a plan."""
    if op == "generate":
        return "generate"
    return "fix" if op.startswith("fix") else "edit"


def price_of(step: Step, realm: Realm) -> Cost:
    """The catalog's price of one step: nothing in the placeholder's realm, unknown for unknown styles."""
    if not realm.paid or step.op.startswith("fix"):
        return FREE
    if step.op == "generate":
        style = catalog.find(step.style) if step.style else None
        if style is None or step.size is None:
            return UNKNOWN
        return Cost(catalog.price(style, step.size, step.candidates))
    tool = catalog.TOOLS.get(step.op)
    return Cost(tool.price) if tool is not None else UNKNOWN
