"""Makes the remote steps of assets stand: restores what a store holds, buys what nobody holds, records what came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from assetgen import catalog
from assetgen.build.closing import Closing
from assetgen.build.lockkeeper import LockKeeper, with_past, with_step
from assetgen.build.money import Purse
from assetgen.build.once import alone, together
from assetgen.build.report import AssetReport, BuildReport, Progress
from assetgen.build.session import Session
from assetgen.build.turns import Machine, Turn, open_turns, pauses
from assetgen.build.work import read_ref
from assetgen.generate.types import Delivery, Job, Provider, Received, RejectedDelivery, Settled
from assetgen.model.cost import CREDITS, Cost, total
from assetgen.model.errors import (
    AccountError,
    AssetError,
    AssetgenError,
    StoppedError,
    StoreError,
)
from assetgen.model.lock import Accepted, Block, Original, Rejected
from assetgen.model.manifest import Asset, Ref, Step
from assetgen.model.request import Request
from assetgen.plan.evaluate import PLACEHOLDER
from assetgen.plan.prices import price_of
from assetgen.plan.reasons import input_names
from assetgen.plan.state import AssetState, StepState
from assetgen.plan.world import gone
from assetgen.store.guard import purchase_lock
from assetgen.store.originals import relocated

if TYPE_CHECKING:
    from assetgen.model.built import Picture

Prices = Mapping[tuple[str, int], Cost]


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
        prices: Prices,
    ) -> None:
        self.session = session
        self.project = session.project
        self.keeper = keeper
        self.purse = purse
        self.report = report
        self.progress = progress
        self.prices = prices
        self._provider = provider
        self.closing = Closing(keeper)
        self._same: dict[tuple[str, str], asyncio.Lock] = {}
        self._turns = open_turns(session)
        # Leases and locks of purchases that wait for a slot of the provider: a few, that others may take the rest.
        self._slots = asyncio.Semaphore(2 * session.manifest.network.concurrency)

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
                raise AssetError(step.reason, asset=name, position=step.step.position)
            await self._step(state, step)

    async def _step(self, state: AssetState, step: StepState) -> None:
        name = state.asset.name
        if step.status in ("restore", "reuse"):
            assert step.accepted is not None
            accepted = await asyncio.to_thread(self._materialize, name, step.accepted)
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
        await together(enter, lambda: turns.turn(realm, digest, rebuy=rebuy), look, buy, waits)

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
        job = await asyncio.to_thread(self.job, asset, step, request)
        if self.purse.exact and provider.paid:
            job = replace(job, expected=await _in_credits(provider, job))
        self.progress.started(asset.name, _what(step.step))
        entry = self.report.assets.setdefault(asset.name, AssetReport())
        entry.requests += 1 if provider.paid and price_of(step.step, self.project.realm_of(asset)) else 0
        turn.began = True
        try:
            delivery = await provider.run(job)
        except RejectedDelivery as error:
            self._reject(state, step, request, error.delivery, str(error), provider)
            raise
        entry.cost = total((entry.cost, delivery.price))
        entry.status = "built"
        accepted = await asyncio.to_thread(self._store, asset.name, step, request, delivery, provider)
        turn.unshared = request.digest in self.session.store.unpushed
        for warning in delivery.warnings:
            self.report.warn(asset.name, "reply", warning)
        self._take(state, step, accepted, paid=True)
        self.closing.add(provider, delivery.entry)
        self.progress.finished(asset.name, delivery.price)

    def job(self, asset: Asset, step: StepState, request: Request) -> Job:
        """Everything that the provider needs, pictures among it (on a thread: it reads files)."""
        from assetgen.pixels.picture import pixel_digest
        from assetgen.pixels.png import encode_truecolor

        pictures: dict[str, bytes] = {}
        for digest, picture in zip(_digests(step, request), self._inputs(asset, step), strict=True):
            # An animated picture is asked for by the digest of all its frames; what is sent is its first one.
            pictures[digest or pixel_digest(picture)] = encode_truecolor(picture)
        spec = step.step
        style = catalog.find(spec.style, old_model=bool(spec.fields.get("old_model"))) if spec.style else None
        price = self.prices.get((asset.name, step.index), price_of(spec, self.project.realm_of(asset)))
        return Job(
            asset.name,
            spec.position,
            request,
            pictures,
            style=style,
            size=spec.size,
            palette=self._sent_palette(spec),
            expected=price,
            rebuy=asset.name in self.session.options.rebuy,
        )

    def _sent_palette(self, step: Step) -> tuple[str, ...] | None:
        sent = step.palette
        if sent is None:
            return None
        colors = sent.colors if sent.colors is not None else self.session.palette(sent.name or "")
        return tuple(color[:6] for color in colors)

    def _inputs(self, asset: Asset, step: StepState) -> list[Picture]:
        from assetgen.pixels.picture import decode

        refs: list[Ref] = [ref for group in step.step.inputs.values() for ref in group]
        pictures: list[Picture] = []
        if step.step.chained and step.index > 0:
            before = self.project.state(asset.name).steps[step.index - 1].accepted
            assert before is not None
            original = before.chosen(asset.variant if step.index == 1 else None)
            pictures.append(decode(self.session.disk.read_original(original, asset), what=original.file))
        elif step.step.chained and asset.start is not None:
            refs.append(asset.start)
        read = [read_ref(self.project, self.session.disk, ref, self.session.final_picture) for ref in refs]
        return [*pictures, *read]

    def _store(self, name: str, step: StepState, request: Request, delivery: Delivery, provider: Provider) -> Accepted:
        """Originals first, durable; then the record in the user's store; the lock comes after."""
        originals = tuple(self._put(name, image) for image in delivery.images)
        asset = self.project.manifest.assets[name]
        accepted = Accepted(
            request,
            provider.realm,
            originals,
            price=delivery.price,
            model=delivery.model,
            date=delivery.date,
            inputs=input_names(asset, step.index),
            warnings=delivery.warnings,
        )
        if provider.paid:
            contents = {o.sha256: image.data for o, image in zip(originals, delivery.images, strict=True)}
            self.session.store.keep(accepted, contents)
        return accepted

    def _put(self, name: str, image: Received) -> Original:
        return self.session.originals.put(
            name,
            image.data,
            image.candidate,
            image.extra,
            extension=image.extension,
            pixels=image.pixels,
            size=image.size,
        )

    def _reject(
        self, state: AssetState, step: StepState, request: Request, delivery: Delivery, reason: str, provider: Provider
    ) -> None:
        """A paid reply that cannot be used is written down: it is not bought again by itself (rule 24)."""
        entry = self.report.assets.setdefault(state.asset.name, AssetReport())
        entry.cost = total((entry.cost, delivery.price))
        usable = tuple(self._put(state.asset.name, image) for image in delivery.images)
        rejected = Rejected(request, provider.realm, delivery.raw or "", reason, delivery.date, delivery.price, usable)
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
        job = await asyncio.to_thread(self.job, state.asset, step, step.request)
        try:
            delivery = await provider.redecode(rejected.raw, job)
        except (RejectedDelivery, StoreError):
            return False
        accepted = await asyncio.to_thread(self._store, name, step, rejected.request, delivery, provider)
        self._take(state, step, replace(accepted, price=rejected.price), paid=True)
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
            if same and (step.status != "buy" or standing.date == accepted.date):
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
        if old in self.project.blocks:
            del self.project.blocks[old]
            self.keeper.drop(old)
        else:
            self.keeper.revive(name, state.block)
        self._accept(name, block)

    def _materialize(self, name: str, accepted: Accepted) -> Accepted:
        """The result with each original in the project's folder, fetched from a store where it is not."""
        placed = tuple(self._placed(name, original, accepted.realm) for original in accepted.originals)
        self.session.store.remember(accepted)
        return replace(accepted, originals=placed)

    def _placed(self, name: str, original: Original, realm: str) -> Original:
        found = self.session.originals.locate(original)
        if found.usable:
            return (
                original
                if found.path == original.file or "/" in original.file
                else replace(original, file=found.path or "")
            )
        data = self.session.store.read(realm, original) if found.state != "pointer" else None
        if data is None:
            raise AssetError(gone(original, found.state), asset=name)
        extension = original.file.rpartition(".")[2]
        return self.session.originals.put(
            name,
            data,
            original.candidate,
            original.extra,
            extension=extension,
            pixels=original.pixels,
            size=original.size,
        )

    # -- what an earlier run left open ----------------------------------------

    async def settle(self, provider: Provider) -> None:
        """Takes over the results of interrupted purchases before anything is sent (rule 23)."""
        for settled in await provider.settle():
            self._settled(settled, provider)
            self.progress.note(f"{settled.asset}: {settled.message or settled.state} (from an interrupted build)")

    def _settled(self, settled: Settled, provider: Provider) -> None:
        """A settled result goes into the store under its request: its asset finds it there, free."""
        delivery = settled.delivery
        if delivery is None or settled.state not in ("received", "rejected"):
            return
        asset = self.project.manifest.assets.get(settled.asset)
        if settled.state == "rejected":
            if asset is not None:
                state = self.project.state(asset.name)
                usable = tuple(self._put(asset.name, image) for image in delivery.images)
                rejected = Rejected(
                    settled.request,
                    provider.realm,
                    delivery.raw or "",
                    settled.message,
                    delivery.date,
                    delivery.price,
                    usable,
                )
                self._accept(asset.name, replace(_block_of(state), rejected=rejected))
        else:
            originals = tuple(self._put(settled.asset, image) for image in delivery.images)
            accepted = Accepted(
                settled.request, provider.realm, originals, None, delivery.price, delivery.model, delivery.date
            )
            contents = {o.sha256: image.data for o, image in zip(originals, delivery.images, strict=True)}
            self.session.store.keep(accepted, contents)
            self.session.disk.moved()
        self.keeper.flush()
        if delivery.entry is not None:
            provider.close(delivery.entry)


def _pick_again(accepted: Accepted, standing: Accepted) -> str | None:
    """The candidate that was picked among the same pictures."""
    if standing.pick is None:
        return None
    picked = standing.chosen().candidate
    return next((o.sha256 for o in accepted.candidates if o.candidate == picked), None)


def _block_of(state: AssetState) -> Block:
    return state.block if state.block is not None else Block(state.asset.name, state.asset.kind)


async def _in_credits(provider: Provider, job: Job) -> Cost:
    """The exact price on an account that pays in credits. v1's `/edit` cannot be asked, and costs five."""
    from assetgen.generate.purchase import EDIT_CREDITS

    price = await provider.check_cost(job)
    if price.unit == CREDITS:
        return price
    return EDIT_CREDITS if job.request.op == "image_edit" else Cost(None, CREDITS)


def _what(step: Step) -> str:
    if step.op == "generate":
        return f"generating with {step.style}"
    return f"editing: {step.op.replace('_', ' ')}" if not step.op.startswith("fix") else "fixing pixels"


def unpaid(error: AssetgenError) -> bool:
    """Whether nothing else can be bought after this error."""
    return isinstance(error, StoppedError | AccountError)


def _digests(step: StepState, request: Request) -> list[str | None]:
    """The digests under which a request asks for its pictures, in the order in which they are read."""
    spec, fields = step.step, request.fields
    found: list[str | None] = []
    for name, group in spec.inputs.items():
        value = fields.get(name)
        listed = list(value) if isinstance(value, list) else [value]
        found += [*listed, *[None] * (len(group) - len(listed))]
    chained = [fields.get("input")] if spec.chained else []
    return [*chained, *found] if step.index > 0 else [*found, *chained]
