"""From a step of the plan to the job that a provider is given: pictures, palette and expected price with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetgen import catalog
from assetgen.build.work import read_ref
from assetgen.generate.types import Job, Provider
from assetgen.model.cost import CREDITS, Cost
from assetgen.model.manifest import Asset, Ref, Step
from assetgen.plan.prices import price_of

if TYPE_CHECKING:
    from assetgen.build.session import Session
    from assetgen.model.built import Picture
    from assetgen.model.request import Request
    from assetgen.plan.state import StepState


def job_of(session: Session, asset: Asset, step: StepState, request: Request) -> Job:
    """Everything that the provider needs. Reads files: call it on a thread. Raises AssetError and PictureError."""
    spec = step.step
    style = catalog.find(spec.style, old_model=bool(spec.fields.get("old_model"))) if spec.style else None
    return Job(
        asset.name,
        spec.position,
        request,
        _pictures(session, asset, step, request),
        style=style,
        size=spec.size,
        palette=_sent_palette(session, spec),
        expected=price_of(spec, session.project.realm_of(asset)),
        rebuy=asset.name in session.options.rebuy,
    )


async def price_in_credits(provider: Provider, job: Job) -> Cost:
    """The exact price on an account that pays in credits. v1's `/edit` cannot be asked, and costs five."""
    from assetgen.generate.purchase import EDIT_CREDITS

    price = await provider.check_cost(job)
    if price.unit == CREDITS:
        return price
    return EDIT_CREDITS if job.request.op == "image_edit" else Cost(None, CREDITS)


def described(step: Step) -> str:
    """What a step does, for people."""
    if step.op == "generate":
        return f"generating with {step.style}"
    return f"editing: {step.op.replace('_', ' ')}" if not step.op.startswith("fix") else "fixing pixels"


def _pictures(session: Session, asset: Asset, step: StepState, request: Request) -> dict[str, bytes]:
    """The PNG bytes of all inputs by the digests that stand in the request."""
    pictures = _inputs(session, asset, step)
    if not pictures:  # most have none, and the first request need not wait for numpy
        return {}
    from assetgen.pixels.picture import pixel_digest
    from assetgen.pixels.png import encode_truecolor

    # An animated picture is asked for by the digest of all its frames; what is sent is its first one.
    named = zip(_digests(step, request), pictures, strict=True)
    return {digest or pixel_digest(picture): encode_truecolor(picture) for digest, picture in named}


def _inputs(session: Session, asset: Asset, step: StepState) -> list[Picture]:
    refs: list[Ref] = [ref for group in step.step.inputs.values() for ref in group]
    pictures: list[Picture] = []
    if step.step.chained and step.index > 0:
        from assetgen.pixels.picture import decode

        before = session.project.state(asset.name).steps[step.index - 1].accepted
        assert before is not None
        original = before.chosen(asset.variant if step.index == 1 else None)
        pictures.append(decode(session.disk.read_original(original, asset), what=original.file))
    elif step.step.chained and asset.start is not None:
        refs.append(asset.start)
    read = [read_ref(session.project, session.disk, ref, session.final_picture) for ref in refs]
    return [*pictures, *read]


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


def _sent_palette(session: Session, step: Step) -> tuple[str, ...] | None:
    sent = step.palette
    if sent is None:
        return None
    colors = sent.colors if sent.colors is not None else session.palette(sent.name or "")
    return tuple(color[:6] for color in colors)
