"""Originals of bought and restored results: into the project's folder and the stores, before the lock names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from assetgen.model.errors import AssetError
from assetgen.model.lock import Accepted, Original, Rejected
from assetgen.plan.reasons import input_names
from assetgen.plan.world import gone

if TYPE_CHECKING:
    from assetgen.build.session import Session
    from assetgen.generate.types import Delivery, Provider, Received
    from assetgen.model.request import Request


def accepted_of(
    session: Session, name: str, request: Request, delivery: Delivery, provider: Provider, step: int | None
) -> Accepted:
    """What the lock will hold of a delivery. Its originals first, durable; then the record in the user's store; the
    lock comes after. `step` None: of a purchase that an earlier run made, whose asset may be gone."""
    originals = tuple(put(session, name, image) for image in delivery.images)
    accepted = Accepted(
        request,
        provider.realm,
        originals,
        price=delivery.price,
        model=delivery.model,
        date=delivery.date,
        attempt=delivery.attempt,
        inputs=input_names(session.manifest.assets[name], step) if step is not None else {},
        warnings=delivery.warnings if step is not None else (),
    )
    if provider.paid:
        contents = {o.sha256: image.data for o, image in zip(originals, delivery.images, strict=True)}
        session.store.keep(accepted, contents)
    return accepted


def rejected_of(
    session: Session, name: str, request: Request, delivery: Delivery, provider: Provider, reason: str
) -> Rejected:
    """What the lock will hold of a paid reply that cannot be used: it is not bought again by itself (rule 24)."""
    usable = tuple(put(session, name, image) for image in delivery.images)
    raw = delivery.raw or ""
    return Rejected(
        request, provider.realm, raw, reason, delivery.date, delivery.price, usable, attempt=delivery.attempt
    )


def put(session: Session, name: str, image: Received) -> Original:
    """One received picture as an original of an asset, on the disk."""
    return session.originals.put(
        name,
        image.data,
        image.candidate,
        image.extra,
        extension=image.extension,
        pixels=image.pixels,
        size=image.size,
    )


def materialized(session: Session, name: str, accepted: Accepted) -> Accepted:
    """The result with each original in the project's folder, fetched from a store where it is not.

    Raises AssetError where no store has it.
    """
    placed = tuple(_placed(session, name, original, accepted.realm) for original in accepted.originals)
    session.store.remember(accepted)
    return replace(accepted, originals=placed)


def _placed(session: Session, name: str, original: Original, realm: str) -> Original:
    found = session.originals.locate(original)
    if found.usable:
        same = found.path == original.file or "/" in original.file
        return original if same else replace(original, file=found.path or "")
    data = session.store.read(realm, original) if found.state != "pointer" else None
    if data is None:
        raise AssetError(gone(original, found.state), asset=name)
    extension = original.file.rpartition(".")[2]
    return session.originals.put(
        name,
        data,
        original.candidate,
        original.extra,
        extension=extension,
        pixels=original.pixels,
        size=original.size,
    )
