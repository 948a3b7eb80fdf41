"""The user's store: paid pictures durable and checked, an error never a miss, nothing named ever collected."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from assetgen.model.cost import Cost
from assetgen.model.errors import StoreError
from assetgen.model.lock import Accepted, Block, Lock, Original, Past
from assetgen.model.request import Request
from assetgen.store import gc, lockfile
from assetgen.store.folders import Folders, folders, realm_folder, realm_of
from assetgen.store.objects import Objects
from assetgen.store.records import Records
from assetgen.store.registry import named, projects, register

NOW = 1_763_712_000.0  # 2025-11-21
REALM = "official"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def open_records(root: Path) -> Records:
    return Records(Objects(root))


def purchase(
    number: int, realm: str = REALM, contents: tuple[bytes, ...] | None = None
) -> tuple[Accepted, dict[str, bytes]]:
    blobs = contents or (b"picture %d" % number,)
    originals = tuple(
        Original(f"originals/hero/{sha(data)[:8]}-{index}.png", sha(data), sha(data)[::-1], (16, 16), index)
        for index, data in enumerate(blobs, 1)
    )
    request = Request("generate", {"prompt": f"knight {number}"}, candidates=len(blobs))
    price = Cost(Decimal("0.02")) if realm != "placeholder" else Cost()
    date = "2025-11-01T00:00:00Z"
    return Accepted(request, realm, originals, price=price, model="rd_fast", date=date), {sha(d): d for d in blobs}


def age(root: Path, days: float) -> None:
    for path in root.rglob("*"):
        os.utime(path, (NOW - days * 86400,) * 2)


def test_objects_keep_bytes_and_realms_apart(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    digest = objects.put(REALM, b"picture")
    assert digest == objects.put(REALM, b"picture") == sha(b"picture")
    assert objects.get(REALM, digest) == b"picture"
    assert objects.get("localhost:8000", digest) is None
    assert stat.S_IMODE(objects.path(REALM, digest).stat().st_mode) == 0o444
    assert [(blob.realm, blob.digest, blob.size) for blob in objects.blobs()] == [(REALM, digest, 7)]
    with pytest.raises(StoreError, match="no SHA-256"):
        objects.get(REALM, "../../etc/passwd")


@pytest.mark.parametrize("damage", [b"", b"pictur", b"picturE", b"picture and more"])
def test_a_damaged_object_is_put_aside_and_can_be_stored_again(tmp_path: Path, damage: bytes) -> None:
    objects = Objects(tmp_path)
    digest = objects.put(REALM, b"picture")
    path = objects.path(REALM, digest)
    path.chmod(0o644)
    path.write_bytes(damage)
    assert objects.verify() == [f"{REALM}/{digest}"]
    assert objects.get(REALM, digest) is None
    assert (tmp_path / "quarantine" / REALM / digest).read_bytes() == damage
    assert "damaged" in next(iter(objects.warnings))
    objects.put(REALM, b"picture")
    path.chmod(0o644)
    path.write_bytes(damage)
    assert objects.put(REALM, b"picture") == digest
    assert objects.get(REALM, digest) == b"picture"


def test_an_unreadable_object_is_an_error_not_a_miss(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    path = objects.path(REALM, sha(b"x"))
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot read"):
        objects.get(REALM, sha(b"x"))


def test_records_give_the_result_again(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    result, contents = purchase(1, contents=(b"one", b"two"))
    result = replace(result, pick=result.originals[1].sha256, inputs={"input": "hero"})
    records.keep(result, contents)
    found = open_records(tmp_path).get(REALM, result.request.digest)
    bare = tuple(replace(original, file=Path(original.file).name) for original in result.originals)
    assert found == replace(result, originals=bare, pick=None, inputs={})
    assert records.get("placeholder", result.request.digest) is None
    assert records.get(REALM, "0" * 64) is None


def test_a_second_purchase_of_one_request_keeps_the_first(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    first, second = purchase(1), purchase(1, contents=(b"bought again",))
    records.keep(*first)
    records.keep(*first)
    records.keep(*second)
    record = records.record(REALM, first[0].request.digest)
    assert record is not None
    assert [result.originals[0].sha256 for result in record.results] == [*first[1], *second[1]]
    found = records.get(REALM, first[0].request.digest)
    assert found is not None
    assert found.originals[0].sha256 == sha(b"bought again")


def test_the_picture_is_stored_before_its_record(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    result, contents = purchase(1)
    with pytest.raises(StoreError, match="before the record"):
        records.put(result)
    with pytest.raises(StoreError, match="not those of its digest"):
        records.keep(result, dict.fromkeys(contents, b"something else"))
    assert records.get(REALM, result.request.digest) is None


def test_a_record_without_its_picture_is_an_error(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    result, contents = purchase(1)
    records.keep(result, contents)
    records.objects.path(REALM, next(iter(contents))).unlink()
    with pytest.raises(StoreError, match=r"bought on 2025-11-01.*gone from the store"):
        records.get(REALM, result.request.digest)


@pytest.mark.parametrize("damage", [b"", b"[]", b"{", b'{"version": 2}', b"\xff", "price"])
def test_a_damaged_record_is_an_error(tmp_path: Path, damage: bytes | str) -> None:
    records = open_records(tmp_path)
    result, contents = purchase(1)
    records.keep(result, contents)
    path = records.path(REALM, result.request.digest)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"0.02", b"0.01") if isinstance(damage, str) else damage)
    with pytest.raises(StoreError, match="damaged"):
        records.get(REALM, result.request.digest)
    other = records.path(REALM, "0" * 64)
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        records.get(REALM, "0" * 64)


def test_a_killed_buyer_never_leaves_a_record_without_picture(tmp_path: Path) -> None:
    program = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from test_store_objects import open_records, purchase
for number in range(10**6):
    open_records(Path(sys.argv[1])).keep(*purchase(number, contents=(b"a" * number, b"b" * number)))
    print(number, flush=True)
"""
    command = [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)]
    for round_ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        done = [int(process.stdout.readline()) for _line in range(2 + round_)]
        process.kill()
        process.wait()
        process.stdout.close()
        records = open_records(tmp_path)
        assert records.objects.verify() == []
        assert len(list(records.records())) >= len(done)
        assert all(records.get(record.realm, record.digest) for record in records.records())


def project(root: Path, store: Path, *results: Accepted, history: tuple[Accepted, ...] = ()) -> Path:
    path = root / "assets.lock"
    block = Block("hero", "sprite", results, history=tuple(Past((each,)) for each in history))
    lockfile.update(path, {"hero": block}, lockfile.LockFile())
    register(store, path)
    return path


def test_gc_keeps_what_any_project_names(tmp_path: Path) -> None:
    store = tmp_path / "store"
    records = open_records(store)
    bought = [purchase(number) for number in range(4)]
    for each in bought:
        records.keep(*each)
    shared = purchase(9, contents=(b"picture 0", b"only here"))
    records.keep(*shared)
    loose = records.objects.put("example.com", b"loose")
    project(tmp_path / "one", store, bought[0][0])
    project(tmp_path / "two", store, bought[1][0], history=(bought[2][0],))
    register(store, tmp_path / "one/assets.lock")
    assert len(projects(store)) == 2

    assert gc.unnamed(records, now=NOW) == []  # all too young: a build may be about to name them
    age(store, 3)
    found = gc.unnamed(records, now=NOW)
    assert [(item.realm, item.what, item.price, item.size) for item in found] == [
        (REALM, "knight 3", Cost(Decimal("0.02")), 9),
        ("example.com", "an object without a record", Cost(None), 5),
    ]
    gc.discard(records, found, now=NOW)
    assert gc.unnamed(records, now=NOW) == []
    assert gc.empty_trash(store, now=NOW + 29 * gc.DAY) == 0
    assert records.objects.get("example.com", loose) == b"loose"  # asked for again: back from the trash
    assert records.get(REALM, bought[3][0].request.digest) is not None
    assert records.objects.get(REALM, sha(b"picture 3")) == b"picture 3"

    age(store, 3)
    gc.discard(records, gc.unnamed(records, now=NOW), now=NOW)
    assert gc.empty_trash(store, now=NOW + 32 * gc.DAY) > 0
    assert records.get(REALM, bought[3][0].request.digest) is None
    for result, contents in (*bought[:3], shared):
        assert records.get(REALM, result.request.digest)
        assert all(records.objects.get(REALM, digest) == data for digest, data in contents.items())


def test_gc_stops_where_a_lock_cannot_be_read(tmp_path: Path) -> None:
    store = tmp_path / "store"
    records = open_records(store)
    path = project(tmp_path / "one", store, purchase(1)[0])
    path.unlink()
    with pytest.raises(StoreError, match="not there: is its disk mounted"):
        gc.unnamed(records, now=NOW)
    assert named(store, forget_missing=True) == set()
    assert projects(store) == []
    (store / "projects/x.json").write_bytes(b"{")
    with pytest.raises(StoreError, match="damaged"):
        projects(store)


def test_gc_of_derived_data(tmp_path: Path) -> None:
    place = Folders(tmp_path / "data", tmp_path / "cache")
    records = open_records(place.data)
    records.keep(*purchase(1))
    (place.cache / "frames").mkdir(parents=True)
    (place.cache / "frames/x").write_bytes(b"123")
    before = gc.size_of(place.data)
    assert gc.derived(place.cache, place.data, now=NOW) == 3
    assert not place.cache.exists()
    assert gc.size_of(place.data) == before


def test_folders(tmp_path: Path) -> None:
    assert folders(str(tmp_path)) == Folders(tmp_path, tmp_path / "cache")
    assert folders(None).data != folders(None).cache
    for realm in ("official", "localhost:8000", "a/b", "..", "%3a", "Ü.example"):
        name = realm_folder(realm)
        assert "/" not in name
        assert ":" not in name
        assert name.strip(".")
        assert realm_of(name) == realm


def test_a_lock_names_all_its_originals(tmp_path: Path) -> None:
    first, second, third = (purchase(number)[0] for number in range(3))
    lock = Lock({"a": Block("a", "sprite", (first,), history=(Past((second,)),))}, (Block("b", "sprite", (third,)),))
    (tmp_path / "assets.lock").write_text(lockfile.render(lock), encoding="utf-8")
    register(tmp_path, tmp_path / "assets.lock")
    assert named(tmp_path) == {each.originals[0].sha256 for each in (first, second, third)}
