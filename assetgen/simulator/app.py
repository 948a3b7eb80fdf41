"""The application: which path belongs to which handler, in either dialect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from assetgen.simulator import account, control, edits, files, fixer, inferences, styles
from assetgen.simulator.call import Auth, Handler, endpoint, refused
from assetgen.simulator.config import Dialect, SimulatorConfig
from assetgen.simulator.errors import OF_STATUS, Refusal
from assetgen.simulator.service import Service

_BOTH: tuple[Dialect, ...] = ("v1", "v2")

# method, path, handler, who may, dialects
_ROUTES: tuple[tuple[str, str, Handler, Auth, tuple[Dialect, ...]], ...] = (
    ("POST", "/inferences", inferences.create, "key", _BOTH),
    ("POST", "/inferences/legacy", inferences.create_legacy, "key", ("v1",)),
    ("GET", "/inferences/credits", account.credits_left, "credits", _BOTH),
    ("GET", "/inferences/tasks", inferences.tasks, "key", _BOTH),
    ("GET", "/inferences/tasks/{task_id}", inferences.task, "key", _BOTH),
    ("GET", "/inferences/requests/{request_id}", inferences.record, "key", ("v2",)),
    ("GET", "/status", account.status, "none", _BOTH),
    ("GET", "/styles/selector", styles.selector, "none", _BOTH),
    ("POST", "/styles", styles.create, "key", _BOTH),
    ("PATCH", "/styles/{style_id}", styles.update, "key", _BOTH),
    ("DELETE", "/styles/{style_id}", styles.delete, "key", _BOTH),
    ("POST", "/edit", edits.edit, "key", ("v1",)),
    ("GET", "/edit/tools", edits.tools, "none", _BOTH),
    ("POST", "/edit/tools/{tool_id}", edits.run, "key", _BOTH),
    ("POST", "/edit/tools/{tool_id}/estimate", edits.estimate, "key", _BOTH),
    ("POST", "/edit/tools/{tool_id}/tasks", edits.start, "key", _BOTH),
    ("GET", "/edit/tasks/{task_id}", edits.task, "key", _BOTH),
    ("POST", "/pixel-fixer/standard", fixer.standard, "key", _BOTH),
    ("POST", "/pixel-fixer/neural", fixer.neural, "key", _BOTH),
)


def app(config: SimulatorConfig) -> Starlette:
    """The simulated service: both dialects under `/v1` and `/v2`, result files, and `/_simulator` for tests."""
    service = Service(config)
    mounts = [Mount(f"/{dialect}", routes=_routes(service, dialect)) for dialect in _BOTH]
    application = Starlette(
        routes=[*mounts, *files.routes(service), *control.routes(service)],
        exception_handlers={HTTPException: _not_routed(service)},
    )
    application.state.service = service
    return application


def _routes(service: Service, dialect: Dialect) -> list[Route]:
    """One route a path, since a path with another method is 405 and not 404."""
    by_path: dict[str, dict[str, Callable[[Request], Awaitable[Response]]]] = {}
    for method, path, handler, auth, dialects in _ROUTES:
        if dialect in dialects:
            by_path.setdefault(path, {})[method] = endpoint(service, dialect, handler, auth)
    return [Route(path, _by_method(handlers), methods=list(handlers)) for path, handlers in by_path.items()]


def _by_method(
    handlers: dict[str, Callable[[Request], Awaitable[Response]]],
) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await handlers[method](request)

    return run


def _not_routed(service: Service) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Unknown paths and methods, in the words of the dialect that was asked."""

    async def run(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        dialect: Dialect = "v1" if request.url.path.startswith("/v1") else "v2"
        refusal = Refusal(OF_STATUS.get(error.status_code, "bad_request"), error.detail, status=error.status_code)
        return refused(refusal, dialect, service.config.new_id())

    return run
