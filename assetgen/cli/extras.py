"""Commands that need more than what a build needs say so before anything else happens."""

from __future__ import annotations

import importlib.util

from assetgen.model.errors import UsageError


def require(command: str, extra: str, *modules: str) -> None:
    """UsageError with the way to install them where one of the modules is missing."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise UsageError(f"'assetgen {command}' needs {' and '.join(missing)}: pip install 'assetgen[{extra}]'")
