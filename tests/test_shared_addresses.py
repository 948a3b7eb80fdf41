"""Addresses of a team's store: which place they name, and what is wrong with them."""

from __future__ import annotations

import pytest

from assetgen.model.errors import UsageError
from assetgen.store.shared.address import parse


@pytest.mark.parametrize(
    ("text", "scheme", "where"),
    [
        ("/mnt/art", "file", "/mnt/art"),
        ("file:///mnt/art?level=pr-3", "file", "file:///mnt/art"),
        ("https://ada:secret@cache.studio:8443/assets/?write=no", "https", "https://cache.studio:8443/assets/"),
        ("s3://art/team?endpoint=http://127.0.0.1:9&region=x", "s3", "s3://art/team"),
    ],
)
def test_addresses(text: str, scheme: str, where: str) -> None:
    address = parse(text)
    assert (address.scheme, address.where) == (scheme, where)
    assert "secret" not in address.where + address.url


@pytest.mark.parametrize("folder", ["/mnt/art", "file:///mnt/art"])
def test_options_hold_for_a_folder_however_it_is_written(folder: str) -> None:
    address = parse(f"{folder}?level=pr-3&write=no&leases=no")
    assert (address.url, address.level, address.write, address.leases) == ("/mnt/art", "pr-3", False, False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("store", "no URL and no absolute path"),
        ("ftp://host/x", "'ftp' is no kind of store"),
        ("file://server/share", "names another machine"),
        ("https://host/x?level=Main", "no trust level"),
        ("https://host/x?level=cas", "no trust level"),
        ("https://host/x?levle=main", "unknown option 'levle'"),
        ("/mnt/art?levle=main", "unknown option 'levle'"),
        ("/mnt/art?y", "unknown option 'y'"),
        ("https://host/?write=perhaps", "say yes or no"),
        ("file://", "names no folder"),
        ("file://localhost", "names no folder"),
        ("s3://", "names no place"),
        ("https:///art", "names no place"),
        ("https://[::1/art", "nobody can read that URL"),
        ("https://host:99999/art", "nobody can read that URL"),
    ],
)
def test_wrong_addresses(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse(text)
