"""Four-legged animals and dragons on one rig, facing any direction. Units and origin as in the person's rig."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from assetgen.simulator.art.canvas import Canvas, Point
from assetgen.simulator.art.color import RGB, Ramp, chance, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.rig import Pose
from assetgen.simulator.art.words import Brief


@dataclass(frozen=True, slots=True)
class BeastLook:
    """One animal: colours and proportions. `ears`, `tail`, `marks`, `extra` name forms."""

    subject: str
    coat: Ramp
    belly: Ramp
    dark: Ramp
    accent: Ramp
    hat: Ramp
    eye: RGB
    ears: str
    tail: str
    marks: str
    extra: str
    legs: float
    head: float
    bulk: float
    snout: float
    gear: tuple[str, ...]
    key: str


# coat choices, belly, dark, ears, tail, marks, extra, leg length, head, bulk, snout
_KINDS: dict[str, tuple[tuple[str, ...], str, str, str, str, str, str, float, float, float, float]] = {
    "cat": (("e8933c", "8a8f98", "44464e", "d8b48c"), "f6e8d4", "5a4636", "point", "long", "stripes", "", 6.0, 6.2, 5.2, 1.4),
    "tiger": (("ee8228",), "f6ecd8", "34282c", "round", "long", "stripes", "", 6.5, 6.6, 6.2, 2.0),
    "lion": (("dca24a",), "f2dcae", "8a4a24", "round", "tuft", "", "mane", 6.8, 6.4, 6.2, 2.0),
    "dog": (("c08850", "d8c0a0", "6a4a36"), "f4e6d0", "4a3428", "flop", "curl", "patch", "", 6.2, 6.2, 5.6, 2.6),
    "corgi": (("e09a4c",), "faf2e4", "8a5428", "point", "nub", "bib", "", 3.6, 6.6, 6.0, 2.6),
    "shiba": (("e0954a",), "faf0e0", "6a3c24", "point", "curl", "bib", "", 5.8, 6.4, 5.6, 2.4),
    "fox": (("e8762c",), "faf0e4", "3c2c30", "point", "bushy", "bib", "", 5.8, 6.0, 5.2, 3.2),
    "wolf": (("7c8494", "5a6070"), "d4d8dc", "34363e", "point", "bushy", "bib", "", 7.0, 6.4, 6.0, 3.4),
    "bear": (("7a5236", "5a3c2c", "f0f0ec"), "b88c64", "3a2820", "round", "nub", "", "", 5.8, 7.0, 7.6, 2.4),
    "rabbit": (("e8dcd0", "b89878", "9aa0a8"), "fcf6f0", "6a5a54", "tall", "puff", "", "", 4.0, 6.0, 5.4, 1.2),
    "pig": (("f0a0a8",), "f8c4c4", "a85464", "flop", "curl", "", "snout", 4.4, 6.2, 6.6, 2.4),
    "horse": (("9a6238", "5a4034", "e8e4dc", "c89058"), "c89a6c", "34262a", "point", "flow", "", "horse", 9.6, 5.4, 6.2, 4.2),
    "deer": (("b47a44",), "f0dcc0", "5a3c28", "side", "nub", "spots", "antlers", 9.0, 5.2, 5.4, 3.2),
    "sheep": (("f4f0e6",), "f4f0e6", "44404a", "side", "puff", "", "wool", 5.0, 5.0, 7.2, 1.8),
    "goat": (("e4ddd0", "8a7462"), "f6f2ea", "5a4c44", "side", "nub", "", "goat", 6.6, 5.2, 5.6, 3.0),
    "cow": (("f4f0ea",), "f8e0dc", "3c3438", "side", "tuft", "patch", "horns", 6.8, 6.2, 7.2, 3.4),
    "mouse": (("a8a0a4", "c8a884"), "f2e6e0", "5c5058", "round", "thin", "", "", 2.8, 6.0, 5.0, 2.0),
    "dragon": (("3ca054", "c8383c", "4a6ad0", "8442b8"), "f0d890", "2c3040", "", "spike", "", "dragon", 5.6, 6.8, 6.6, 3.4),
}


def beast_look(brief: Brief, seed: int = 0) -> BeastLook:
    """The look of the animal that a prompt names."""
    coats, belly, dark, ears, tail, marks, extra, legs, head, bulk, snout = _KINDS.get(brief.subject, _KINDS["cat"])
    coat = brief.color() or rgb(pick(coats, brief.key, seed or "", "coat"))
    gear = tuple(e for e in brief.extras if e in ("hat", "glasses", "scarf", "crown", "cape", "halo", "horns", "cap", "wings"))
    size = 0.86 if brief.has("baby", "little", "small", "tiny", "young", "kitten", "puppy") else 1.0
    if brief.subject == "horse" and brief.has("unicorn"):
        extra = "unicorn"
    return BeastLook(
        subject=brief.subject,
        coat=ramp(coat),
        belly=ramp(brief.color("skin") or rgb(belly)),
        dark=ramp_of(dark),
        accent=ramp(brief.color("wings") or brief.color("scarf") or rgb(pick(("d0323c", "3468d8", "f0b92c", "46a83e"), brief.key, "accent"))),
        hat=ramp(brief.color("hat") or rgb(pick(("d0323c", "4a3cb0", "f0b92c", "2f8f8f"), brief.key, "hat"))),
        eye=brief.color("eye") or rgb("2c2430"),
        ears=ears,
        tail=tail,
        marks=marks,
        extra=extra,
        legs=legs * size,
        head=head,
        bulk=bulk * size * (0.94 + 0.12 * chance(brief.key, seed, "bulk")),
        snout=snout,
        gear=gear + (("party",) if brief.has("party") else ()),
        key=brief.key,
    )


def draw_beast(c: Canvas, look: BeastLook, yaw: float, pose: Pose) -> None:
    """Draw one animal with its feet at the origin."""
    if look.extra == "dragon":
        c = c.at(0, 0, 0, 0.98)
    angle = math.radians(yaw)
    sin, cos = math.sin(angle), math.cos(angle)
    bob = pose.bob - pose.air
    crouch = pose.crouch * 0.8
    length = look.bulk * (1.35 if look.legs > 4 else 1.6)
    body_y = -look.legs - look.bulk * 0.72 + bob + crouch
    # Screen x of a point z forward; depth in the other axis is drawn by order.
    half = length * abs(sin) * 0.62
    front, rear = half * (1 if sin >= 0 else -1), -half * (1 if sin >= 0 else -1)
    if abs(sin) < 0.2:
        front = rear = 0.0
    tilt = 1.7 * cos
    head_x = front * 1.28 + (2.2 * sin)
    head_y = body_y - look.bulk * 0.72 - look.head * 0.42 - (3.4 if look.extra in ("horse", "unicorn", "antlers") else 0) + pose.crouch * 0.5
    legs = _legs(c, look, pose, front, rear, sin, cos, body_y)
    away = cos < -0.35
    for depth, draw in legs:
        if depth < 0:
            draw()
    wings = look.extra == "dragon" or "wings" in look.gear
    if wings and not away:
        _wings(c, look, body_y, rear * 0.2, sin, cos, pose.sway)
    if not away:
        _tail(c, look, rear * 1.3, body_y, sin, cos, pose.sway)
        body = _body(c, look, front, rear, body_y, tilt)
        for depth, draw in legs:
            if depth >= 0:
                draw()
        _chest(c, look, body, front, body_y, cos)
        _neck(c, look, front, body_y, head_x, head_y)
        _head(c, look, head_x, head_y, angle, pose)
    else:
        _neck(c, look, front, body_y, head_x, head_y)
        _head(c, look, head_x, head_y, angle, pose)
        body = _body(c, look, front, rear, body_y, tilt)
        for depth, draw in legs:
            if depth >= 0:
                draw()
        if wings:
            _wings(c, look, body_y, rear * 0.2, sin, cos, pose.sway)
        _tail(c, look, rear * 1.2, body_y, sin, cos, pose.sway)


def _legs(
    c: Canvas, look: BeastLook, pose: Pose, front: float, rear: float, sin: float, cos: float, body_y: float
) -> list[tuple[float, Callable[[], None]]]:
    spread = look.bulk * 0.56
    out: list[tuple[float, Callable[[], None]]] = []
    for along, base in ((1, front), (-1, rear)):
        for side in (-1, 1):
            # Diagonal pairs step together, as trotting animals do.
            forward, lift = pose.right_foot if side * along > 0 else pose.left_foot
            depth = -side * sin + along * cos * 0.8
            x = base * 0.86 + side * spread * abs(cos) + forward * 0.62 * sin - (0.9 * side * sin)
            y = -lift * 0.8 - pose.air + (min(0.0, along * cos + forward * 0.2 * cos) * 1.5 - (0.7 if side * sin > 0.5 else 0))
            y = min(y, 0.0)
            r = 1.2 + look.bulk * 0.12

            def draw(x: float = x, y: float = y, base: float = base, side: int = side, depth: float = depth, r: float = r) -> None:
                bias = -0.22 if depth < 0 else 0.0
                top = base * 0.8 + side * spread * abs(cos) * 0.9
                paw = look.belly if look.marks == "bib" and look.subject in ("corgi", "cat") else look.dark if look.subject in ("fox", "horse", "deer", "cow", "sheep", "goat", "pig") else look.coat
                c.paint(c.capsule(top, body_y + look.bulk * 0.3, x, y - 1.6, r + 0.7, r), look.coat if look.extra != "wool" else look.dark, bias=bias, edge=depth >= 0)
                c.paint(c.capsule(x + 0.5 * sin, y - 1.3, x + 1.0 * sin, y - 1.2, r + 0.1), paw, bias=bias)

            out.append((depth, draw))
    return sorted(out, key=lambda p: p[0])


def _body(c: Canvas, look: BeastLook, front: float, rear: float, y: float, tilt: float) -> int:
    r = look.bulk
    if look.extra == "wool":
        part = 0
        for k in range(9):
            a = k * math.tau / 8
            x = (front + rear) / 2 + math.cos(a) * (abs(front - rear) / 2 + r * 0.5) * (k < 8)
            part = c.paint(c.ellipse(x, y + math.sin(a) * r * 0.5 * (k < 8), r * 0.66, r * 0.62), look.coat, bias=-0.16 * math.sin(a))
        return c.paint(c.capsule(rear * 0.8, y, front * 0.8, y, r * 0.8), look.coat)
    body = c.paint(c.capsule(rear, y + 0.4, front, y - tilt * 0.1, r * 0.94, r), look.coat, edge=True)
    if look.marks == "stripes" and abs(front - rear) > 1:
        for k in range(4):
            x = rear + (front - rear) * (0.1 + 0.26 * k)
            c.paint(c.poly([(x - 0.9, y - r), (x + 0.9, y - r), (x - 0.2, y - r * 0.1)]), look.dark, level=2, clip=[body])
    elif look.marks == "stripes":
        for k in (-1, 0, 1):
            c.paint(c.poly([(k * 3 - 0.8, y - r), (k * 3 + 0.8, y - r), (k * 2.6, y - r * 0.35)]), look.dark, level=2, clip=[body])
    elif look.marks == "patch":
        for k in range(3):
            x = rear + (front - rear) * chance(look.key, "patch", k) + (chance(look.key, "px", k) - 0.5) * r
            c.paint(c.ellipse(x, y + (chance(look.key, "py", k) - 0.7) * r, r * 0.44, r * 0.36), look.dark, clip=[body])
    elif look.marks == "spots":
        for k in range(5):
            x = rear + (front - rear) * (0.1 + 0.2 * k)
            c.dot(x - 0.5, y - r * (0.35 + 0.35 * (k % 2)), (250, 236, 210), 1, 1)
    if abs(front - rear) > 1:
        c.paint(c.ellipse((front + rear) / 2, y + r * 0.78, abs(front - rear) * 0.62, r * 0.34), look.belly, bias=-0.1, clip=[body])
    if look.extra == "dragon":
        for k in range(5):
            x = rear + (front - rear) * (k / 4)
            c.paint(c.poly([(x - 1.5, y - r * 0.8), (x + 1.5, y - r * 0.8), (x - (0.6 if front >= rear else -0.6), y - r - 2.2)]), look.belly)
    return body


def _chest(c: Canvas, look: BeastLook, body: int, front: float, y: float, cos: float) -> None:
    if cos > 0.3 and look.marks in ("bib",) or cos > 0.3 and look.extra == "dragon":
        c.paint(c.ellipse(front, y + look.bulk * 0.2, look.bulk * 0.5, look.bulk * 0.72), look.belly, clip=[body])
        if look.extra == "dragon":
            for k in range(3):
                c.paint(c.box(front - 3.4, y - 1.2 + k * 2.4, front + 3.4, y - 0.6 + k * 2.4), look.belly, level=1, clip=[c.count[0]])


def _neck(c: Canvas, look: BeastLook, front: float, y: float, hx: float, hy: float) -> None:
    r = look.head * (0.72 if look.extra in ("horse", "unicorn", "antlers") else 0.8)
    c.paint(c.capsule(front * 0.92, y - look.bulk * 0.2, hx * 0.94, hy + 1, r, r * 0.86), look.coat)
    if "scarf" in look.gear:
        c.paint(c.capsule((front + hx) / 2 - 3.4, (y + hy) / 2 + 0.6, (front + hx) / 2 + 3.4, (y + hy) / 2 + 0.6, 1.7), look.accent, edge=True)
    if "cape" in look.gear:
        c.paint(c.poly([(front * 0.7 - 4, y - look.bulk), (front * 0.7 + 3, y - look.bulk), (-front * 1.2 - 3, y + 3), (-front * 1.2 - 5, y - 1)]), look.accent, edge=True)


def _ear(c: Canvas, look: BeastLook, x: float, y: float, side: float, r: float, back: bool) -> None:
    kind = look.ears
    inner = look.belly if not back else look.coat
    if kind == "point":
        tall = 6.2 if look.subject in ("corgi", "fox") else 5.0
        c.paint(c.poly([(x - 2.5, y + 1.8), (x + side * 1.6, y - tall + 1.2), (x + 2.5, y + 1.8)]), look.coat, edge=True)
        c.paint(c.poly([(x - 1.1, y + 1.4), (x + side * 1.1, y - tall + 3.4), (x + 1.2, y + 1.4)]), inner, level=2)
    elif kind == "round":
        big = 3.6 if look.subject == "mouse" else 2.5
        c.paint(c.ellipse(x + side * 0.6, y - 0.6, big), look.coat, edge=True)
        c.paint(c.ellipse(x + side * 0.6, y - 0.2, big * 0.55), inner, level=1)
    elif kind == "flop":
        c.paint(c.poly([(x - 1, y - 1.2), (x + side * 3.8, y), (x + side * 4.0, y + 6), (x + side * 1.2, y + 5)], 1), look.dark, edge=True)
    elif kind == "tall":
        c.paint(c.capsule(x * 0.9, y + 1, x * 0.9 + side * 1.4, y - 8.6, 1.9, 1.5), look.coat, edge=True)
        c.paint(c.capsule(x * 0.9, y, x * 0.9 + side * 1.3, y - 7.6, 0.7), ramp_of("f0a8b0") if not back else look.coat, level=2)
    elif kind == "side":
        c.paint(c.poly([(x, y + 0.6), (x + side * 4.6, y + 0.8), (x + side * 3, y + 3), (x, y + 3)], 1), look.coat, edge=True)
    _ = r


def _head(c: Canvas, look: BeastLook, x: float, y: float, angle: float, pose: Pose) -> None:
    angle += math.radians(pose.look)
    sin, cos = math.sin(angle), math.cos(angle)
    r = look.head
    back = cos < -0.35
    side_view = abs(cos) < 0.3
    for side in ((-1, 1) if not side_view else (1,)):
        ex = x + (side * r * 0.66 * (cos if not side_view else 0)) - 0.9 * sin
        _ear(c, look, ex, y - r * 0.62, (side * (1 if cos > 0 else -1)) if not side_view else -math.copysign(0.5, sin), r, back)
    if look.extra == "mane":
        for k in range(10):
            a = k * math.tau / 10
            c.paint(c.ellipse(x - 1.5 * sin + math.cos(a) * r * 0.92, y + 0.6 + math.sin(a) * r * 0.92, 2.7), look.dark, bias=-0.1 * math.sin(a))
    _horns(c, look, x, y, sin, cos, r)
    head = c.paint(c.ellipse(x, y, r * 1.04, r * 0.92), look.coat, edge=True)
    if back:
        if look.marks == "stripes":
            c.paint(c.box(x - 0.6, y - r, x + 0.6, y - 2), look.dark, level=2, clip=[head])
        _headgear(c, look, x, y, r, sin, pose.sway)
        return
    mx, my = x + sin * r * 0.62, y + r * 0.36
    if look.marks == "bib":
        c.paint(c.ellipse(mx - sin, my + 0.8, r * 0.74, r * 0.52), look.belly, clip=[head])
        if cos > 0.5:
            c.paint(c.capsule(x, y - r * 0.7, x, my, 0.9, 1.6), look.belly, clip=[head])
    if look.marks == "stripes":
        for k in (-1.8, 0, 1.8):
            c.paint(c.box(x + k * abs(cos) - 0.4 + sin, y - r, x + k * abs(cos) + 0.4 + sin, y - r * 0.45), look.dark, level=2, clip=[head])
    muzzle = look.belly if look.subject not in ("pig",) else look.coat
    long = look.snout
    if abs(sin) > 0.3:
        c.paint(c.capsule(x + sin * r * 0.5, my, x + sin * (r * 0.52 + long), my + 0.5, 2.6, 1.9), muzzle if look.subject not in ("dragon", "horse", "wolf") else look.coat, edge=False)
        c.dot(x + sin * (r * 0.52 + long + 1.4) - 0.8, my - 1.0, _c(look.dark, 0) if look.extra != "dragon" else _c(look.coat, 0), 1.6, 1.4)
    else:
        c.paint(c.ellipse(x, my + 0.7, 2.6 + long * 0.28, 2.3), muzzle if look.subject not in ("dragon",) else look.coat, bias=0.05)
        if look.extra in ("snout",):
            c.paint(c.ellipse(x, my + 0.4, 2.7, 2.0), look.coat, level=3)
            c.dot(x - 1.6, my, _c(look.coat, 0), 0.9, 1.2)
            c.dot(x + 0.7, my, _c(look.coat, 0), 0.9, 1.2)
        elif look.extra == "dragon":
            c.dot(x - 1.8, my, _c(look.coat, 0), 0.9, 0.9)
            c.dot(x + 0.9, my, _c(look.coat, 0), 0.9, 0.9)
        else:
            c.dot(x - 1.0, my - 0.9, _c(look.dark, 0), 2, 1.3)
            c.dot(x - 0.5, my + 0.4, _c(look.dark, 0), 1, 1.4)
    for side in (-0.56, 0.56):
        if math.cos(angle + side) > 0.2:
            ex = x + math.sin(angle + side) * r * 0.74
            if pose.eyes == "closed":
                c.dot(ex - 1, y + 0.3, _c(look.dark, 0), 2, 0.8)
            else:
                c.dot(ex - 1, y - 1.2, look.eye, 2, 2.7 if pose.eyes != "wide" else 3.4)
                c.dot(ex - 1, y - 1.2, (250, 250, 252), 0.9, 0.9)
    _headgear(c, look, x, y, r, sin, pose.sway)


def _horns(c: Canvas, look: BeastLook, x: float, y: float, sin: float, cos: float, r: float) -> None:
    horn = ramp_of("f0e0bc")
    pair = (-1, 1) if abs(cos) > 0.3 else (1,)
    for side in pair:
        hx = x + side * r * 0.5 * cos
        lean = side * cos if abs(cos) > 0.3 else -sin
        if look.extra == "dragon" or "horns" in look.gear:
            c.paint(c.poly([(hx - 1.2, y - r * 0.6), (hx + 1.2, y - r * 0.6), (hx + lean * 3.6 - sin * 1.6, y - r * 0.6 - 6)]), horn)
        elif look.extra == "antlers":
            ant = ramp_of("8a6a44")
            c.paint(c.line((hx, y - r * 0.7), (hx + lean * 2.6, y - r - 4), (hx + lean * 2.2, y - r - 7), width=1.5), ant)
            c.paint(c.line((hx + lean * 2.4, y - r - 3.4), (hx + lean * 5.4, y - r - 5.6), width=1.3), ant)
        elif look.extra in ("horns", "goat"):
            c.paint(c.poly([(hx - 1.2, y - r * 0.6), (hx + 1.2, y - r * 0.6), (hx + lean * 3.4, y - r - 3)]), horn)
    if look.extra == "unicorn":
        c.paint(c.poly([(x + sin * 2.6 - 1.1, y - r * 0.7), (x + sin * 2.6 + 1.1, y - r * 0.7), (x + sin * 5.4, y - r - 6.6)]), ramp_of("f8dc74"))
    if look.extra in ("horse", "unicorn"):
        for k in range(4):
            c.paint(c.ellipse(x - sin * (2.6 + k * 1.5), y - r * 0.6 + k * 2.9, 2.1, 2.3), look.dark if look.extra == "horse" else look.accent)


def _headgear(c: Canvas, look: BeastLook, x: float, y: float, r: float, sin: float, sway: float) -> None:
    if "glasses" in look.gear:
        for k in (-2.6, 2.6):
            gx = x + sin * r * 0.5 + k * max(0.35, 1 - abs(sin))
            c.dot(gx - 2, y - 1.6, (28, 26, 40), 4, 3.2)
            c.dot(gx - 1.3, y - 1.1, (110, 124, 168), 1.1, 1)
        c.dot(x + sin * r * 0.5 - 2.6, y - 1.4, (28, 26, 40), 5.2, 0.9)
    top = y - r * 0.84
    if "party" in look.gear or ("hat" in look.gear and "party" in look.gear):
        cone = c.paint(c.poly([(x - 3.4, top + 0.6), (x - sin, top - 8.4), (x + 3.4, top + 0.6), (x, top + 1.4)]), look.hat, edge=True)
        for k in range(2):
            c.paint(c.line((x - 4, top - 0.4 - k * 3), (x + 4, top - 2.4 - k * 3), width=1.3), ramp_of("f8d84c"), level=3, clip=[cone])
        c.paint(c.ellipse(x - sin, top - 8.6, 1.6), ramp_of("f8f4ec"), shine=True)
    elif "hat" in look.gear:
        c.paint(c.ellipse(x, top + 0.8, 7.2, 1.9), look.hat, bias=-0.1, edge=True)
        cone = c.paint(c.poly([(x - 4.2, top + 0.8), (x - 2, top - 5), (x + 1.6 - sin * 2, top - 9.6), (x + 2.4, top - 4), (x + 4.2, top + 0.8)]), look.hat, edge=True)
        c.paint(c.box(x - 4.4, top - 1.4, x + 4.4, top + 0.2), ramp_of("f0b92c"), clip=[cone])
    elif "cap" in look.gear:
        c.paint(c.ellipse(x, top + 1, 5.4, 3.2), look.hat, edge=True)
        c.paint(c.ellipse(x + sin * 4.6, top + 2.4, 4.4, 1.2), look.hat, bias=-0.15)
    elif "crown" in look.gear:
        c.paint(c.poly([(x - 4, top + 1.6), (x - 4.4, top - 3), (x - 2, top - 1), (x, top - 4), (x + 2, top - 1), (x + 4.4, top - 3), (x + 4, top + 1.6)]), ramp_of("f0b92c"), shine=True, edge=True)
    elif "halo" in look.gear:
        c.paint(c.ellipse(x, top - 3.4, 5, 1.7).cut(c.ellipse(x, top - 3.4, 3.4, 0.8)), ramp_of("f8dc5c"), level=3)
    _ = sway


def _tail(c: Canvas, look: BeastLook, x: float, y: float, sin: float, cos: float, sway: float) -> None:
    out = -math.copysign(1.0, sin) if abs(sin) > 0.3 else 0.55
    wag = sway * 1.2
    y -= look.bulk * 0.1
    kind = look.tail
    edge = cos < -0.3
    if abs(sin) <= 0.3 and cos > 0:
        x, y = 3.6, y - 1
    path: list[Point]
    if kind in ("long", "thin", "tuft"):
        thick = 0.9 if kind == "thin" else 1.4
        path = [(x, y), (x + out * 4, y - 1 + wag * 0.3), (x + out * 6.4, y - 5 + wag), (x + out * 5.6 + wag * 0.5, y - 9)]
        for p, q in zip(path, path[1:], strict=False):
            c.paint(c.capsule(*p, *q, thick), look.coat if kind != "thin" else ramp_of("e8a0a0"), edge=edge)
        if kind == "tuft":
            c.paint(c.ellipse(path[-1][0], path[-1][1] - 1, 2.2), look.dark)
    elif kind == "bushy":
        c.paint(c.capsule(x, y, x + out * 6.4, y - 3.4 + wag, 2.0, 3.8), look.coat, edge=edge)
        c.paint(c.ellipse(x + out * 8.6, y - 5.2 + wag, 2.8, 2.6), look.belly)
    elif kind == "curl":
        c.paint(c.capsule(x + out, y - 1, x + out * 3.4, y - 5 + wag * 0.4, 1.5), look.coat, edge=edge)
        c.paint(c.ellipse(x + out * 1.8, y - 5.6 + wag * 0.4, 2.2), look.coat)
    elif kind == "flow":
        c.paint(c.poly([(x, y - 2), (x + out * 4.4, y - 2.4), (x + out * 6.2 + wag, y + 7), (x + out * 3 + wag, y + 8)], 1), look.dark if look.extra == "horse" else look.accent, edge=edge)
    elif kind == "puff":
        c.paint(c.ellipse(x + out * 1.4, y + 0.4, 2.4), look.belly, edge=edge)
    elif kind == "nub":
        c.paint(c.ellipse(x + out * 0.8, y - 1.4 + wag * 0.3, 1.8), look.coat, edge=edge)
    elif kind == "spike":
        path = [(x, y + 1), (x + out * 5, y + 3.4), (x + out * 9.6, y + 1 + wag)]
        c.paint(c.capsule(*path[0], *path[1], 3.4, 2.2), look.coat, edge=edge)
        c.paint(c.capsule(*path[1], *path[2], 2.2, 0.9), look.coat)
        px, py = path[2]
        c.paint(c.poly([(px - out, py - 2.4), (px + out * 3.8, py - 1.8), (px + out * 0.6, py + 2.2)]), look.belly)


def _wings(c: Canvas, look: BeastLook, y: float, x: float, sin: float, cos: float, sway: float) -> None:
    membrane = look.accent if look.extra == "dragon" else ramp_of("f4f0e4")
    flap = sway * 1.8
    for side in ((-1, 1) if abs(cos) > 0.3 else (1,)):
        k = side * abs(cos) if abs(cos) > 0.3 else -math.copysign(0.75, sin)
        sx, sy = x + 2.4 * k, y - look.bulk * 0.7
        tx, ty = x + 15.5 * k, y - look.bulk - 8.4 - flap
        c.paint(c.poly([(sx, sy), (x + 9 * k, ty - 1.6), (tx, ty), (x + 16.8 * k, ty + 7.4), (x + 12.6 * k, ty + 6.4), (x + 11.4 * k, ty + 11.4), (x + 7.6 * k, ty + 9), (sx, sy + 4.4)]), membrane, edge=True)
        c.paint(c.line((sx, sy), (x + 9 * k, ty - 1.4), (tx, ty), width=1.5), look.coat)
        for ex, ey in ((16.4, 7), (11.4, 11)):
            c.paint(c.line((x + 9 * k, ty - 1), (x + ex * k, ty + ey), width=0.7), membrane, level=1)


def _c(r: Ramp, step: int) -> RGB:
    return int(r[step][0]), int(r[step][1]), int(r[step][2])
