"""Bad days of a shared store: whatever it does, nothing is bought for it, and people are told what is wrong."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from patience import LONG
from shared_fake import Handler, Server
from shared_servers import NGINX_CONFIG, Place, free_port, place
from workbench import Ran, Workbench, bench

from assetgen.simulator.config import SimulatorConfig
from assetgen.simulator.testing import ledger, running
from assetgen.store.shared import backend

KEY = "rdpk-team-secret"
MANIFEST = """\
version: 1
network: {concurrency: 1}
sprites:
  gem: {prompt: blue gem, style: rd_fast__mc_item, size: 16}
  ring: {prompt: gold ring, style: rd_fast__mc_item, size: 16}
"""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr("assetgen.store.shared.lease.SETTLE", 0.02)


@pytest.fixture
def service() -> Iterator[str]:
    with running(SimulatorConfig(balance=None), "v2") as base:
        yield base


def machine(folder: Path, base: str, url: str, manifest: str = MANIFEST) -> Workbench:
    folder.mkdir()
    game = bench(folder, manifest)
    game.env.update(RD_API_KEY=KEY, ASSETGEN_API_URL=base, ASSETGEN_SHARED_STORE=url)
    return game


def charges(base: str) -> int:
    return int(ledger(base)["charges"])


def failed(ran: Ran, *words: str) -> None:
    assert ran.status == 1, ran.err
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err, ran.err


@pytest.mark.parametrize("status", [403, 500, 401, 302, -1])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_store_that_fails_buys_nothing(
    tmp_path: Path, service: str, server: Server, status: int, method: str
) -> None:
    server.fault = lambda m, path: status if m == method else None
    game = machine(tmp_path / "one", service, server.url)
    told = [] if status == -1 else [str(status)]
    failed(game.run("build", "--yes"), "✗ gem: shared store", "✗ ring: shared store", server.url, *told)
    assert charges(service) == 0
    server.fault = lambda m, path: None
    assert game.run("build", "--yes").status == 0
    assert charges(service) == 2


def test_no_server_at_all(tmp_path: Path, service: str) -> None:
    game = machine(tmp_path / "one", service, f"http://127.0.0.1:{free_port()}")
    failed(game.run("build", "--yes"), "shared store", "cannot read")
    assert "may hold what seems new" in game.run("plan").err
    assert charges(service) == 0
    assert game.run("build", "--offline").status == 3


def test_what_is_local_goes_on(tmp_path: Path, service: str, server: Server) -> None:
    """A store that fails stops purchases, nothing else."""
    game = machine(tmp_path / "one", service, server.url)
    game.build("--yes", "gem")
    game.forget("generated")
    server.fault = lambda method, path: 500
    report = game.build("--yes", status=1)
    assert {name: entry["status"] for name, entry in report["assets"].items()} == {"gem": "built", "ring": "failed"}
    assert charges(service) == 1


def test_placeholders_need_the_store_too_unless_told_otherwise(tmp_path: Path, service: str, server: Server) -> None:
    """An official result may be there; only a person can say that a placeholder will do."""
    server.fault = lambda method, path: 500
    game = machine(tmp_path / "one", service, server.url)
    failed(game.run("build", "--provider", "placeholder"), "shared store")
    assert game.run("build", "--provider", "placeholder", "--store-optional").status == 0
    server.fault = lambda method, path: 500
    other = machine(tmp_path / "two", service, server.url)
    failed(other.run("build", "--yes", "--store-optional"), "shared store")
    assert charges(service) == 0


def test_wrong_bytes_under_a_right_name(tmp_path: Path, service: str, server: Server) -> None:
    machine(tmp_path / "one", service, server.url).build("--yes")
    for path in [p for p in server.objects if p.startswith("/cas/")]:
        server.objects[path] = server.objects[path][:-1] + b"!"
    game = machine(tmp_path / "two", service, server.url)
    failed(game.run("build", "--yes"), "its bytes are not those of its name", "✗ gem", "✗ ring")
    assert charges(service) == 2
    assert not list(game.root.rglob("*.png")), "wrong bytes are served to nobody"


def test_a_stale_record(tmp_path: Path, service: str, server: Server) -> None:
    first = machine(tmp_path / "one", service, server.url)
    first.build("--yes")
    gone = {path: server.objects.pop(path) for path in list(server.objects) if path.startswith("/cas/")}
    game = machine(tmp_path / "two", service, server.url)
    failed(game.run("build", "--yes"), "was bought on", "is gone from there", "cache push")
    assert charges(service) == 2
    assert first.run("cache", "push").status == 0
    assert {path: server.objects[path] for path in gone} == gone
    assert game.build("--yes")["requests"] == 0
    assert charges(service) == 2


def test_a_stale_record_is_bought_again_only_when_told(tmp_path: Path, service: str, server: Server) -> None:
    machine(tmp_path / "one", service, server.url).build("--yes")
    for path in [p for p in server.objects if p.startswith("/cas/")]:
        del server.objects[path]
    game = machine(tmp_path / "two", service, server.url)
    game.run("build", "--yes", "--rebuy", "gem")
    assert charges(service) == 3
    third = machine(tmp_path / "three", service, server.url)
    report = third.build("--yes", status=1)
    assert {name: entry["status"] for name, entry in report["assets"].items()} == {"gem": "built", "ring": "failed"}
    assert charges(service) == 3


def test_a_server_that_overwrites_can_hold_no_lease(tmp_path: Path, service: str, server: Server) -> None:
    """As bazel-remote does it."""
    server.overwrites = True
    game = machine(tmp_path / "one", service, server.url)
    failed(game.run("build", "--yes"), "it overwrites what is there", "leases=no")
    assert charges(service) == 0
    game.env["ASSETGEN_SHARED_STORE"] += "/?leases=no"
    game.build("--yes")
    assert charges(service) == 2
    assert machine(tmp_path / "two", service, server.url).build("--yes")["requests"] == 0


def test_bought_and_not_shared(tmp_path: Path, service: str, server: Server) -> None:
    """The store breaks between the purchase and its record: the picture is kept, nothing more is bought, and a push
    mends it."""
    server.fault = lambda method, path: 500 if method == "PUT" and path.startswith("/cas/") else None
    coins = "".join(f"  coin_{n}: {{prompt: coin {n}, style: rd_fast__mc_item, size: 16}}\n" for n in range(6))
    game = machine(tmp_path / "one", service, server.url, MANIFEST + coins)
    ran = game.run("build", "--yes")
    failed(ran, "bought, but not shared", "cache push")
    under_way = charges(service)
    assert under_way <= 2, "what was under way when the first could not be shared"
    assert len(list((game.root / "originals").rglob("*.png"))) == under_way
    server.fault = lambda method, path: None
    assert game.run("cache", "push").status == 0
    assert game.build("--yes")["requests"] == 8 - under_way
    assert machine(tmp_path / "two", service, server.url, MANIFEST + coins).build("--yes")["requests"] == 0
    assert charges(service) == 8


def test_killed_in_the_middle_of_a_put(tmp_path: Path, service: str) -> None:
    """A real server dies while a picture is on its way: half of it is never seen, and the push is simply repeated."""
    port = free_port()
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(place("nginx", tmp_path, port=port))
        assert first.files is not None
        root = first.files.parent
        game = machine(tmp_path / "one", service, first.url)
        game.build("--yes", "gem")
        digest = hashlib.sha256(b"x" * 4_000_000).hexdigest()
        with socket.create_connection(("127.0.0.1", port)) as half:
            head = f"PUT /cas/{digest} HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n"
            half.sendall(head.encode() + b"x" * 1_000_000)
            first.kill()
        failed(game.run("build", "--yes"), "✗ ring", "shared store")
        assert charges(service) == 1
        assert not (root / "files" / "cas" / digest).exists()
        again = stack.enter_context(place("nginx", tmp_path, port=port, at=root))
        assert again.url == first.url
        game.build("--yes")
        assert charges(service) == 2
        assert machine(tmp_path / "two", service, again.url).build("--yes")["requests"] == 0


def test_the_documented_nginx_is_the_tested_one() -> None:
    page = (Path(__file__).parent.parent / "docs" / "teams.md").read_text("utf-8")
    block = page.partition("```nginx\n")[2].partition("```")[0]
    tested = {line.strip().replace("{{", "{").replace("}}", "}") for line in NGINX_CONFIG.splitlines()}
    lines = {line.strip() for line in block.splitlines()}
    assert len(lines) > 9
    assert lines - tested == {"listen 443 ssl;", "root /srv/art;"}


def test_nginx_gives_up_a_note_that_comes_too_slowly(tmp_path: Path) -> None:
    """It looks for the file when the headers come: a body that comes later could undo what somebody else has won."""
    with place("nginx", tmp_path) as here:
        assert here.files is not None
        path = f"/leases/ac/{'ab' * 32}"
        with socket.create_connection(("127.0.0.1", int(here.url.rpartition(":")[2])), LONG) as slow:
            slow.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n".encode())
            assert slow.recv(1000) == b"", "closed without an answer: the client tries again"
        assert not (here.files / path[1:]).exists()


def test_a_put_whose_answer_is_lost_is_our_own(tmp_path: Path, service: str, server: Server) -> None:
    """The first attempt got there, its answer did not: the repeat finds what it has written itself."""
    lost: set[str] = set()
    put = Handler._answer

    def answer(self: Handler) -> None:
        if self.command == "PUT" and self.path not in lost:
            lost.add(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.server.objects.setdefault(self.path, body)
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        put(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Handler, "_answer", answer)
        game = machine(tmp_path / "one", service, server.url)
        assert game.build("--yes")["requests"] == 2
    assert charges(service) == 2
    assert machine(tmp_path / "two", service, server.url).build("--yes")["requests"] == 0


# -- push, pull, verify -------------------------------------------------------


def test_push_pull_and_verify(tmp_path: Path, service: str, server: Server) -> None:
    first = machine(tmp_path / "one", service, "")
    first.build("--yes")
    ran = first.run("cache", "push", ASSETGEN_SHARED_STORE="")
    assert ran.status == 2
    assert "ASSETGEN_SHARED_STORE is not set" in ran.err
    first.env["ASSETGEN_SHARED_STORE"] = server.url
    assert first.run("cache", "push", "--json").json["done"] == 2
    assert first.run("cache", "push", "--json").json == {
        "version": 1, "done": 0, "there": 2, "bytes": 0, "missing": [], "failed": []
    }  # fmt: skip
    second = machine(tmp_path / "two", service, server.url)
    second.write((first.root / "assets.lock").read_text(), "assets.lock")
    assert second.run("cache", "pull", "--json").json["done"] == 2
    assert second.run("cache", "pull", "--json").json["there"] == 2
    assert second.run("build", "--locked", "--offline").status == 0
    assert second.files() == first.files()
    verified = second.run("cache", "verify", "--json").json
    assert (verified["damaged"], verified["shared"]["done"]) == ([], 2)
    path = next(path for path in server.objects if path.startswith("/cas/"))
    server.objects[path] = b"x" * len(server.objects[path])
    ran = second.run("cache", "verify")
    failed(ran, "not those of its name")
    del server.objects[path]
    failed(second.run("cache", "verify"), "is not there")
    failed(second.run("cache", "verify", "--all"), "plain HTTP has no lists")
    assert charges(service) == 2


@pytest.mark.parametrize("kind", ["directory", "s3"])
def test_push_and_pull_of_whole_stores(
    tmp_path: Path, service: str, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Place("directory", str(tmp_path / "shared"))
    if kind == "s3":
        shared = request.getfixturevalue("s3").part(tmp_path.name)
    for name, value in shared.env.items():
        monkeypatch.setenv(name, value)
    first = machine(tmp_path / "one", service, "")
    first.build("--yes")
    first.env["ASSETGEN_SHARED_STORE"] = shared.url
    assert first.run("cache", "push", "--all", "--json").json["done"] == 2
    second = machine(tmp_path / "two", service, shared.url)
    assert second.run("cache", "pull", "--all", "--json").json["done"] == 2
    assert second.run("cache", "verify", "--all", "--json").json["shared"]["done"] == 2
    # Records came along: the same requests are in the user's store now.
    assert second.build("--offline")["requests"] == 0
    assert second.files() == first.files()


def test_push_of_what_is_nowhere(tmp_path: Path, service: str, server: Server) -> None:
    game = machine(tmp_path / "one", service, "")
    game.build("--yes")
    game.forget("store", "originals/gem")
    game.env["ASSETGEN_SHARED_STORE"] = server.url
    ran = game.run("cache", "push")
    failed(ran, "is not here", "gem")
    assert len([path for path in server.objects if path.startswith("/cas/")]) == 1
    assert not any(b"blue gem" in data for data in server.objects.values()), "no record without its picture"


def test_placeholders_are_never_shared(tmp_path: Path, service: str, server: Server) -> None:
    game = machine(tmp_path / "one", service, server.url)
    game.build("--provider", "placeholder")
    assert game.run("cache", "push", "--json").json["done"] == 0
    assert not [path for path in server.objects if path.startswith("/cas/")]


def test_the_pull_requests_own_level(tmp_path: Path, service: str, server: Server) -> None:
    """What a pull request bought is in its lock; the main branch pushes it once the lock is merged."""
    change = machine(tmp_path / "one", service, f"{server.url}/?level=pr-3")
    change.build("--yes")
    main = machine(tmp_path / "two", service, server.url)
    assert {a["reason"] for a in main.plan()["actions"] if a["kind"] == "sprite"} == {"new"}
    main.write((change.root / "assets.lock").read_text(), "assets.lock")
    assert main.build("--yes")["requests"] == 0, "what the lock pins needs no trust"
    assert main.run("cache", "push").status == 0
    third = machine(tmp_path / "three", service, server.url)
    assert third.build("--yes")["requests"] == 0
    assert charges(service) == 2


def test_the_key_is_in_nothing_that_is_shared(tmp_path: Path, service: str, server: Server) -> None:
    game = machine(tmp_path / "one", service, server.url.replace("http://", "http://ada:pass-word@"))
    game.build("--yes")
    server.fault = lambda method, path: 500
    told = game.run("cache", "push")
    assert "pass-word" not in told.err
    assert not any(KEY.encode() in data or b"pass-word" in data for data in server.objects.values())
    for path in [*game.root.rglob("*"), *game.store.rglob("*")]:
        if path.is_file():
            assert b"pass-word" not in path.read_bytes(), path


def test_one_account_rate_for_all_machines(tmp_path: Path, service: str, server: Server) -> None:
    """Two processes at 600 a minute together: no two requests in the same tenth of a second."""
    text = MANIFEST.replace("{concurrency: 1}", "{concurrency: 8, account_rate: 600}")
    for n in range(6):
        text += f"  coin_{n}: {{prompt: coin {n}, style: rd_fast__mc_item, size: 16}}\n"
    game = machine(tmp_path / "one", service, server.url, text)
    game.build("--yes")
    tickets = [path for method, path in server.seen if method == "PUT" and path.startswith("/rates/")]
    assert len(set(tickets)) >= 8
    assert charges(service) == 8


def test_the_document_of_a_record(tmp_path: Path, service: str, server: Server) -> None:
    """What others may write tools for: `docs/teams.md` describes it."""
    machine(tmp_path / "one", service, server.url).build("--yes", "gem")
    documents = [json.loads(data) for path, data in server.objects.items() if b'"record"' in data]
    (document,) = documents
    assert document["version"] == 1
    assert set(document["record"]) == {"realm", "digest", "level", "by", "result"}
    assert document["record"]["result"]["request"]["prompt"] == "blue gem"
