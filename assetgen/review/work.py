"""What the review page may do to a project: each action opens the project anew, as a command of its own would."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from assetgen.build import adoption, choices, takes
from assetgen.build.apply import Applied, apply
from assetgen.build.money import amount_in, smaller
from assetgen.build.options import Environment, Options
from assetgen.build.report import BuildReport, Progress
from assetgen.build.run import Hooks, build, plan
from assetgen.build.session import Session
from assetgen.build.warm import Warm
from assetgen.model.cost import FREE, Cost, total
from assetgen.model.errors import AssetgenError, StoppedError, UsageError
from assetgen.review.gallery import Gallery, gather
from assetgen.review.prompts import change_prompt, find_prompt, write_prompt

Answer = dict[str, Any]
T = TypeVar("T")


class Desk(Struct):
    """One review (or watch) session over a project. `spent` counts against the whole session's budget (rule 25),
    `held` names what the last free build left as it was because it would be bought."""

    options: Options
    environment: Environment
    progress: Progress
    spent: Cost = FREE
    held: tuple[str, ...] = ()
    warm: Warm = field(default_factory=Warm)

    def _open(self, **changes: Any) -> Session:
        return Session(replace(self.options, assets=(), **changes), self.environment, self.warm)

    def with_session(self, work: Callable[[Session], T]) -> T:
        """What somebody reads off the project as it is now, or does to it."""
        session = self._open()
        try:
            return work(session)
        finally:
            session.close()

    # -- looking ----------------------------------------------------------------

    def gallery(self) -> Gallery:
        """The whole project as data, with where the session's money stands."""

        def look(session: Session) -> Gallery:
            found = gather(session)
            cap = smaller(session.manifest.budget, self.options.max_cost)
            document = {
                **found.document,
                "live": {"spent": str(self.spent) if self.spent or cap else None, "cap": str(cap) if cap else None},
            }
            return Gallery(document, found.pictures)

        return self.with_session(look)

    def price(self, name: str) -> Answer:
        """What another take of an asset would cost."""
        cost = _price(self._with_reroll(name))
        left = self._left()
        note = f"{left} of this session's budget are left." if left is not None and cost else None
        return {"price": str(cost), "free": not cost, "note": note}

    def _with_reroll(self, name: str, **changes: Any) -> Session:
        take = self.with_session(lambda session: choices.next_take(session, name))
        options = replace(self.options, assets=(name,), rerolls={name: take}, offline=False, **changes)
        return Session(options, self.environment, self.warm)

    def _left(self) -> Cost | None:
        """What the session's budget still allows; None without a budget."""
        cap = self.with_session(lambda session: smaller(session.manifest.budget, self.options.max_cost))
        if cap is None or cap.amount is None:
            return None
        used = amount_in(self.spent, cap.unit)
        return Cost(max(cap.amount - (used or Decimal(0)), Decimal(0)), cap.unit)

    # -- choosing -----------------------------------------------------------------

    def pick(self, name: str, number: int) -> Answer:
        picked = self.with_session(lambda session: choices.pick(session, name, number))
        note = "; the retouched file still stands in for it" if picked.adopted else ""
        return self._applied(name, f"{name}: candidate {number} chosen{note}")

    def take(self, name: str, number: int) -> Answer:
        self.with_session(lambda session: takes.choose_take(session, name, number))
        return self._applied(name, f"{name}: take {number} stands again")

    def adopt(self, name: str, data: bytes, what: str, stage: adoption.Stage | None) -> Answer:
        done = self.with_session(lambda session: adoption.adopt_bytes(session, name, data, what, stage))
        how = "as it is" if done.stage == "final" else "through the recipe"
        return self._applied(name, f"{name}: {what} adopted, {how}")

    def adopt_output(self, name: str) -> Answer:
        self.with_session(lambda session: adoption.adopt(session, name, None))
        return self._applied(name, f"{name}: the change made by hand is adopted")

    def drop(self, name: str) -> Answer:
        self.with_session(lambda session: adoption.drop_adopted(session, name))
        return self._applied(name, f"{name}: back to the bought picture")

    def review(self, name: str, verdict: choices.Verdict) -> Answer:
        done = self.with_session(lambda session: choices.review(session, [name], verdict))
        if not done.judged:
            raise UsageError(f"{name} has no picture yet")
        return {"message": f"{name}: {verdict}", "changed": True}

    def _applied(self, name: str, message: str) -> Answer:
        applied: Applied = apply(self.options, self.environment, [name], self.progress, self.warm)
        problem = _problem(applied.report)
        if problem is not None:
            return {"message": f"{message}, but: {problem}", "tone": "bad", "changed": True}
        return {"message": message, "changed": True}

    # -- buying -------------------------------------------------------------------

    def reroll(self, name: str, shown: str) -> Answer:
        """Buys another take, at the price that the person saw and confirmed, at most."""
        cost = _price(self._with_reroll(name))
        if str(cost) != shown:
            raise UsageError(f"the price is {cost} now, not {shown}: ask again")
        self._allow(cost)
        session = self._with_reroll(name, yes=True, max_cost=cost or None)
        report = self._build(session)
        if report.stopped is not None or report.assets[name].error:
            raise AssetgenError(report.stopped or report.assets[name].error or "the take was not made")
        return {"message": f"{name}: another take is here{_paid(report)}", "changed": True}

    def build_all(self, shown: str) -> Answer:
        """Builds everything at the price that the person saw and confirmed ("nothing": what is free)."""
        cost = _price(self._open())
        if shown != (str(cost) if cost else "nothing"):
            raise UsageError(f"the price is {cost} now, not {shown}: ask again")
        report = self.build(spend=True)
        problem = report.stopped or _problem(report)
        if problem is not None:
            return {"message": problem, "tone": "bad", "changed": True}
        files = "1 file" if report.written == 1 else f"{report.written} files"
        return {"message": f"Built: {files} written{_paid(report)}", "changed": True}

    def build(self, *, spend: bool) -> BuildReport:
        """Builds everything: free work alone, or (`spend`) what costs, too, within the session's budget."""
        if not spend:
            return self._build_free()
        cost = _price(self._open(offline=False))
        self._allow(cost)
        return self._build(self._open(yes=True, max_cost=cost or None, offline=False))

    def _build_free(self) -> BuildReport:
        """A build of everything that costs nothing; what would be bought keeps its last picture."""
        session = self._open(yes=False, rerolls={})
        try:
            project = session.project
            self.held = tuple(
                name
                for name, asset in session.manifest.assets.items()
                if project.realm_of(asset).paid and any(step.pending for step in project.state(name).steps)
            )
            project.hold(self.held)
            return build(session, Hooks(self.progress))
        finally:
            session.close()

    def _allow(self, cost: Cost) -> None:
        left = self._left()
        if not cost.known:
            raise StoppedError("the price is not known: see it with 'assetgen plan --check-cost'")
        wanted = amount_in(cost, left.unit) if left is not None else None
        if left is not None and left.amount is not None and wanted is not None and wanted > left.amount:
            raise StoppedError(f"{cost} is more than the {left} that this session may still spend")

    def _build(self, session: Session) -> BuildReport:
        try:
            report = build(session, Hooks(self.progress))
        finally:
            session.close()
        self.spent = total((self.spent, report.cost))
        return report

    # -- prompts ------------------------------------------------------------------

    def prompt_source(self, name: str) -> Answer:
        place = self.with_session(lambda session: find_prompt(session, name))
        return {"text": place.text, "position": place.position, "shared": list(place.shared), "digest": place.digest}

    def prompt_diff(self, name: str, text: str) -> Answer:
        change = self.with_session(lambda session: change_prompt(session, name, text))
        note = "Nothing is bought by this: the picture of now stays until the next build." if change.diff else ""
        return {"diff": list(change.diff), "note": note}

    def prompt(self, name: str, text: str, digest: str) -> Answer:
        change = self.with_session(lambda session: write_prompt(session, name, text, digest))
        return {"message": f"{change.place.file}: the prompt of {name} is written", "changed": True}


def _price(session: Session) -> Cost:
    """What a build of the session would cost; closes it."""
    try:
        return plan(session).cost
    finally:
        session.close()


def _problem(report: BuildReport) -> str | None:
    failed = [f"{name}: {entry.error}" for name, entry in report.everything.items() if entry.status == "failed"]
    kept = [f"{item.asset}: {item.reason}" for item in report.blocked if item.state == "drifted"]
    return next(iter(failed + kept), None)


def _paid(report: BuildReport) -> str:
    return f", {report.cost}" if report.cost else ""
