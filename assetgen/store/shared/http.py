"""A shared store behind plain HTTP in bazel-remote's layout: GET, HEAD and PUT of `cas/DIGEST` and `ac/KEY`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

from assetgen.store.shared.backend import LIMIT, TransientError, damaged, patiently, trouble
from assetgen.store.shared.keys import Key

if TYPE_CHECKING:
    import httpx

_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
CONNECTIONS = 32


class Http:
    """`base` ends in `/`. `auth` is a user name and password. Redirects are not followed."""

    atomic = False  # servers look whether there is a file, and later put it there

    def __init__(self, base: str, where: str, auth: tuple[str, str] | None) -> None:
        import httpx

        self.where = where
        self._base = base
        self._client = httpx.Client(
            auth=auth,
            timeout=httpx.Timeout(30.0, connect=10.0),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            trust_env=False,
        )

    def get(self, key: Key) -> bytes | None:
        return patiently(lambda: self._get(key), self.where, f"read {key.flat}")

    def size(self, key: Key) -> int | None:
        return patiently(lambda: self._size(key), self.where, f"look at {key.flat}")

    def create(self, key: Key, data: bytes) -> bool:
        tried = 0

        def put() -> bool:
            nonlocal tried
            tried += 1
            created = self._put(key, data)
            # A repeat finds what the first attempt, whose answer was lost, has put there.
            return created or (tried > 1 and self._get(key) == data)

        return patiently(put, self.where, f"write {key.flat}")

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        raise damaged(self.where, f"list {prefix}", "plain HTTP has no lists: name a project, without --all")

    def close(self) -> None:
        self._client.close()

    def _get(self, key: Key) -> bytes | None:
        import httpx

        try:
            with self._client.stream("GET", self._base + key.flat) as response:
                if response.status_code == 404:
                    return None
                if response.status_code != 200:
                    self._refused(response, f"read {key.flat}")
                parts, size = [], 0
                for part in response.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > LIMIT:
                        raise damaged(self.where, f"read {key.flat}", f"it is larger than {LIMIT >> 20} MB")
                return b"".join(parts)
        except httpx.HTTPError as error:
            raise TransientError(_said(error)) from error

    def _size(self, key: Key) -> int | None:
        import httpx

        try:
            response = self._client.head(self._base + key.flat)
        except httpx.HTTPError as error:
            raise TransientError(_said(error)) from error
        if response.status_code == 404:
            return None
        if response.status_code != 200:
            self._refused(response, f"look at {key.flat}")
        length = response.headers.get("content-length", "")
        return int(length) if length.isdecimal() else len(self._get(key) or b"")

    def _put(self, key: Key, data: bytes) -> bool:
        import httpx

        headers = {"If-None-Match": "*", "Content-Type": "application/octet-stream"}
        try:
            response = self._client.put(self._base + key.flat, content=data, headers=headers)
        except httpx.HTTPError as error:
            raise TransientError(_said(error)) from error
        if response.status_code == 412:
            return False
        if response.status_code not in (200, 201, 204):
            self._refused(response, f"write {key.flat}")
        return True

    def _refused(self, response: httpx.Response, doing: str) -> NoReturn:
        said = f"{response.status_code} {response.reason_phrase}"
        if response.status_code in _PASSING:
            raise TransientError(said)
        raise trouble(self.where, doing, said)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
