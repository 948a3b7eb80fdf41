"""The house stays as docs/architecture.md says: who imports whom, what start-up costs, who touches the world."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import assetgen
from assetgen.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "assetgen"

FLOORS = (
    *("cli", "review", "build", "plan", "generate", "simulator", "export", "atlas"),
    *("pixels", "store", "manifest", "catalog", "model"),
)
"""From top to bottom: a package imports only from those after it."""

HEAVY = (
    *("numpy", "PIL", "httpx", "rich", "jsonschema", "starlette", "uvicorn", "diskcache", "yaml", "jinja2"),
    *("asyncio", "anyio", "platformdirs"),
)
"""What takes long to import: only commands that use it may load it."""

OUTGOING = {"httpx", "ssl", "http.client", "urllib.request", "obstore", "boto3", "requests"}
LISTENING = {"bind", "create_server", "start_server", "serve_forever"}
WORLD = {
    "os.environ", "os.getenv", "os.urandom", "time.time", "time.time_ns", "time.monotonic", "uuid.uuid4",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "random.random", "random.choice",
    "random.randint", "random.shuffle",
}  # fmt: skip


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE), ast.parse(path.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every module that is imported anywhere in a tree, also inside functions, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_every_package_has_its_floor() -> None:
    assert {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()} == set(FLOORS)


def test_packages_import_only_from_those_below() -> None:
    wrong = []
    for path, tree in modules():
        here = path.parts[0]
        if here not in FLOORS:
            continue
        for line, name in imported(tree):
            top, _, rest = name.partition(".")
            there = rest.split(".")[0]
            if top == "assetgen" and there in FLOORS and FLOORS.index(there) < FLOORS.index(here):
                wrong.append(f"{path}:{line}: {here} imports from {there}, which is above it")
    assert not wrong, "\n".join(wrong)


def test_the_model_imports_nothing_from_outside() -> None:
    allowed = sys.stdlib_module_names | {"assetgen", "msgspec", "numpy", "rfc8785"}
    for path, tree in modules():
        if path.parts[0] in ("model", "catalog"):
            foreign = [name for _, name in imported(tree) if name.split(".")[0] not in allowed]
            assert not foreign, f"{path}: {foreign}"


def test_outgoing_sockets_are_opened_in_generate_and_store_alone() -> None:
    for path, tree in modules():
        # The simulator's helpers for tests ask it as a client would.
        if path.parts[0] not in ("generate", "store") and path.as_posix() != "simulator/testing.py":
            found = [name for _, name in imported(tree) if name in OUTGOING]
            assert not found, f"{path}: {found}"


def test_listening_sockets_are_opened_in_one_place() -> None:
    for path, tree in modules():
        if path.as_posix() != "simulator/listening.py":
            found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in LISTENING]
            assert not found, f"{path}:{found[0].lineno}"


def test_clock_environment_and_randomness_come_from_the_command_line() -> None:
    """Below `cli` they are passed in. The two places that have a default for it are named here."""
    wired = {"generate/provider.py", "simulator/config.py", "simulator/testing.py"}
    wrong = []
    for path, tree in modules():
        if path.parts[0] in ("cli", "__main__.py") or path.as_posix() in wired:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in WORLD:
                wrong.append(f"{path}:{node.lineno}: {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)


def loaded_by(code: str, tmp_path: Path) -> set[str]:
    """Which heavy modules a fresh interpreter has loaded after running `code`."""
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nimport json\n"
    script += f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)"
    environment = {**os.environ, "PYTHONPATH": str(Path(assetgen.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


RUN = "from assetgen.cli.main import main; main({!r})"


@pytest.mark.parametrize(
    "code",
    [
        "import assetgen.cli.main",
        "import assetgen.manifest, assetgen.plan.planner, assetgen.catalog",
        "import assetgen.store.lockfile, assetgen.store.originals, assetgen.store.state",
        f"from assetgen.cli.main import command_module; [command_module(name) for name in {list(COMMANDS)!r}]",
        RUN.format(["--version"]),
        RUN.format(["--help"]),
        RUN.format(["schema"]),
        RUN.format(["build", "--help"]),
        RUN.format(["init", "--engine", "godot"]),
    ],
)
def test_start_up_loads_nothing_heavy(code: str, tmp_path: Path) -> None:
    assert loaded_by(code, tmp_path) == set()


@pytest.mark.parametrize("command", ["plan", "check", "build"])
def test_an_idle_command_loads_no_pixels_and_no_client(command: str, tmp_path: Path) -> None:
    """Nothing changed: no picture is opened, no client made, no terminal drawn."""
    (tmp_path / "assets.yaml").write_text(
        "version: 1\nprovider: placeholder\nsprites:\n  gem: {prompt: gem, style: rd_fast__mc_item, size: 16}\n"
    )
    loaded_by(RUN.format(["build"]), tmp_path)
    loaded = loaded_by(RUN.format([command]), tmp_path)
    assert loaded.isdisjoint({"numpy", "PIL", "httpx", "rich", "jsonschema", "starlette", "uvicorn", "anyio"})


def test_data_files_are_in_the_package() -> None:
    """What the program reads at run time lies inside the package, beside its modules."""
    for place in ("cli/starter/assets.yaml", "cli/starter/gitignore", "cli/starter/gitattributes", "export/scaffolds"):
        assert (SOURCE / place).exists(), place
    assert json.loads((ROOT / "schemas" / "assets.schema.json").read_text("utf-8"))["$schema"]
