"""Advanced animations: the given picture itself moves. Figures are cut from their ground, bent, and laid back."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from assetgen.simulator.art.actors import LIVING, actor_for
from assetgen.simulator.art.backdrop import background_mask, cut_out, figure_box
from assetgen.simulator.art.canvas import Canvas, Floats, Picture, over
from assetgen.simulator.art.color import digest, generator, gradient
from assetgen.simulator.art.effects import EFFECTS, effect_frames
from assetgen.simulator.art.rig import YAWS, Pose
from assetgen.simulator.art.words import read

Warp = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""From a target pixel, as (x from the figure's centre line, y up from its feet, in figure heights), to its source."""


class Actor2D:
    """A figure cut from its picture, with the ground it stood on. Lives for one sheet."""

    def __init__(self, picture: Picture, keep_ground: bool) -> None:
        self.figure = cut_out(picture)
        box = figure_box(self.figure)
        if box is None or (box[2] - box[0]) * (box[3] - box[1]) < 9:
            self.figure, box = picture.copy(), (0, 0, picture.shape[1], picture.shape[0])
            self.figure[..., 3] = 255
        self.box = box
        self.ground = _filled(picture) if keep_ground and (picture[..., 3] > 0).all() else np.zeros_like(picture)
        self.center, self.feet = (box[0] + box[2]) / 2, float(box[3])
        self.height = float(box[3] - box[1])

    def warped(self, warp: Warp) -> Picture:
        """The figure bent by a warp: nearest pixels, so that it keeps its colours."""
        h, w = self.figure.shape[:2]
        y, x = np.mgrid[:h, :w]
        u, v = warp((x + 0.5 - self.center) / self.height, (self.feet - y - 0.5) / self.height)
        sx = np.floor(u * self.height + self.center).astype(np.intp)
        sy = np.floor(self.feet - v * self.height).astype(np.intp)
        inside = (sx >= 0) & (sx < w) & (sy >= 0) & (sy < h)
        out = np.zeros_like(self.figure)
        out[inside] = self.figure[sy[inside], sx[inside]]
        return out

    def laid(self, figure: Picture) -> Picture:
        """A figure back on the ground, clear of the cell's border when there is no ground."""
        out = over(self.ground, figure)
        if not self.ground.any():
            out[0], out[-1], out[:, 0], out[:, -1] = 0, 0, 0, 0
        return out


def _filled(picture: Picture) -> Picture:
    """The ground alone: the figure's place filled from the nearest ground to its left and right."""
    behind = background_mask(picture)
    out = picture.copy()
    for row, mask in zip(out, behind, strict=True):
        known = np.flatnonzero(mask)
        if len(known):
            holes = np.flatnonzero(~mask)
            row[holes] = row[known[np.clip(np.searchsorted(known, holes), 0, len(known) - 1)]]
    return out


def advanced_frames(picture: Picture, action: str, count: int, prompt: str, remove_bg: bool) -> list[Picture]:
    """`count` frames of an action, each of the picture's size. The first is close to the picture itself."""
    actor = Actor2D(picture, keep_ground=not remove_bg)
    if action == "custom_action":
        action = _named_action(prompt)
    frames = [actor.laid(_moment(actor, action, k, count, prompt)) for k in range(count)]
    return _distinct(frames)


def _named_action(prompt: str) -> str:
    brief = read(prompt, ("effect",))
    for action, words in (
        ("attack", ("attack", "slash", "punch", "strike", "swing", "hit", "kick", "shoot", "shooting", "bite")),
        ("jump", ("jump", "hop", "leap", "fly", "flying", "bounce")),
        ("walking", ("walk", "run", "running", "walking", "dash", "march")),
        ("destroy", ("die", "dying", "death", "explode", "destroy", "vanish", "dissolve", "melt", "fall")),
        ("crouch", ("crouch", "duck", "sit", "kneel", "bow", "sleep")),
        ("cast", ("cast", "casting", "spell", "magic", "glow", "power", "heal", "charge", "summon")),
    ):
        if brief.has(*words):
            return action
    return "cast" if brief.kind == "effect" else ("dance", "attack", "jump", "cast")[digest(brief.key, "action") % 4]


def _moment(actor: Actor2D, action: str, k: int, count: int, prompt: str) -> Picture:
    t = k / count
    turn = t * math.tau
    facing = 1.0
    if action == "walking":
        swing, up = math.sin(turn), abs(math.cos(turn))
        figure = actor.warped(_walk(swing, 0.035 * up - 0.01))
    elif action == "idle":
        figure = actor.warped(_breathe(0.5 - 0.5 * math.cos(turn), 0.035, 0.012 * math.sin(turn)))
    elif action == "subtle_motion":
        figure = actor.warped(_breathe(0.5 - 0.5 * math.cos(turn), 0.022, 0.02 * math.sin(turn)))
    elif action == "jump":
        figure = actor.warped(_jump(t, min(0.13, max(0.05, (actor.box[1] - 2) / actor.height))))
    elif action == "crouch":
        figure = actor.warped(_breathe(math.sin(min(1.0, t * 1.15) * math.pi) ** 0.8, 0.24, 0.0, wide=0.5))
    elif action == "attack":
        figure = _attack(actor, t, facing)
    elif action == "destroy":
        figure = _destroy(actor, t)
    elif action == "cast":
        figure = _cast(actor, k, count, prompt)
    else:
        figure = actor.warped(_sway(0.13 * math.sin(turn), 0.05 * abs(math.sin(turn))))
    return figure


def _walk(swing: float, lift: float) -> Warp:
    """Legs part: what is below the hip swings to either side, halves against each other; the body bobs."""

    def warp(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        hip = 0.30
        below = np.clip((hip - y) / hip, 0, 1)
        side = np.where(x < 0, -1.0, 1.0)
        step = swing * 0.09 * below * side
        foot = np.where(side * swing > 0, 0.03 * abs(swing), 0.0) * below
        body = np.where(y > hip, lift, lift * (1 - below))
        sway = 0.012 * swing * np.clip(y, 0, 1)
        return x - step - sway, y - body - foot

    return warp


def _breathe(amount: float, squash: float, lean: float, wide: float = 0.25) -> Warp:
    """Squashed by `squash` at full amount and a little wider; leaning by `lean` at the head."""

    def warp(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        tall = 1 - squash * amount
        return (x - lean * y) / (1 + squash * amount * wide), y / tall

    return warp


def _sway(lean: float, hop: float) -> Warp:
    def warp(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return x - lean * np.clip(y, 0, 2) ** 1.4, y - hop

    return warp


def _jump(t: float, room: float) -> Warp:
    if t < 0.22:
        return _breathe(math.sin(t / 0.22 * math.pi / 2), 0.11, 0.0, 0.5)
    if t > 0.82:
        return _breathe(math.sin((1 - t) / 0.18 * math.pi / 2), 0.09, 0.0, 0.5)
    rise = math.sin((t - 0.22) / 0.6 * math.pi)

    def warp(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return x * (1 + 0.05 * rise), (y - room * rise) / (1 + 0.05 * rise)

    return warp


def _attack(actor: Actor2D, t: float, facing: float) -> Picture:
    if t < 0.3:
        pull = math.sin(t / 0.3 * math.pi / 2)
        return actor.warped(_thrust(-0.07 * pull, -0.02 * pull, 0.03 * pull))
    strike = math.sin(min(1.0, (t - 0.3) / 0.22) * math.pi / 2) if t < 0.6 else max(0.0, 1 - (t - 0.6) / 0.36)
    figure = actor.warped(_thrust(0.11 * strike * facing, 0.03 * strike * facing, 0.02))
    if 0.32 < t < 0.78:
        figure = _slash_over(actor, figure, (t - 0.32) / 0.46)
    return figure


def _thrust(lean: float, shift: float, squash: float) -> Warp:
    def warp(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return x - lean * np.clip(y, 0, 1.4) - shift, y / (1 - squash)

    return warp


def _slash_over(actor: Actor2D, figure: Picture, t: float) -> Picture:
    """A crescent of light before the figure."""
    h, w = figure.shape[:2]
    scale = actor.height / 32
    c = Canvas(w, h, scale=scale, origin=(actor.center + actor.height * 0.16, actor.feet - actor.height * 0.48))
    tones = gradient("6a84c8", "9cc0f4", "d4e8fc", "f4faff", "ffffff")
    head = -1.9 + 3.6 * min(1.0, t * 1.3)
    for width, level in ((1.0, 1), (0.62, 3), (0.3, 4)):
        outer, inner = [], []
        for s in range(11):
            f = s / 10
            a = head - 1.9 * f
            thick = 3.4 * math.sin(f * math.pi) * width * (1 - t * 0.55)
            outer.append((math.cos(a) * 12.5, math.sin(a) * 13.5))
            inner.append((math.cos(a) * (12.5 - thick), math.sin(a) * (13.5 - thick)))
        c.paint(c.poly([*outer, *reversed(inner)]), tones, level=level)
    return over(figure, c.picture())


def _destroy(actor: Actor2D, t: float) -> Picture:
    """A flash, then the figure falls apart into drifting pixels."""
    figure = actor.figure.copy()
    h, w = figure.shape[:2]
    solid = figure[..., 3] > 0
    if t < 0.16 and t > 0:
        figure[solid, :3] = np.clip(figure[solid, :3].astype(np.int32) + 120, 0, 255).astype(np.uint8)
        return figure
    rng = generator("destroy", h, w)
    order = rng.random((-(-h // 2), -(-w // 2))).repeat(2, 0).repeat(2, 1)[:h, :w]
    gone = max(0.0, (t - 0.12) / 0.88)
    height = (actor.feet - np.arange(h)[:, None]) / actor.height
    fate = order * 0.55 + (1 - np.clip(height, 0, 1)) * 0.45
    # Never the whole figure: the last frame still shows drifting dust.
    stays = fate > gone * 0.93
    out = np.zeros_like(figure)
    out[stays] = figure[stays]
    ys, xs = np.nonzero(solid & ~stays & (fate > gone * 0.93 - 0.34))
    drift = (gone * 0.93 - fate[ys, xs]) * actor.height
    ny = (ys - drift * (0.5 + order[ys, xs])).astype(np.intp)
    nx = (xs + drift * (order[ys, xs] - 0.35) * 1.6).astype(np.intp)
    ok = (ny > 0) & (ny < h - 1) & (nx > 0) & (nx < w - 1)
    out[ny[ok], nx[ok]] = figure[ys[ok], xs[ok]]
    return out


def _cast(actor: Actor2D, k: int, count: int, prompt: str) -> Picture:
    """The figure rises a little while an effect plays around it."""
    brief = read(prompt, ("effect",))
    kind = brief.subject if brief.subject in EFFECTS else "magic"
    size = max(16, min(actor.figure.shape[:2]))
    turn = k / count * math.tau
    figure = actor.warped(_sway(0.02 * math.sin(turn), 0.03 * (0.5 - 0.5 * math.cos(turn))))
    effect = effect_frames(brief, kind, size, count, brief.key)[k]
    x = (actor.figure.shape[1] - size) // 2
    y = actor.figure.shape[0] - size
    behind = over(np.zeros_like(figure), effect, x, y)
    out = over(behind, figure)
    # A third of the sparks pass before the figure.
    front = behind.copy()
    rows, columns = np.indices(front.shape[:2])
    front[((rows // 2 + columns // 2) % 3 != 0) | (behind[..., :3].max(axis=-1) < 200)] = 0
    return over(out, front)


def _distinct(frames: list[Picture]) -> list[Picture]:
    """No frame equals the one before it: a twin is moved by a pixel."""
    for k in range(1, len(frames)):
        if np.array_equal(frames[k], frames[k - 1]):
            moved = frames[k].copy()
            moved[1:-1] = frames[k][:-2]
            moved[0] = frames[k][0]
            frames[k] = moved
    return frames


def turned_views(picture: Picture, prompt: str, remove_bg: bool) -> list[Picture]:
    """Nine cells of a rotation: the prompt's figure in the picture's colours, or the picture itself, turned.

    In reading order, the centre empty, each view facing the centre; the view towards the viewer is the picture.
    """
    actor = Actor2D(picture, keep_ground=not remove_bg)
    brief = read(prompt, LIVING)
    cells = []
    if brief.kind in LIVING:
        living = actor_for(prompt, 0, picture)
        for d in ("se", "down", "sw", "right", "", "left", "ne", "up", "nw"):
            if not d:
                cells.append(np.zeros_like(picture))
            elif d == "down":
                cells.append(actor.laid(actor.figure))
            else:
                h, w = picture.shape[:2]
                c = Canvas(
                    w, h, scale=actor.height / min(living.tall, 36), origin=(round(actor.center), actor.feet - 1)
                )
                living.draw(c, YAWS[d], Pose())
                c.outline()
                cells.append(actor.laid(c.picture()))
        return cells
    for angle in (45, 0, -45, 90, None, -90, 135, 180, -135):
        if angle is None:
            cells.append(np.zeros_like(picture))
            continue
        cells.append(actor.laid(_yawed(actor, math.radians(angle))))
    return cells


def _yawed(actor: Actor2D, angle: float) -> Picture:
    """The figure as a body turned about its upright axis: narrower, mirrored behind, shaded away from the light."""
    cos, sin = math.cos(angle), math.sin(angle)
    wide = max(abs(cos), 0.42)
    mirror = -1.0 if cos < -0.2 or (abs(cos) <= 0.2 and sin < 0) else 1.0

    def warp(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return (x / wide + 0.10 * sin * (y - 0.5)) * mirror, y

    out = actor.warped(warp)
    shade = 1.0 - 0.16 * max(0.0, sin) - (0.26 if cos < -0.2 else 0.0)
    solid = out[..., 3] > 0
    out[solid, :3] = (out[solid, :3] * np.array([shade, shade * 0.98, min(1.0, shade * 1.06)])).astype(np.uint8)
    return out
