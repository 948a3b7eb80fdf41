"""Asking the service something free, without a project."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from assetgen.cli.context import Context
from assetgen.model.errors import UsageError
from assetgen.model.realm import RETRODIFFUSION

if TYPE_CHECKING:
    from assetgen.generate.types import Provider

T = TypeVar("T")


async def with_provider(context: Context, ask: Callable[[Provider], Awaitable[T]]) -> T:
    """Opens the service, asks, closes it. UsageError without a key."""
    from assetgen.generate.provider import open_provider
    from assetgen.store.journal import default_folder

    environment = context.environment()
    if environment.api_key is None:
        raise UsageError("RD_API_KEY is not set: the service answers only with an API key")
    provider = open_provider(
        RETRODIFFUSION,
        base_url=environment.api_url,
        key=environment.api_key,
        journal=default_folder(environment.cache_dir),
    )
    try:
        return await ask(provider)
    finally:
        await provider.aclose()
