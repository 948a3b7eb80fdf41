"""The sample project for the engines, and the engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from export_sample import Sample, sample

from engines.machines import Browser, Godot, Love, MapReaders, Tiled


@pytest.fixture(scope="session")
def project() -> Sample:
    """The sample project; never changed by a test."""
    return sample()


@pytest.fixture
def godot() -> Iterator[Godot]:
    machine = Godot()
    yield machine
    machine.close()


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


@pytest.fixture
def tiled() -> Tiled:
    return Tiled()


@pytest.fixture
def love(tmp_path: Path) -> Love:
    return Love(tmp_path)


@pytest.fixture
def readers() -> MapReaders:
    return MapReaders()
