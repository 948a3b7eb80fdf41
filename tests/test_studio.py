"""A studio in virtual time (`benchmarks/studio.py`): the program's own leases, tickets and records, a made-up clock."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ASSETS = {"full": 20_000, "middle": 2_000}.get(os.environ.get("ASSETGEN_SOAK", ""), 500)


@pytest.fixture(scope="module")
def studio() -> ModuleType:
    path = Path(__file__).parent.parent / "benchmarks" / "studio.py"
    spec = importlib.util.spec_from_file_location("studio", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def test_eight_machines_share_a_rate_and_one_of_them_dies(studio: ModuleType) -> None:
    made = studio.simulate(ASSETS, 8, 250.0)
    assert studio.failures(made) == []
    assert (made["charged"], made["missing"]) == (ASSETS, 0)
    assert made["repeated"] > 0, "what the dead machine had under way was asked for again, and not charged again"
    assert made["busiest_minute"] <= 250 * 1.05, "clocks are wrong by up to two seconds"
    assert min(made["shares"][1:]) > ASSETS / 16, "all take their share"
    assert made["objects"]["cas"] == made["objects"]["records"] == ASSETS


def test_a_charge_too_many_is_a_failure(studio: ModuleType) -> None:
    made = {"assets": 2, "charged": 3, "missing": 0, "over": 0.06}
    assert len(studio.failures(made)) == 2
