"""Whose tasks are whose, and which addresses are asked at all: the small parts of the client, alone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any

import httpx
import pytest
from generate_service import KEY, QUICK, RUNTIME

from assetgen.generate.claim import matches
from assetgen.generate.dialects import realm_of
from assetgen.generate.download import Downloads, UnusableFileError
from assetgen.generate.transport import Transport
from assetgen.model.errors import UsageError
from assetgen.model.manifest import Network
from assetgen.store.entries import Entry, Ledger

# -- addresses --------------------------------------------------------------------------------------------------------


def test_realms() -> None:
    assert realm_of("https://api.retrodiffusion.ai/v2") == "official"
    assert (
        realm_of("http://127.0.0.1:8123/v1")
        == realm_of("http://localhost/v2")
        == realm_of("http://[::1]/v2")
        == "simulator"
    )
    assert realm_of("https://proxy.example.com/rd/v2") == "proxy.example.com"
    assert realm_of("https://api.retrodiffusion.ai.example.com/v2") == "api.retrodiffusion.ai.example.com"


def downloads(*, local: bool = False) -> Downloads:
    """Where every request is an error: these tests come to none."""
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(404)))
    said: list[str] = []
    transport = Transport(client, KEY, network=Network(), tuning=QUICK, runtime=RUNTIME, report=said.append)
    return Downloads(transport, local=local)


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/a.png", "https://127.0.0.1/a.png", "https://10.0.0.7/a.png", "https://[::1]/a.png",
        "https://169.254.169.254/latest", "https://192.168.1.1:8443/a", "https://0.0.0.0/", "file:///etc/passwd",
        "ftp://93.184.216.34/a", "https:///a", "https://[::ffff:10.0.0.1]/a", "https://100.64.0.1/a",
        "https://[::1", "https://[x]/a", "https://93.184.216.34:99999/a", "https://a..b/c",
        f"https://{'a' * 64}.test/b", "//93.184.216.34/a", "",
    ],
)  # fmt: skip
def test_addresses_that_are_never_asked(url: str) -> None:
    with pytest.raises(UnusableFileError):
        asyncio.run(downloads()._check(url))


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "https://host:99999/v2", "https://official/v2", "https://placeholder/v2", "https://simulator/v2"],
)
def test_base_addresses_that_are_none_or_look_like_another_realm(url: str) -> None:
    with pytest.raises(UsageError, match="ASSETGEN_API_URL"):
        realm_of(url)


def test_loopback_is_for_services_on_loopback_only() -> None:
    local = downloads(local=True)
    asyncio.run(local._check("http://127.0.0.1:8123/files/a.png"))
    asyncio.run(local._check("http://localhost:8123/files/a.png"))
    asyncio.run(local._check("https://93.184.216.34/a.png"))
    with pytest.raises(UnusableFileError):
        asyncio.run(local._check("http://10.0.0.7/a.png"))


# -- claims -----------------------------------------------------------------------------------------------------------


def waiting(name: str, sent: float, state: Any = "unknown", task: str | None = None) -> Entry:
    return Entry(
        name, state, sent, sent, "", "hero", name, {}, 0, name, "http://x/v1", "/inferences", "", "inference", {},
        sent_at=sent, task=task,
    )  # fmt: skip


def ledger(*entries: Entry, seen: dict[str, float] | None = None) -> Ledger:
    return Ledger({entry.id: entry for entry in entries}, {}, seen or {})


def task(name: str, created: float | None = None) -> dict[str, Any]:
    return {"task_id": name, "status": "running", **({} if created is None else {"created_at": created})}


def test_a_task_is_claimed_only_when_nothing_else_fits() -> None:
    one = waiting("a", 1000.0)
    assert matches(ledger(one), [task("t")], span=300) == {"a": "t"}
    assert matches(ledger(one), [task("t"), task("u")], span=300) == {}
    assert matches(ledger(one), [], span=300) == {}
    assert matches(ledger(one, waiting("b", 1001.0)), [task("t")], span=300) == {}
    taken = waiting("c", 900.0, "done", task="t")
    assert matches(ledger(one, taken), [task("t"), task("u")], span=300) == {"a": "u"}
    assert matches(ledger(one, seen={"t": 999.0}), [task("t"), task("u")], span=300) == {"a": "u"}
    assert matches(ledger(one, seen={"t": 1002.0}), [task("t")], span=300) == {"a": "t"}


def test_a_task_of_another_time_fits_nothing() -> None:
    early, late = waiting("a", 1_000.0), waiting("b", 9_000.0)
    assert matches(ledger(early, late), [task("t", 9_001)], span=300) == {"b": "t"}
    assert matches(ledger(early), [task("t", 9_001), task("u", 600)], span=300) == {}


def test_httpx_is_imported_only_when_a_provider_is_opened() -> None:
    code = "import assetgen.generate.provider, sys; assert not {'httpx', 'starlette'} & set(sys.modules)"
    light = (
        "import assetgen.generate.types, assetgen.store.journal, sys; assert not {'numpy', 'PIL'} & set(sys.modules)"
    )
    for program in (code, light):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        subprocess.run([sys.executable, "-c", program], check=True, env=environment)
