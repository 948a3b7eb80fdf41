"""One HTTP client for everything: the key's header, limits on replies, retries by the service's table.

What may be repeated: 429 and connections that were never made, always; 502, 503, 504, 524, a dropped connection and
a success that cannot be read, only where the caller says that repeating cannot charge twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from assetgen.generate.errors import RETRYABLE
from assetgen.generate.limits import Gate, Slots, retry_after
from assetgen.generate.types import Report, Runtime, Tuning
from assetgen.model.errors import ProviderError
from assetgen.model.manifest import Network

if TYPE_CHECKING:
    import ssl

    import httpx
    from starlette.types import ASGIApp

KEY_HEADER = "X-RD-Token"


class NeverSentError(ProviderError):
    """No connection was made: nothing was sent."""


class LostReplyError(ProviderError):
    """Something was sent and its reply was lost."""


class Reply(Struct, frozen=True):
    """An answer. Header names are lower case. `cut`: the body was longer than allowed and ends at the limit.
    `uncertain`: the same request was sent before, and nobody knows what became of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False
    uncertain: bool = False

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Watch(Protocol):
    """Told what happens to one submission, so that the journal can follow."""

    async def sending(self) -> None:
        """Right before each time that bytes may leave. May raise StoppedError."""

    async def refused(self) -> None:
        """It was not taken in (429, no connection) and is about to be tried again."""


NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Transport:
    """Requests to the service and downloads of its files. Close it with `aclose`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        key: str | None,
        *,
        network: Network,
        tuning: Tuning,
        runtime: Runtime,
        report: Report,
    ) -> None:
        self._client = client
        self._key = key
        self.network = network
        self.tuning = tuning
        self.runtime = runtime
        self.gate = Gate(runtime, report)
        self.slots = Slots(network.concurrency)

    def __repr__(self) -> str:
        return "Transport()"

    @property
    def behind_proxy(self) -> bool:
        """Whether the environment names a proxy for https."""
        import urllib.request

        return self._client.trust_env and "https" in urllib.request.getproxies()

    async def aclose(self) -> None:
        await self._client.aclose()

    async def call(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
        repeatable: bool = True,
        readable: Callable[[Reply], bool] = lambda reply: True,
        watch: Watch | None = None,
        limit: int | None = None,
        authorized: bool = True,
        uncertain: bool = False,
    ) -> Reply:
        """Sends a request until it is answered or may not be repeated.

        Returns the last answer, error statuses too: a success that `readable` denies only when it may not be
        repeated or always comes so. `uncertain` says that the request may have been taken in already.
        Raises NeverSentError (never where it is uncertain), LostReplyError, and what `watch.sending` raises.
        """
        sent = {"content-type": "application/json"} if body is not None else {}
        sent |= headers
        if authorized and self._key:
            sent[KEY_HEADER] = self._key
        most = limit or self.tuning.reply_limit
        patience = self.runtime.monotonic() + self.tuning.wait_429
        failures = 0
        while True:
            await self.gate.wait()
            if watch is not None:
                await watch.sending()
            try:
                reply = await self._once(method, url, body, sent, most)
            except NeverSentError as error:
                last: Reply | ProviderError = LostReplyError(str(error)) if uncertain else error
            except LostReplyError as error:
                if not repeatable:
                    raise
                last, uncertain = error, True
            else:
                reply = replace(reply, uncertain=uncertain)
                if reply.status == 429 and self.runtime.monotonic() < patience:
                    if watch is not None and not uncertain:
                        await watch.refused()
                    self._rate_limited(reply)
                    continue
                if reply.status != 429:
                    self.gate.passed()
                if not self._again(reply, repeatable, readable):
                    return reply
                last, uncertain = reply, True
            failures += 1
            if failures > self.network.retries:
                if isinstance(last, Reply):
                    return last
                raise last
            if watch is not None and not uncertain:
                await watch.refused()
            await self._back_off(failures, last)

    def _again(self, reply: Reply, repeatable: bool, readable: Callable[[Reply], bool]) -> bool:
        if not repeatable or reply.cut:
            return False
        return reply.status in RETRYABLE or (reply.ok and not readable(reply))

    def _rate_limited(self, reply: Reply) -> None:
        wait = retry_after(reply.headers.get("retry-after"), self.runtime.now())
        if self.gate.refused(wait, self._jitter(self.tuning.backoff[0])):
            self.slots.shrink()

    async def _back_off(self, failures: int, last: Reply | ProviderError) -> None:
        first, longest = self.tuning.backoff
        pause = self._jitter(min(longest, first * 2 ** (failures - 1)))
        if isinstance(last, Reply):
            pause = max(pause, min(longest, retry_after(last.headers.get("retry-after"), self.runtime.now()) or 0.0))
        await self.runtime.sleep(pause)

    def _jitter(self, seconds: float) -> float:
        return seconds * (0.5 + self.runtime.random() / 2)

    async def _once(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], limit: int) -> Reply:
        import httpx

        host = urlsplit(url).netloc.rpartition("@")[2]  # without a name and password that may stand there
        try:
            async with (
                asyncio.timeout(self.network.timeout + self.tuning.connect),
                self._client.stream(method, url, content=body, headers=dict(headers)) as response,
            ):
                data = bytearray()
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > limit:
                        break
                found = {name.lower(): self._scrubbed(value) for name, value in response.headers.items()}
                return Reply(response.status_code, found, self._clean(bytes(data[:limit])), len(data) > limit)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NeverSentError(f"no connection to {host}: {self._words(error)}") from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise NeverSentError(f"{self._scrubbed(url)} is no address to ask: {self._words(error)}") from None
        except (httpx.TransportError, httpx.DecodingError, OSError, TimeoutError) as error:
            raise LostReplyError(f"the connection to {host} was lost: {self._words(error)}") from None

    def _words(self, error: BaseException) -> str:
        return self._scrubbed(str(error)) or type(error).__name__

    def _scrubbed(self, text: str) -> str:
        """The key never gets into a message, whoever echoes it."""
        return text.replace(self._key, "***") if self._key else text

    def _clean(self, body: bytes) -> bytes:
        """The same for bodies, which are written to disk as they come."""
        key = (self._key or "").encode()
        return body.replace(key, b"*" * len(key)) if key and key in body else body


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes longer than a request."""
    import httpx

    return httpx.create_ssl_context()


def open_client(network: Network, tuning: Tuning, *, loopback: bool, app: ASGIApp | None = None) -> httpx.AsyncClient:
    """The one client. `app`: an ASGI application to talk to in process. Proxies of the environment are used, but
    not for loopback. Redirects are never followed by itself: a key or a paid request must not travel."""
    import httpx

    timeout = httpx.Timeout(network.timeout, connect=tuning.connect)
    # Idle connections are dropped before servers drop them (uvicorn: 5 s): a paid request on a dying one would have
    # an unknown outcome.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=2.0)
    transport = httpx.ASGITransport(app=app) if app is not None else None
    return httpx.AsyncClient(
        verify=_certificates(),
        timeout=timeout,
        limits=limits,
        transport=transport,
        follow_redirects=False,
        trust_env=not loopback,
        headers={"user-agent": "assetgen"},
    )
