"""Whatever can stand in an animation: people, beasts, critters, behind one drawing function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import fields, replace

from assetgen.simulator.art.backdrop import cut_out, figure_box
from assetgen.simulator.art.beast_look import beast_look
from assetgen.simulator.art.beasts import draw_beast
from assetgen.simulator.art.canvas import Canvas, Picture
from assetgen.simulator.art.color import RGB, digest, luma, pick, ramp
from assetgen.simulator.art.critter_look import critter_look
from assetgen.simulator.art.critters import draw_critter
from assetgen.simulator.art.looks import look_for
from assetgen.simulator.art.rig import Pose, draw_person
from assetgen.simulator.art.words import Brief, read

LIVING = ("person", "beast", "critter")


class Actor(Struct, frozen=True):
    """A figure: its look (a record of ramps and words) and how that is drawn, feet at the origin."""

    look: Any
    paint: Callable[[Canvas, Any, float, Pose], None]
    tall: float = 40.0
    upright: bool = True

    def draw(self, canvas: Canvas, yaw: float, pose: Pose) -> None:
        """Draw the figure looking along `yaw` in a pose."""
        self.paint(canvas, self.look, yaw, pose)


def actor_for(prompt: str, seed: int = 0, input: Picture | None = None) -> Actor:
    """The figure that a prompt describes, in the colours of the input picture if there is one."""
    brief = read(prompt, LIVING)
    actor = _by_words(brief, seed)
    return recoloured(actor, input) if input is not None else actor


def _by_words(brief: Brief, seed: int) -> Actor:
    kind, subject = brief.kind, brief.subject
    if kind == "beast":
        return Actor(beast_look(brief, seed), draw_beast, 34, upright=False)
    if kind == "critter":
        return Actor(critter_look(brief, seed), draw_critter, 34, upright=False)
    if kind != "person" and not brief.extras and not brief.roles:
        # Nothing living was named: somebody charming is chosen by the words themselves.
        if digest(brief.key, "kind") % 5 < 3:
            subject = pick(("slime", "ghost", "octopus", "mushling", "beholder"), brief.key, "subject")
            return Actor(
                critter_look(replace(brief, subject=subject, kind="critter"), seed),
                draw_critter,
                34,
                upright=False,
            )
        subject = ""
    look = look_for(brief, seed)
    return Actor(look, draw_person, 44 if look.headgear in ("wizard", "party", "top", "chef") else 40)


def stand(actor: Actor, size: int, scale: float, yaw: float = 0.0) -> Picture:
    """The figure standing in a square picture, its feet near the bottom."""
    canvas = Canvas(size, size, scale=scale, origin=(size // 2, round(size * 0.92)))
    actor.draw(canvas, yaw, Pose())
    canvas.outline()
    return canvas.picture()


def recoloured(actor: Actor, picture: Picture) -> Actor:
    """The figure with its ramps taken from a picture of it: where a part would lie, the picture's colour there.

    A part whose colour the picture already has stays as it is. The picture's direction is not known: the view whose
    silhouette fits best is compared.
    """
    figure = cut_out(picture)
    box = figure_box(figure)
    if box is None:
        return actor
    names = [f.name for f in fields(actor.look) if isinstance(getattr(actor.look, f.name), np.ndarray)]
    present = {_triple(c) for c in np.unique(figure[figure[..., 3] > 0][:, :3], axis=0)}
    kept = [name for name in names if _triple(getattr(actor.look, name)[2]) in present]
    wanted = [name for name in names if name not in kept]
    if not wanted:
        return actor
    taken = {_triple(c) for name in kept for c in getattr(actor.look, name)}
    flags = {name: (10 + 11 * k, 200, 90 + 5 * k) for k, name in enumerate(names)}
    flagged = replace(
        actor,
        look=replace(actor.look, **{n: np.tile(np.array(c, np.uint8), (5, 1)) for n, c in flags.items()}),
    )
    part, seen = max((_overlaid(flagged, figure, box, yaw) for yaw in (0.0, 45.0, 315.0, 90.0, 270.0)), key=_agreement)
    changes = {}
    for name in wanted:
        here = np.all(part[..., :3] == np.array(flags[name], np.uint8), axis=-1) & (seen[..., 3] > 0)
        color = _base(seen[here][:, :3], taken) if here.any() else None
        if color is not None:
            changes[name] = ramp(color)
    return replace(actor, look=replace(actor.look, **changes))


def _triple(color: Picture) -> RGB:
    return int(color[0]), int(color[1]), int(color[2])


def _overlaid(flagged: Actor, figure: Picture, box: tuple[int, int, int, int], yaw: float) -> tuple[Picture, Picture]:
    """A plan of the figure's parts in one view, and the picture's figure stretched over it."""
    plan = stand(flagged, 64, 1.2, yaw)
    px0, py0, px1, py1 = figure_box(plan) or (0, 0, 1, 1)
    x0, y0, x1, y1 = box
    ys = y0 + (np.arange(py1 - py0) * (y1 - y0)) // (py1 - py0)
    xs = x0 + (np.arange(px1 - px0) * (x1 - x0)) // (px1 - px0)
    return plan[py0:py1, px0:px1], figure[ys[:, None], xs[None, :]]


def _agreement(pair: tuple[Picture, Picture]) -> float:
    part, seen = pair[0][..., 3] > 0, pair[1][..., 3] > 0
    return float((part & seen).sum() / max(1, (part | seen).sum()))


def _base(colors: Picture, taken: set[RGB]) -> RGB | None:
    """The colour whose ramp explains most of the pixels; other parts' colours and outlines do not count."""
    unique, counts = np.unique(colors, axis=0, return_counts=True)
    found = {
        _triple(c): int(n)
        for c, n in zip(unique, counts, strict=True)
        if _triple(c) not in taken and luma(_triple(c)) > 0.12
    }
    if not found:
        return None
    best = sorted(found, key=lambda c: -found[c])[:8]
    return max(best, key=lambda c: (sum(found.get(_triple(step), 0) for step in ramp(c)), found[c], c))
