"""How a beast looks: colours and proportions by kind."""

from __future__ import annotations

from msgspec import Struct

from assetgen.simulator.art.color import RGB, Ramp, chance, pick, ramp, ramp_of, rgb
from assetgen.simulator.art.words import Brief


class BeastLook(Struct, frozen=True):
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
    "cat": (
        ("e8933c", "8a8f98", "44464e", "d8b48c"),
        "f6e8d4",
        "5a4636",
        "point",
        "long",
        "stripes",
        "",
        6.0,
        6.2,
        5.2,
        1.4,
    ),
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
    "horse": (
        ("9a6238", "5a4034", "e8e4dc", "c89058"),
        "c89a6c",
        "34262a",
        "point",
        "flow",
        "",
        "horse",
        9.6,
        5.4,
        6.2,
        4.2,
    ),
    "deer": (("b47a44",), "f0dcc0", "5a3c28", "side", "nub", "spots", "antlers", 9.0, 5.2, 5.4, 3.2),
    "sheep": (("f4f0e6",), "f4f0e6", "44404a", "side", "puff", "", "wool", 5.0, 5.0, 7.2, 1.8),
    "goat": (("e4ddd0", "8a7462"), "f6f2ea", "5a4c44", "side", "nub", "", "goat", 6.6, 5.2, 5.6, 3.0),
    "cow": (("f4f0ea",), "f8e0dc", "3c3438", "side", "tuft", "patch", "horns", 6.8, 6.2, 7.2, 3.4),
    "mouse": (("a8a0a4", "c8a884"), "f2e6e0", "5c5058", "round", "thin", "", "", 2.8, 6.0, 5.0, 2.0),
    "dragon": (
        ("3ca054", "c8383c", "4a6ad0", "8442b8"),
        "f0d890",
        "2c3040",
        "",
        "spike",
        "",
        "dragon",
        5.6,
        6.8,
        6.6,
        3.4,
    ),
}


def beast_look(brief: Brief, seed: int = 0) -> BeastLook:
    """The look of the animal that a prompt names."""
    coats, belly, dark, ears, tail, marks, extra, legs, head, bulk, snout = _KINDS.get(brief.subject, _KINDS["cat"])
    coat = brief.color() or rgb(pick(coats, brief.key, seed or "", "coat"))
    gear = tuple(
        e for e in brief.extras if e in ("hat", "glasses", "scarf", "crown", "cape", "halo", "horns", "cap", "wings")
    )
    size = 0.86 if brief.has("baby", "little", "small", "tiny", "young", "kitten", "puppy") else 1.0
    if brief.subject == "horse" and brief.has("unicorn"):
        extra = "unicorn"
    return BeastLook(
        subject=brief.subject,
        coat=ramp(coat),
        belly=ramp(brief.color("skin") or rgb(belly)),
        dark=ramp_of(dark),
        accent=ramp(
            brief.color("wings")
            or brief.color("scarf")
            or rgb(pick(("d0323c", "3468d8", "f0b92c", "46a83e"), brief.key, "accent"))
        ),
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
