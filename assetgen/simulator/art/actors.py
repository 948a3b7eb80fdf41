"""Whatever can stand in an animation: people, beasts, critters, behind one drawing function."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from assetgen.simulator.art.backdrop import cut_out, figure_box
from assetgen.simulator.art.beasts import beast_look, draw_beast
from assetgen.simulator.art.canvas import Canvas, Picture
from assetgen.simulator.art.color import RGB, digest, luma, pick, ramp
from assetgen.simulator.art.critters import critter_look, draw_critter
from assetgen.simulator.art.looks import look_for
from assetgen.simulator.art.rig import Pose, draw_person
from assetgen.simulator.art.words import Brief, read

LIVING = ("person", "beast", "critter")


@dataclass(frozen=True, slots=True)
class Actor:
    """A figure: its look (a dataclass of ramps and words) and how that is drawn, feet at the origin."""

    look: Any
    paint: Callable[[Canvas, Any, float, Pose], None]
    tall: float = 40.0

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
        return Actor(beast_look(brief, seed), draw_beast, 34)
    if kind == "critter":
        return Actor(critter_look(brief, seed), draw_critter, 34)
    if kind != "person" and not brief.extras and not brief.roles:
        # Nothing living was named: somebody charming is chosen by the words themselves.
        if digest(brief.key, "kind") % 3 == 0:
            subject = pick(("slime", "ghost", "octopus", "mushling", "beholder"), brief.key, "subject")
            return Actor(critter_look(dataclasses.replace(brief, subject=subject, kind="critter"), seed), draw_critter, 34)
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
    """The figure with its ramps taken from a picture of it: where a part would lie, the picture's colour there."""
    figure = cut_out(picture)
    box = figure_box(figure)
    if box is None:
        return actor
    names = [f.name for f in dataclasses.fields(actor.look) if isinstance(getattr(actor.look, f.name), np.ndarray)]
    flags = {name: (10 + 11 * k, 200, 90 + 5 * k) for k, name in enumerate(names)}
    flagged = dataclasses.replace(
        actor.look, **{name: np.tile(np.array(color, np.uint8), (5, 1)) for name, color in flags.items()}
    )
    plan = stand(dataclasses.replace(actor, look=flagged), 64, 1.2)
    plan_box = figure_box(plan)
    if plan_box is None:
        return actor
    x0, y0, x1, y1 = box
    px0, py0, px1, py1 = plan_box
    ys = y0 + (np.arange(py1 - py0) * (y1 - y0)) // (py1 - py0)
    xs = x0 + (np.arange(px1 - px0) * (x1 - x0)) // (px1 - px0)
    seen = figure[ys[:, None], xs[None, :]]
    part = plan[py0:py1, px0:px1]
    present = {tuple(int(v) for v in c) for c in np.unique(figure[figure[..., 3] > 0][:, :3], axis=0)}
    changes = {}
    for name, flag in flags.items():
        here = np.all(part[..., :3] == np.array(flag, np.uint8), axis=-1) & (seen[..., 3] > 0)
        own = [tuple(int(v) for v in c) for c in getattr(actor.look, name)]
        if own[2] in present or not here.any():
            continue
        color = _common(seen[here][:, :3])
        if color is not None:
            changes[name] = ramp(color)
    return dataclasses.replace(actor, look=dataclasses.replace(actor.look, **changes))


def _common(colors: Picture) -> RGB | None:
    """The commonest colour that is not an outline."""
    unique, counts = np.unique(colors, axis=0, return_counts=True)
    found = [(int(n), (int(c[0]), int(c[1]), int(c[2]))) for c, n in zip(unique, counts, strict=True)]
    lit = [(n * (0.6 + luma(c)), c) for n, c in found if luma(c) > 0.16]
    return max(lit)[1] if lit else None
