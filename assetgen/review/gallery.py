"""Everything that the pages show of a project, as plain data: assets, palettes, atlases, and where each stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from assetgen.build.run import plan
from assetgen.build.session import Session
from assetgen.build.standing import Cast
from assetgen.model.plan import Plan
from assetgen.plan.project import palettes_of
from assetgen.review.cards import Cards, used_by
from assetgen.review.packed import atlas_card
from assetgen.review.pictures import PagePictures

if TYPE_CHECKING:
    from assetgen.model.built import Picture

Card = dict[str, Any]


class Gallery(Struct):
    """`document` is the page's data; `pictures` the PNG files that it names."""

    document: dict[str, Any]
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def gather(session: Session) -> Gallery:
    """Looks at a whole project. Reads the disk; writes nothing but derived pictures into the user's cache."""
    pictures, todo = PagePictures(session.cache), plan(session)
    cards = _cards(session, pictures, todo)
    assets = [card for name in session.manifest.assets for card in cards.of(name)]
    document = {
        "version": 1,
        "project": session.manifest.project or session.root.name,
        "provider": session.options.provider or session.manifest.provider,
        "plan": _summary(todo),
        "assets": assets,
        "palettes": _palettes(session),
        "atlases": [atlas_card(session, pictures, name) for name in session.manifest.atlases],
    }
    return Gallery(document, pictures.files)


def cards_of(session: Session, name: str) -> tuple[list[Card], dict[str, Picture]]:
    """The cards of one asset, and the pictures that they name."""
    from assetgen.pixels.picture import decode

    pictures = PagePictures(session.cache)
    cards = _cards(session, pictures, plan(session)).of(name)
    return cards, {key: decode(data, what=name) for key, data in pictures.files.items()}


def _cards(session: Session, pictures: PagePictures, todo: Plan) -> Cards:
    """Of several reasons that a build has to touch an asset, its card tells the first."""
    due = {action.asset: action.reason for action in reversed(todo.actions)}
    drifted = {item.asset: item.reason for item in reversed(todo.blocked) if item.state == "drifted"}
    return Cards(session, pictures, Cast(session, {}), due, drifted, used_by(session.manifest))


def _summary(todo: Plan) -> dict[str, Any]:
    return {
        "actions": len(todo.actions),
        "buy": sum(action.action in ("generate", "edit", "fix") for action in todo.actions),
        "blocked": len(todo.blocked),
        "cost": str(todo.cost) if todo.cost else None,
    }


def _palettes(session: Session) -> list[Card]:
    users: dict[str, list[str]] = {name: [] for name in session.manifest.palettes}
    for asset in session.manifest.assets.values():
        for name in palettes_of(asset):
            users[name].append(asset.name)
    found = []
    for name, palette in session.manifest.palettes.items():
        waits = [ref.name for ref in palette.sources if session.project.state(ref.name).base is None]
        colors = [] if waits else [f"#{color}" for color in session.palette(name)]
        block = session.project.blocks.get(f"palette:{name}")
        found.append(
            {
                "name": name,
                "colors": colors,
                "from": [ref.name for ref in palette.sources],
                "waits": waits,
                "usedBy": users[name],
                "outputs": sorted(block.outputs) if block is not None else [],
                "position": str(palette.position),
            }
        )
    return found
