"""What the simulator's tests share: a small client, and pictures as the service wants them."""

from __future__ import annotations

import base64
import time
from typing import Any

import httpx
import numpy as np
from patience import LONG

from assetgen.pixels.picture import Picture, decode
from assetgen.pixels.png import encode_truecolor

KEY = "rdpk-of-a-test"
KNIGHT = {"prompt": "a knight", "prompt_style": "rd_fast__default", "width": 64, "height": 64, "num_images": 1}


def png(width: int, height: int, *, alpha: int = 255) -> str:
    """Base64 of a small picture; RGB when opaque."""
    picture = np.zeros((height, width, 4), np.uint8)
    picture[...] = (90, 60, 30, alpha)
    picture[: height // 2, :, 2] = 200
    return base64.b64encode(encode_truecolor(picture)).decode()


class Client:
    """The service through httpx. `base` ends in the dialect; `host` is the simulator's root."""

    def __init__(self, base: str, key: str = KEY) -> None:
        self.base = base
        self.host = base.rsplit("/", 1)[0]
        self.http = httpx.Client(headers={"X-RD-Token": key}, timeout=30)

    def close(self) -> None:
        self.http.close()

    def other(self, dialect: str) -> Client:
        return Client(f"{self.host}/{dialect}")

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.http.post(self.base + path, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.http.get(self.base + path, params=params)

    def ledger(self) -> Any:
        return self.http.get(f"{self.host}/_simulator/ledger").json()

    def configure(self, **changes: Any) -> None:
        self.http.post(f"{self.host}/_simulator/config", json=changes).raise_for_status()

    def reset(self) -> None:
        """Forgets everything, back to the config of the start."""
        self.http.post(f"{self.host}/_simulator/reset").raise_for_status()

    def wait(self, task_id: str, path: str = "/inferences/tasks/") -> Any:
        """The task once it has ended."""
        deadline = time.monotonic() + LONG
        while time.monotonic() < deadline:
            task = self.get(path + task_id).json()
            if task["status"] in ("succeeded", "failed"):
                return task
            time.sleep(0.01)
        raise AssertionError(f"{task_id} did not end")

    def generate(self, body: Any, **headers: str) -> Any:
        """The ended task of a submission."""
        response = self.post("/inferences", body, **headers)
        assert response.status_code == 202, response.text
        return self.wait(response.json()["task_id"])


def picture_of(text: str) -> Picture:
    return decode(base64.b64decode(text), what="reply")
