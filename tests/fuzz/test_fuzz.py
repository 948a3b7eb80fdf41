"""Every reader of what comes from outside: a few damaged files each, and all the cases that were ever kept.

`python tests/fuzz/run.py` goes on for as long as one likes.
"""

from __future__ import annotations

import os
import random
import time
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.targets import CORPUS, SECONDS, TARGETS, outcome

EXAMPLES = 300 if os.environ.get("ASSETGEN_SOAK") == "full" else 25


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_files_give_errors_of_ours(name: str) -> None:
    target = TARGETS[name]
    pool = target.inputs()

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**63))
    def fuzz(seed: int) -> None:
        outcome(target, target.damaged(random.Random(seed), pool))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what we bound ourselves
        fuzz()


@pytest.mark.parametrize("name", TARGETS)
def test_kept_cases(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in sorted((CORPUS / name).glob("*")):
            began = time.process_time()
            outcome(TARGETS[name], path.read_bytes())
            assert time.process_time() - began < SECONDS, path.name


@pytest.mark.parametrize("name", TARGETS)
def test_whole_files_are_read(name: str) -> None:
    """The seeds are good files: a fuzzer that begins with errors finds nothing."""
    results = [outcome(TARGETS[name], seed) for seed in TARGETS[name].seeds()]
    assert any("Error" not in result for result in results), results
