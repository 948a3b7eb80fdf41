"""A shared store in a bucket: S3 and what speaks like it, Google Cloud Storage, Azure; through obstore."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from assetgen.model.errors import StoreError
from assetgen.store.shared.backend import LIMIT, damaged, trouble
from assetgen.store.shared.keys import Key

T = TypeVar("T")


class Bucket:
    """Objects below the prefix that the URL names. Credentials come from the environment, as obstore reads them."""

    atomic = True

    def __init__(self, url: str, where: str, settings: Mapping[str, str]) -> None:
        try:
            import obstore
            from obstore.store import from_url
        except ImportError as error:
            raise StoreError(f"shared store {where}: buckets need the extra: pip install 'assetgen[remote]'") from error
        self.where = where
        self._obstore = obstore
        config: dict[str, Any] = dict(settings)
        client: dict[str, Any] = {"timeout": "60s", "connect_timeout": "10s"}
        if config.get("endpoint", "").startswith("http://"):
            client["allow_http"] = True
        retry: dict[str, Any] = {"max_retries": 4}
        try:
            self._store = from_url(url, config=config or None, client_options=client, retry_config=retry)  # type: ignore[call-overload]  # options follow from the URL
        except Exception as error:
            raise trouble(where, "open it", _said(error)) from error

    def get(self, key: Key) -> bytes | None:
        def work() -> bytes | None:
            found = self._obstore.get(self._store, key.tree)
            if found.meta["size"] > LIMIT:
                raise damaged(self.where, f"read {key.tree}", f"it is larger than {LIMIT >> 20} MB")
            return bytes(found.bytes())

        return self._tried(work, f"read {key.tree}")

    def size(self, key: Key) -> int | None:
        return self._tried(lambda: int(self._obstore.head(self._store, key.tree)["size"]), f"look at {key.tree}")

    def create(self, key: Key, data: bytes) -> bool:
        def work() -> bool:
            try:
                self._obstore.put(self._store, key.tree, data, mode="create", use_multipart=False)
            except (self._obstore.exceptions.AlreadyExistsError, self._obstore.exceptions.PreconditionError):
                return False
            return True

        created = self._tried(work, f"write {key.tree}")
        if created is None:
            raise trouble(self.where, f"write {key.tree}", "there is no such bucket")
        return created

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        try:
            for page in self._obstore.list(self._store, prefix):
                for item in page:
                    yield str(item["path"]), int(item["size"])
        except Exception as error:
            raise trouble(self.where, f"list {prefix}", _said(error)) from error

    def close(self) -> None: ...

    def _tried(self, work: Callable[[], T], doing: str) -> T | None:
        """None for what is not there; obstore has repeated what was worth repeating."""
        try:
            return work()
        except (FileNotFoundError, self._obstore.exceptions.NotFoundError):
            return None
        except StoreError:
            raise
        except Exception as error:
            raise trouble(self.where, doing, _said(error)) from error


def _said(error: Exception) -> str:
    """The first line of what a native exception says, and what lies beneath: obstore prints whole structures."""
    return " ".join(str(error).split("\n\nDebug source:")[0].split())[:400] or type(error).__name__
