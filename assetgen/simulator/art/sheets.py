"""Animation sheets: the cells that each style lays out, one figure or effect in all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace

from assetgen.simulator.art.actors import LIVING, Actor, actor_for
from assetgen.simulator.art.canvas import Canvas, Picture
from assetgen.simulator.art.color import gradient, pick
from assetgen.simulator.art.effects import EFFECTS, effect_frames
from assetgen.simulator.art.motion import advanced_frames, turned_views
from assetgen.simulator.art.order import Order
from assetgen.simulator.art.rig import YAWS, Pose, walk_pose
from assetgen.simulator.art.words import read

COMPASS = ("se", "down", "sw", "right", "", "left", "ne", "up", "nw")
"""Where the views of a 3×3 rotation sheet look, in reading order: each faces the centre."""


def sheet(order: Order, candidate: int = 0) -> Picture:
    """The whole sheet of an animation style."""
    name = (order.style.layout or "").removeprefix("rd_")
    if name.startswith("advanced_"):
        return _advanced(order, name.removeprefix("advanced_"))
    if name == "rotate":
        return _rotated(order)
    size = order.size[0]
    if name == "vfx":
        return join(_effect(order, candidate, size), 4)
    if name in ("any_animation", "big_animation"):
        return join(_anything(order, candidate, size), 4)
    actor = actor_for(
        order.prompt, order.variation(candidate), order.input if order.input is not None else _first(order.references)
    )
    cells, columns = LAYOUTS.get(name, _walking_and_idle)(actor, size)
    return join(cells, columns)


def _first(pictures: Sequence[Picture]) -> Picture | None:
    return pictures[0] if len(pictures) else None


def join(cells: Sequence[Picture], columns: int) -> Picture:
    """Cells in reading order as one sheet; places without a cell stay empty."""
    h, w = cells[0].shape[:2]
    rows = -(-len(cells) // columns)
    out = np.zeros((rows * h, columns * w, 4), np.uint8)
    for k, cell in enumerate(cells):
        out[k // columns * h : (k // columns + 1) * h, k % columns * w : (k % columns + 1) * w] = cell
    return out


def cell(
    actor: Actor, size: int, scale: float, yaw: float, pose: Pose, extra: Callable[[Canvas], None] | None = None
) -> Picture:
    """One cell: the figure on its baseline, outlined, with an empty border pixel so that cells never touch."""
    canvas = Canvas(size, size, scale=scale, origin=(size // 2, round(size * 0.89)))
    actor.draw(canvas, yaw, pose)
    canvas.outline()
    if extra is not None:
        extra(canvas)
    out = canvas.picture()
    out[0], out[-1], out[:, 0], out[:, -1] = 0, 0, 0, 0
    return out


def _fit(actor: Actor, size: int, share: float) -> float:
    """Pixels a unit so that the figure takes that share of the cell."""
    return min(size * share / actor.tall, size * share / 36)


def _walking_and_idle(actor: Actor, size: int) -> tuple[list[Picture], int]:
    scale = _fit(actor, size, 0.84)
    poses = (
        Pose(bob=1.0, left_hand=(0, -0.3, 0.5), right_hand=(0, -0.3, 0.5), sway=-0.4),
        walk_pose(0.25),
        Pose(),
        walk_pose(0.75),
    )
    return [cell(actor, size, scale, YAWS[d], p) for d in ("down", "right", "up", "left") for p in poses], 4


def _four_angle(actor: Actor, size: int) -> tuple[list[Picture], int]:
    scale = _fit(actor, size, 0.84)
    stand, second = Pose(left_hand=(0, 1.3, 0.2), sway=0.5), Pose(right_hand=(0, 1.3, 0.2), sway=-0.5)
    poses = (walk_pose(0.25), stand, walk_pose(0.75), second)
    return [cell(actor, size, scale, YAWS[d], p) for d in ("up", "right", "down", "left") for p in poses], 4


def _small(actor: Actor, size: int) -> tuple[list[Picture], int]:
    scale = _fit(actor, size, 0.80)
    poses = (
        walk_pose(0.2),
        walk_pose(0.7),
        Pose(left_hand=(2, 11, 1.0)),
        Pose(left_hand=(1, 12, 1.5), right_hand=(1, 12, 1.5), eyes="wide"),
        Pose(crouch=4.0, left_hand=(0, 2, 1.5), right_hand=(0, 2, 1.5), right_foot=(1, 0), left_foot=(-1, 0)),
    )
    cells = [cell(actor, size, scale, YAWS[d], p) for d in ("down", "left", "up") for p in poses]
    cells += [
        cell(actor, size, scale, 0, Pose(look=-38)),
        cell(actor, size, scale, 0, Pose(look=38)),
        cell(actor, size, scale, 0, Pose(right_hand=(0.5, 1.5, 0.4), sway=0.6, bob=1)),
        cell(
            actor,
            size,
            scale,
            0,
            Pose(eyes="wide", left_hand=(0, 5, 4), right_hand=(0, 5, 4), left_foot=(-1, 1), right_foot=(1, 0)),
        ),
        lying(actor, size, scale),
    ]
    return cells, 5


def lying(actor: Actor, size: int, scale: float) -> Picture:
    """The figure on the ground, head to the left."""
    if not actor.upright:
        flat = Pose(crouch=6, eyes="closed", left_foot=(-2, 0), right_foot=(2, 0))
        return cell(actor, size, scale, YAWS["left"] if actor.tall < 34.5 else 0, flat)
    canvas = Canvas(size, size, scale=scale)
    tall = min(actor.tall, 34)
    turned = canvas.at((size / 2 + tall * scale / 2) / scale, size * 0.80 / scale, -90)
    actor.draw(turned, 0, Pose(eyes="closed", left_hand=(0, 0.5, 0.6), right_hand=(0, 0.5, 0.6)))
    canvas.outline()
    out = canvas.picture()
    # Down to the baseline, whatever the figure's width.
    filled = np.flatnonzero((out[..., 3] > 0).any(axis=1))
    if len(filled):
        out = np.roll(out, round(size * 0.89) - int(filled[-1]), axis=0)
    out[0], out[-1], out[:, 0], out[:, -1] = 0, 0, 0, 0
    return out


def _arc(yaw: str, strength: float) -> Callable[[Canvas], None]:
    """The trail of a swung weapon."""
    side = {"down": 0.4, "right": 1.0, "up": -0.4, "left": -1.0}[yaw]
    down = {"down": 1.0, "right": 0.1, "up": -1.0, "left": 0.1}[yaw]

    def draw(c: Canvas) -> None:
        tones = gradient("7c98d8", "a4c4f4", "d4e8fc", "f4faff", "ffffff")
        center = math.degrees(math.atan2(down, side))
        outer, inner = [], []
        for k in range(11):
            f = k / 10
            a = math.radians(center - 78 + 150 * f)
            thick = 3.4 * math.sin(f * math.pi) * strength
            outer.append((math.cos(a) * 17, -13 + math.sin(a) * 14))
            inner.append((math.cos(a) * (17 - thick), -13 + math.sin(a) * (14 - thick)))
        c.paint(c.poly([*outer, *reversed(inner)]), tones, level=2)
        c.paint(
            c.poly(
                [
                    *outer,
                    *[
                        ((x * 3 + u) / 4, (y * 3 + v) / 4)
                        for (x, y), (u, v) in zip(reversed(outer), reversed(inner), strict=True)
                    ],
                ]
            ),
            tones,
            level=4,
        )

    return draw


ATTACK = (
    Pose(
        right_hand=(-4, 9, 1.0), left_hand=(2, 1, 0), lean=-3, bob=1, swing=-70, left_foot=(1.5, 0), right_foot=(-2, 0)
    ),
    Pose(
        right_hand=(6.5, 4, 0.0),
        left_hand=(-3, 2, 0),
        lean=5,
        bob=1.6,
        swing=62,
        left_foot=(-3, 0),
        right_foot=(3.4, 0),
    ),
    Pose(
        right_hand=(5.5, -1.5, 0.0),
        left_hand=(-3, 1, 0),
        lean=4,
        bob=2,
        swing=105,
        left_foot=(-3.4, 0),
        right_foot=(3, 0),
    ),
)
JUMP = (
    Pose(crouch=2.0, left_hand=(-2, 1, 1), right_hand=(-2, 1, 1), lean=2),
    Pose(
        air=4.0,
        left_hand=(1, 8, 2),
        right_hand=(1, 8, 2),
        left_foot=(-1.6, 2.4),
        right_foot=(1.8, 1.0),
        sway=1,
        eyes="wide",
    ),
)


def _battle(actor: Actor, size: int) -> tuple[list[Picture], int]:
    scale = _fit(actor, size, 0.66)
    idle = (
        Pose(),
        Pose(bob=0.8, left_hand=(0, -0.2, 0.6), right_hand=(0, -0.2, 0.6)),
        Pose(bob=1.4, sway=0.8, left_hand=(0.6, 0.6, 0.8), right_hand=(0.6, 0.6, 0.8)),
    )
    walk = [walk_pose((k + 0.5) / 6) for k in range(6)]
    cells = []
    for d in ("down", "right", "up", "left"):
        cells += [cell(actor, size, scale, YAWS[d], p) for p in (*idle, *walk, *JUMP, ATTACK[0])]
        cells.append(cell(actor, size, scale, YAWS[d], ATTACK[1], _arc(d, 1.0)))
        cells.append(cell(actor, size, scale, YAWS[d], ATTACK[2], _arc(d, 0.45)))
    return cells, 14


def _rotation(actor: Actor, size: int) -> tuple[list[Picture], int]:
    scale = _fit(actor, size, 0.80)
    empty = np.zeros((size, size, 4), np.uint8)
    return [cell(actor, size, scale, YAWS[d], Pose()) if d else empty for d in COMPASS], 3


LAYOUTS: dict[str, Callable[[Actor, int], tuple[list[Picture], int]]] = {
    "four_angle_walking": _four_angle,
    "walking_and_idle": _walking_and_idle,
    "large_walking_idle": _walking_and_idle,
    "small_sprites": _small,
    "battle_sprites": _battle,
    "8_dir_rotation": _rotation,
}


def _effect(order: Order, candidate: int, size: int) -> list[Picture]:
    brief = read(order.prompt, ("effect",))
    kind = (
        brief.subject
        if brief.subject in EFFECTS
        else pick(("magic", "fire", "explosion", "heal", "lightning"), brief.key, "effect")
    )
    key = f"{brief.key}|{order.seed or 0}|{candidate}"
    return effect_frames(brief, kind, size, 16, key)


def _anything(order: Order, candidate: int, size: int) -> list[Picture]:
    """Sixteen frames of whatever the prompt asks for: an effect, or a figure that does something."""
    brief = read(order.prompt, (*LIVING, "effect"))
    if brief.kind == "effect" and not brief.roles:
        return _effect(order, candidate, size)
    actor = actor_for(order.prompt, order.variation(candidate), order.input)
    scale = _fit(actor, size, 0.78)
    poses = action_poses(brief.words, 16)
    yaw = YAWS["right"] if brief.has("walking", "walk", "running", "run", "attack", "attacking", "side") else YAWS["se"]
    if brief.has("turning", "spinning", "rotating", "dancing", "spin"):
        return [cell(actor, size, scale, 360 * k / 16, p) for k, p in enumerate(poses)]
    return [cell(actor, size, scale, yaw, p) for p in poses]


def action_poses(words: frozenset[str], count: int) -> list[Pose]:
    """Poses for the action that words name: walking, attacking, jumping, cheering; idling otherwise."""
    phases = [k / count for k in range(count)]
    if words & {"walk", "walking", "run", "running", "march"}:
        return [walk_pose((p * 2 + 0.06) % 1.0) for p in phases]
    if words & {
        "attack",
        "attacking",
        "slash",
        "slashing",
        "swing",
        "strike",
        "fight",
        "fighting",
        "punch",
        "casting",
        "cast",
    }:
        keys = (Pose(), ATTACK[0], ATTACK[1], ATTACK[2], Pose())
        return [between(keys, p) for p in phases]
    if words & {"jump", "jumping", "hop", "hopping", "leap"}:
        return [
            replace(between((Pose(), JUMP[0], JUMP[1], JUMP[0], Pose()), p), sway=math.sin(p * math.tau))
            for p in phases
        ]
    if words & {"wave", "waving", "cheer", "cheering", "dance", "dancing", "celebrate", "happy"}:
        return [
            Pose(
                bob=1 + math.sin(p * math.tau * 2),
                left_hand=(0, 10 + 2 * math.sin(p * math.tau * 2), 2),
                right_hand=(0, 11 + 2 * math.cos(p * math.tau * 2), 2),
                sway=math.sin(p * math.tau),
            )
            for p in phases
        ]
    return [
        Pose(
            bob=0.8 - 0.8 * math.cos(p * math.tau),
            sway=math.sin(p * math.tau),
            left_hand=(0, math.sin(p * math.tau), 0.3),
            right_hand=(0, math.cos(p * math.tau), 0.3),
            eyes="closed" if 0.5 < p < 0.6 else "open",
        )
        for p in phases
    ]


def between(keys: Sequence[Pose], t: float) -> Pose:
    """A pose between key poses, t in 0…1, eased."""
    place = t * (len(keys) - 1)
    k = min(int(place), len(keys) - 2)
    f = place - k
    f = f * f * (3 - 2 * f)
    a, b = keys[k], keys[k + 1]

    def blend(p: float, q: float) -> float:
        return p + (q - p) * f

    return Pose(
        left_foot=(blend(a.left_foot[0], b.left_foot[0]), blend(a.left_foot[1], b.left_foot[1])),
        right_foot=(blend(a.right_foot[0], b.right_foot[0]), blend(a.right_foot[1], b.right_foot[1])),
        left_hand=(
            blend(a.left_hand[0], b.left_hand[0]),
            blend(a.left_hand[1], b.left_hand[1]),
            blend(a.left_hand[2], b.left_hand[2]),
        ),
        right_hand=(
            blend(a.right_hand[0], b.right_hand[0]),
            blend(a.right_hand[1], b.right_hand[1]),
            blend(a.right_hand[2], b.right_hand[2]),
        ),
        bob=blend(a.bob, b.bob),
        crouch=blend(a.crouch, b.crouch),
        lean=blend(a.lean, b.lean),
        air=blend(a.air, b.air),
        sway=blend(a.sway, b.sway),
        swing=blend(a.swing, b.swing),
        eyes=(b if f > 0.5 else a).eyes,
    )


def _start(order: Order) -> Picture:
    """The start frame of an advanced animation; without one, the prompt's figure stands in."""
    width, height = order.size
    if order.input is not None:
        return order.input
    size = min(width, height)
    actor = actor_for(order.prompt)
    out = np.zeros((height, width, 4), np.uint8)
    figure = cell(actor, size, _fit(actor, size, 0.78), YAWS["se"], Pose())
    out[height - size :, (width - size) // 2 : (width - size) // 2 + size] = figure
    return out


def _advanced(order: Order, action: str) -> Picture:
    count = order.frames or 8
    columns = {4: 2, 6: 3, 8: 4, 10: 5, 12: 4, 16: 4}.get(count, 4)
    return join(advanced_frames(_start(order), action, count, order.prompt, order.remove_bg), columns)


def _rotated(order: Order) -> Picture:
    return join(turned_views(_start(order), order.prompt, order.remove_bg), 3)
