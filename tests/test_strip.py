"""Memory that two processes see: what one lays there the other finds."""

from __future__ import annotations

import json
import os
import sys
import warnings

import numpy as np
import pytest
from pixel_samples import noise

from assetgen.build.strip import Strip


@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
def test_pictures_laid_by_another_process_are_seen() -> None:
    strip, pictures = Strip(10_000), {"a": noise(1, 7, 9), "b": noise(2, 30, 40)[3:20, 5:21]}
    came, goes = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads may run here; none is used over there
        child = os.fork()
    if child == 0:
        laid = strip.lay(pictures)
        os.write(goes, json.dumps(laid).encode())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    seen = strip.see(json.loads(os.read(came, 1000)))
    assert seen.keys() == pictures.keys()
    assert all(np.array_equal(seen[name], pictures[name]) for name in pictures)
    assert not any(picture.flags.writeable for picture in seen.values())
    os.close(came)
    os.close(goes)


def test_where_there_is_no_room_nothing_is_laid() -> None:
    strip = Strip(9_000)
    first = strip.lay({"a": noise(1, 40, 40)})
    assert first is not None
    assert strip.lay({"b": noise(2, 10, 10), "c": noise(3, 30, 30)}) is None
    second = strip.lay({"d": noise(4, 10, 10)})
    assert second is not None
    assert np.array_equal(strip.see(first)["a"], noise(1, 40, 40))
    assert np.array_equal(strip.see(second)["d"], noise(4, 10, 10))
