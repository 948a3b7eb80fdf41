"""Golden vectors: a changed digest would lose every purchase. Never edit one; a new scheme adds new ones."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetgen.model.request import ALIASES, DEFAULTS, Request, canonical_fields

FOX = {"style": "rd_plus__default", "prompt": "fox", "width": 64, "height": 64}
KNIGHT = {
    "style": "rd_animation__four_angle_walking_idle",
    "prompt": "knïght",
    "width": 48,
    "height": 48,
    "input": "cd" * 32,
    "strength": 0.6,
}

GOLDEN = [
    (
        Request("generate", FOX),
        "31bed99484e2a259f4aee44996113c8ec17755ccab121963dc792f388cfd9ea2",
        1772797847,
        "fe807c52876af4f7ec76b05c7e6987b61444d1780a9f04efc02eb591d6ef83bd",
    ),
    (
        Request("generate", {**FOX, "seed": 7}),
        "af9c3b927d333f7f9b2e750da087268577b2e80109f309524af4776158674934",
        7,
        "af9c3b927d333f7f9b2e750da087268577b2e80109f309524af4776158674934",
    ),
    (
        Request("generate", {**FOX, "seed": 7}, take=1),
        "af9c3b927d333f7f9b2e750da087268577b2e80109f309524af4776158674934",
        33845426,
        "05eaa636cdef840864ee4727fc368c8f23649a099e07d8f98537692cf6915a98",
    ),
    (
        Request("generate", FOX, palette="ab" * 32, candidates=4),
        "31bed99484e2a259f4aee44996113c8ec17755ccab121963dc792f388cfd9ea2",
        1772797847,
        "85235cfa91005c5f60e133d7b6e52fb992e44dd7d10bfe03c219421825ceecfb",
    ),
    (
        Request("generate", KNIGHT),
        "0f4ebbc3085f9185f3f80487e569376a2065d113f8e3405597b7f1e5bde8f085",
        781900886,
        "fc6f75d7e345c4f577269ce2d771443e401911ecb686e5338e40958d4f363653",
    ),
    (
        Request("image_edit", {"prompt": "add a hat", "input": "ef" * 32}),
        "f370f7a55835841b0a237ff8aad781399012a354b3f3a8a301e416710f00abe1",
        329511780,
        "13b5bb84e9d961bf390a0ef0e89b5add74fc1f8726fc88025a4d9b2b9433be08",
    ),
    (
        Request("background_remover", {"input": "ef" * 32}, seeded=False),
        "96bd928d88f9ceba661e0456a4e6c9ef2a9c3802694625d79e02c45dda8787ed",
        None,
        "96bd928d88f9ceba661e0456a4e6c9ef2a9c3802694625d79e02c45dda8787ed",
    ),
]


@pytest.mark.parametrize(("request_", "intent", "seed", "digest"), GOLDEN)
def test_golden(request_: Request, intent: str, seed: int | None, digest: str) -> None:
    assert (request_.intent, request_.seed, request_.digest) == (intent, seed, digest)


@pytest.mark.parametrize("name", sorted(set(DEFAULTS) - {"candidates", "take"}))
def test_a_frozen_default_is_no_part_of_a_request(name: str) -> None:
    assert (
        Request("generate", {**FOX, name: DEFAULTS[name]} if name != "prompt" else FOX).digest
        == Request("generate", FOX).digest
    )


@pytest.mark.parametrize(("spelling", "name"), sorted(ALIASES.items()))
def test_spellings_of_the_wire_mean_the_same_field(spelling: str, name: str) -> None:
    assert canonical_fields({spelling: "value"}) == canonical_fields({name: "value"})


def test_what_is_not_intent() -> None:
    base = Request("generate", FOX)
    for other in (
        Request("generate", FOX, candidates=4),
        Request("generate", FOX, palette="00" * 32),
    ):
        assert other.intent == base.intent
        assert other.equals(base)
        assert other.digest != base.digest
    assert not Request("generate", FOX, take=1).equals(base)
    assert not Request("generate", {**FOX, "seed": 1}).equals(base)


@given(st.text(max_size=60))
def test_prompts_are_stripped_and_composed(prompt: str) -> None:
    plain = Request("generate", {**FOX, "prompt": prompt})
    decomposed = Request("generate", {**FOX, "prompt": f"  {unicodedata.normalize('NFD', prompt)}\n"})
    assert decomposed.digest == plain.digest


@given(st.permutations(sorted(KNIGHT)))
def test_the_order_of_fields_is_nothing(order: list[str]) -> None:
    assert Request("generate", {name: KNIGHT[name] for name in order}).digest == Request("generate", KNIGHT).digest


@given(st.integers(0, 500))
def test_seeds_fit_31_bits_and_takes_differ(take: int) -> None:
    seeds = [Request("generate", FOX, take=t).seed for t in (take, take + 1)]
    assert all(seed is not None and 0 <= seed < 2**31 for seed in seeds)
    assert seeds[0] != seeds[1]
