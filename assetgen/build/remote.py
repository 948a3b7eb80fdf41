"""Makes the remote steps of assets stand: restores what a store holds, buys what nobody holds, records what came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from msgspec.structs import replace

from assetgen.build.allowance import Allowance, Told, open_allowance
from assetgen.build.closing import Closing
from assetgen.build.jobs import described, job_of, price_in_credits
from assetgen.build.keeping import accepted_of, materialized, rejected_of
from assetgen.build.lockkeeper import LockKeeper, with_past, with_step
from assetgen.build.money import Purse
from assetgen.build.once import alone, together
from assetgen.build.outputs import SIDECARS
from assetgen.build.renames import ids_carried, places_carried
from assetgen.build.report import AssetReport, BuildReport, Progress
from assetgen.build.session import Session
from assetgen.build.turns import Machine, Turn, open_turns, pauses
from assetgen.generate.types import Delivery, Job, Provider, RejectedDelivery, Settled
from assetgen.model.cost import FREE, Cost, total
from assetgen.model.errors import StoreError, WaitingError
from assetgen.model.lock import Accepted, Block
from assetgen.model.realm import PLACEHOLDER
from assetgen.model.request import Request
from assetgen.plan.project import INDEX
from assetgen.plan.reasons import input_names
from assetgen.plan.state import AssetState, StepState
from assetgen.store.guard import purchase_lock
from assetgen.store.originals import relocated


class Remote:
    """Works on one asset at a time in `bring`; many may be under way together on one event loop."""

    def __init__(
        self,
        session: Session,
        keeper: LockKeeper,
        purse: Purse,
        report: BuildReport,
        progress: Progress,
        provider: Callable[[str], Awaitable[Provider]],
    ) -> None:
        self.session = session
        self.project = session.project
        self.keeper = keeper
        self.purse = purse
        self.report = report
        self.progress = progress
        self._provider = provider
        self.closing = Closing(keeper)
        self._same: dict[tuple[str, str], asyncio.Lock] = {}
        self._turns = open_turns(session)
        self._allowances: dict[str, Allowance | None] = {}
        # Leases and locks of purchases that wait for a slot of the provider: a few, that others may take the rest.
        self._slots = asyncio.Semaphore(session.manifest.network.concurrency)

    def look_ahead(self) -> None:
        """As many again as the service works on may now be prepared: the first ones are out."""
        for _ in range(self.session.manifest.network.concurrency):
            self._slots.release()

    async def bring(self, name: str) -> None:
        """Makes every step of the asset stand. Raises AssetgenError for the first that does not."""
        while True:
            state = self.project.state(name)
            if state.blocked is not None:
                return
            if state.renamed_from is not None:
                self._rename(state)
                continue
            if state.past is not None:
                self._accept(name, with_past(_block_of(state), state.past))
                continue
            step = next((s for s in state.steps if s.status not in ("kept", "held")), None)
            if step is None:
                return
            if step.status == "waits":
                raise WaitingError(step.reason, asset=name, position=step.step.position)
            await self._step(state, step)

    async def _step(self, state: AssetState, step: StepState) -> None:
        name = state.asset.name
        if step.status in ("restore", "reuse"):
            assert step.accepted is not None
            accepted = await asyncio.to_thread(materialized, self.session, name, step.accepted)
            self._take(state, step, accepted, paid=False)
            return
        assert step.request is not None
        realm = self.project.realm_of(state.asset)
        same = self._same.setdefault((realm.name, step.request.digest), asyncio.Lock())
        async with same:
            fresh = self._look_again(name, step)
            if fresh is None:
                return
            if realm.paid:
                await self._bought_once(state, step, realm.name, step.request.digest)
            else:
                self._refuse_blindly(name, realm.name, step.request.digest)
                await self._buy(state, fresh, Turn(True))

    async def _bought_once(self, state: AssetState, step: StepState, realm: str, digest: str) -> None:
        try:
            await self._in_turn(state, step, realm, digest)
        except StoreError as error:
            self.session.store.give_up(error)
            raise

    async def _in_turn(self, state: AssetState, step: StepState, realm: str, digest: str) -> None:
        """Buys a step when it is our turn among this machine's processes and the team's machines; returns at once
        when one of them has its result."""
        name, turns = state.asset.name, self._turns

        @asynccontextmanager
        async def enter() -> AsyncIterator[None]:
            async with self._slots, purchase_lock(self.session.folders.data, realm, digest):
                yield

        async def look() -> StepState | None:
            return await self._look_everywhere(name, step, realm, digest)

        async def buy(fresh: StepState, turn: Turn) -> None:
            await self._buy(state, fresh, turn)

        if turns is None:
            await alone(enter, look, buy)
            return
        rebuy = name in self.session.options.rebuy
        waits = pauses(Machine(self.session.environment), f"{name}: another machine has been buying it for an hour")
        await together(
            enter,
            lambda: turns.turn(realm, digest, rebuy=rebuy),
            look,
            buy,
            waits,
            lambda: turns.moved(realm, digest),
        )

    async def _look_everywhere(self, name: str, step: StepState, realm: str, digest: str) -> StepState | None:
        """As `_look_again`, after the team's store was asked once more. StoreError where it cannot tell."""
        if self.session.store.team is not None:
            self._refuse_blindly(name, realm, digest)
            await asyncio.to_thread(self.session.store.look, realm, digest)
        fresh = self._look_again(name, step)
        if fresh is not None:
            self._refuse_blindly(name, realm, digest)
        return fresh

    def _refuse_blindly(self, name: str, realm: str, digest: str) -> None:
        """StoreError where the team's store cannot say whether it has the result: an error is no miss."""
        options = self.session.options
        refusal = self.session.store.refusal(realm, digest, rebuy=name in options.rebuy)
        if refusal is not None and not (realm == PLACEHOLDER and options.store_optional):
            raise StoreError(refusal)

    def _look_again(self, name: str, step: StepState) -> StepState | None:
        """The step as it stands now that we hold its lock: another asset or process may have bought the same."""
        self.project.refresh([name])
        now = self.project.state(name)
        again = now.steps[step.index] if step.index < len(now.steps) else None
        return again if again is not None and again.status in ("buy", "redraw") else None

    # -- buying ---------------------------------------------------------------

    async def _buy(self, state: AssetState, step: StepState, turn: Turn) -> None:
        asset, request = state.asset, step.request
        assert request is not None
        provider = await self._provider(self.session.provider_name(asset))
        job = await asyncio.to_thread(job_of, self.session, asset, step, request)
        if self.purse.exact and provider.paid:
            job = replace(job, expected=await price_in_credits(provider, job))
        elif self.purse.asks and provider.paid and not job.expected.known:
            job = replace(job, expected=await provider.check_cost(job))
        self.progress.started(asset.name, described(step.step))
        entry = self.report.assets.setdefault(asset.name, AssetReport())
        before = provider.sent(asset.name)
        try:
            delivery = await self._delivered(provider, job, turn)
        except RejectedDelivery as error:
            self._reject(state, request, error.delivery, str(error), provider)
            raise
        finally:
            entry.requests += provider.sent(asset.name) - before
        entry.cost = total((entry.cost, _charged(delivery)))
        entry.status = "built"
        accepted = await asyncio.to_thread(
            accepted_of, self.session, asset.name, request, delivery, provider, step.index
        )
        turn.unshared = request.digest in self.session.store.unpushed
        for warning in delivery.warnings:
            self.report.warn(asset.name, "reply", warning)
        self._take(state, step, accepted, paid=True)
        self.closing.add(provider, delivery.entry)
        self.progress.finished(asset.name, delivery.price)

    async def _delivered(self, provider: Provider, job: Job, turn: Turn) -> Delivery:
        """Sends a job, within what the account may spend."""
        if not provider.paid:
            return await provider.run(job)
        async with self._allowed(provider.realm, job.expected) as charged:
            turn.began = True
            delivery = await provider.run(job)
            charged(_charged(delivery))
            return delivery

    def _allowed(self, realm: str, price: Cost) -> AbstractAsyncContextManager[Told]:
        if realm not in self._allowances:
            self._allowances[realm] = open_allowance(self.session, realm)
        allowance = self._allowances[realm]
        return allowance.counted(price) if allowance is not None else nullcontext(lambda cost: None)

    def _reject(self, state: AssetState, request: Request, delivery: Delivery, reason: str, provider: Provider) -> None:
        """A paid reply that cannot be used is written down: it is not bought again by itself (rule 24)."""
        entry = self.report.assets.setdefault(state.asset.name, AssetReport())
        entry.cost = total((entry.cost, _charged(delivery)))
        rejected = rejected_of(self.session, state.asset.name, request, delivery, provider, reason)
        self._accept(state.asset.name, replace(_block_of(state), rejected=rejected))
        self.closing.add(provider, delivery.entry)

    async def redecode(self, name: str) -> bool:
        """Tries to decode a rejected reply again, free: a newer version may understand it. Whether it did."""
        state = self.project.state(name)
        rejected = state.block.rejected if state.block is not None else None
        step = next((s for s in state.steps if s.status == "held" and s.request is not None), None)
        if rejected is None or step is None or step.request is None:
            return False
        provider = await self._provider(self.session.provider_name(state.asset))
        job = await asyncio.to_thread(job_of, self.session, state.asset, step, step.request)
        try:
            delivery = await provider.redecode(rejected.raw, job)
        except (RejectedDelivery, StoreError):
            return False
        accepted = await asyncio.to_thread(
            accepted_of, self.session, name, rejected.request, delivery, provider, step.index
        )
        self._take(
            state,
            step,
            replace(accepted, price=rejected.price, date=rejected.date, attempt=rejected.attempt),
            paid=True,
        )
        return True

    # -- the lock -------------------------------------------------------------

    def _take(self, state: AssetState, step: StepState, accepted: Accepted, *, paid: bool) -> None:
        """Enters a result into the asset's block."""
        block = _block_of(state)
        if not paid:
            accepted = replace(accepted, inputs=accepted.inputs or input_names(state.asset, step.index))
        standing = block.steps[step.index] if step.index < len(block.steps) else None
        if standing is not None and standing.request.equals(accepted.request) and standing.realm == accepted.realm:
            same = [o.pixels for o in standing.originals] == [o.pixels for o in accepted.originals]
            accepted = replace(accepted, pick=_pick_again(accepted, standing)) if same else accepted
            if same and step.status != "buy":
                # The same pictures came back: price, model and date are written once (rule 7).
                again = replace(accepted, price=standing.price, model=standing.model, date=standing.date)
                steps = (*block.steps[: step.index], again, *block.steps[step.index + 1 :])
                self._accept(state.asset.name, replace(block, steps=steps))
                return
        self._accept(state.asset.name, with_step(block, step.index, accepted))

    def _accept(self, name: str, block: Block) -> None:
        self.session.disk.moved()
        self.project.evaluator.accept(name, block)
        self.project.refresh([name])
        self.keeper.set(block)
        self.keeper.tick()

    def _rename(self, state: AssetState) -> None:
        """Carries lock, ids, picks and originals over from the old name (rule 8)."""
        name, old = state.asset.name, state.renamed_from
        assert old is not None
        assert state.block is not None
        moved = self.session.originals.move(old, name) if old != name else {}
        block = relocated(replace(state.block, name=name, kind=state.asset.kind), moved)
        if old != name:
            self._note_move(old, name, state.block.outputs)
        if old in self.project.blocks:
            del self.project.blocks[old]
            self.keeper.drop(old)
        else:
            self.keeper.revive(name, state.block)
        self._accept(name, block)

    def _note_move(self, old: str, name: str, outputs: Iterable[str]) -> None:
        """Before the lock knows the new name: this run may end before the engines' files have followed."""
        index = self.project.blocks.get(INDEX)
        if index is None:
            return
        beside = [path + end for path in outputs for end in SIDECARS if path + end in index.outputs]
        self.session.state.note_move(name, old, beside)
        self.session.moved(name, old, beside)

    def carry_names(self, names: Iterable[str]) -> None:
        """Ids in engine files and places in atlases go over to the new names of these assets: for all at once, since
        each knows of all others. What is renamed in the end, if this build ends before, is carried by the next."""
        states = (self.project.state(name) for name in names)
        renamed = {
            state.renamed_from: state.asset.name
            for state in states
            if state.blocked is None and state.renamed_from not in (None, state.asset.name)
        }
        if not renamed:
            return
        known = self.project.blocks.keys() | self.project.manifest.assets.keys()
        for label, block in [*self.project.blocks.items()]:
            carry = ids_carried if label == INDEX else places_carried if block.kind == "atlas" else None
            carried = carry(block, renamed, known) if carry is not None else block
            if carried != block:
                self.project.blocks[label] = carried
                self.keeper.set(carried)

    # -- what an earlier run left open ----------------------------------------

    async def settle(self, provider: Provider) -> None:
        """Takes over the results of interrupted purchases before anything is sent (rule 23)."""
        for settled in await provider.settle():
            self._count(settled)
            self._settled(settled, provider)
            self.progress.note(f"{settled.asset}: {settled.message or settled.state} (from an interrupted build)")

    def _count(self, settled: Settled) -> None:
        """What was sent once more under its key may have been charged only now."""
        if settled.sent and settled.asset in self.project.manifest.assets:
            entry = self.report.assets.setdefault(settled.asset, AssetReport())
            entry.requests += 1
            if settled.delivery is not None:
                entry.cost = total((entry.cost, settled.delivery.price))

    def _settled(self, settled: Settled, provider: Provider) -> None:
        """A settled result goes into the store under its request: its asset finds it there, free."""
        delivery = settled.delivery
        if delivery is None or settled.state not in ("received", "rejected"):
            return
        asset = self.project.manifest.assets.get(settled.asset)
        if settled.state == "rejected":
            if asset is not None:
                rejected = rejected_of(self.session, asset.name, settled.request, delivery, provider, settled.message)
                block = _block_of(self.project.state(asset.name))
                self._accept(asset.name, replace(block, rejected=rejected))
        else:
            accepted_of(self.session, settled.asset, settled.request, delivery, provider, None)
            self.session.disk.moved()
        self.keeper.flush()
        if delivery.entry is not None:
            provider.close(delivery.entry)


def _charged(delivery: Delivery) -> Cost:
    """What a delivery costs this build."""
    return FREE if delivery.earlier else delivery.price


def _pick_again(accepted: Accepted, standing: Accepted) -> str | None:
    """The candidate that was picked among the same pictures."""
    if standing.pick is None:
        return None
    picked = standing.chosen().candidate
    return next((o.sha256 for o in accepted.candidates if o.candidate == picked), None)


def _block_of(state: AssetState) -> Block:
    return state.block if state.block is not None else Block(state.asset.name, state.asset.kind)
