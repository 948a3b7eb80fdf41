"""The pieces of the benchmark: each makes its inputs, runs ours beside the peers, and prints tables."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from art import COLORS, art_project
from inputs import SEED, Size, draw, manifest, mixes, project, redraw, uniform
from measure import Contender, Failed, compared, seconds, table
from peers import Peers

from assetgen.atlas.pack import pack
from assetgen.atlas.types import Options, Rect

HERE = Path(__file__).parent


@dataclass
class Bench:
    """`work` holds inputs and outputs, `share` makes everything smaller (the short form)."""

    work: Path
    peers: Peers
    rounds: int = 3
    share: float = 1.0

    def count(self, number: int) -> int:
        return max(20, round(number * self.share))

    def ours(
        self, root: Path, *command: str, name: str = "assetgen", before: Callable[[], None] = lambda: None
    ) -> Contender:
        """Our command on a project, with a store of its own."""
        whole = [sys.executable, "-m", "assetgen", "-C", str(root), "--quiet", *command]
        return Contender(name, whole, before, env={"ASSETGEN_CACHE_DIR": str(store_of(root)), **self.python})

    @property
    def python(self) -> dict[str, str]:
        """Variables of our processes: this checkout, compiled as an installed program is."""
        bytecode = str(self.work / "bytecode")
        return {"PYTHONPATH": str(HERE.parent), "PYTHONPYCACHEPREFIX": bytecode, "PYTHONDONTWRITEBYTECODE": ""}


def store_of(root: Path) -> Path:
    return root.with_name(root.name + "-store")


def away(folder: Path) -> None:
    """Puts a folder out of the way. It is deleted at the very end: for minutes after ten thousand files went, some file
    systems take several times as long to make new ones."""
    if folder.exists():
        trash = folder.parent / "trash"
        trash.mkdir(exist_ok=True)
        folder.rename(trash / f"{folder.name}-{time.time_ns()}")


def forget(root: Path, *, lock: bool = True) -> None:
    """Puts a project back to before its first build."""
    made = root / "generated"
    if made.exists():
        made.rename(root.with_name(f"{root.name}-generated"))
        away(root.with_name(f"{root.name}-generated"))
    shutil.rmtree(root / ".assetgen", ignore_errors=True)
    away(store_of(root))
    if lock:
        (root / "assets.lock").unlink(missing_ok=True)


def once(contender: Contender) -> None:
    """A run that is not measured, to get somewhere."""
    from measure import run

    run(contender, limit=3600)


# -- packing rectangles -----------------------------------------------------------------------------------------------


def packing(bench: Bench) -> None:
    """Packing of rectangles alone: seconds of the call, occupancy (area placed over area of the pages as written)."""
    rows = []
    for name, sizes in mixes(bench.share).items():
        area = sum(w * h for w, h in sizes)
        file = bench.work / "sizes.json"
        file.write_text(json.dumps(sizes))
        found = {"assetgen": _pack_ours(sizes, bench.rounds)}
        scripts: dict[str, list[str] | None] = {"maxrects-packer 2.7.3": bench.peers.node("maxrects.mjs")}
        rectpack = bench.peers.python("rects.py")
        # MaxRects in rectpack takes minutes for thousands: there only its skyline.
        algorithms = ("MaxRectsBl", "SkylineBl") if len(sizes) <= 200 else ("SkylineBl",)
        commands = {n: [*c, str(file)] for n, c in scripts.items() if c is not None}
        if rectpack is not None:
            commands |= {f"rectpack {a}": [*rectpack, str(file), a] for a in algorithms}
        for peer, command in commands.items():
            done = [told for _ in range(bench.rounds) if (told := _told(command)) is not None]
            if len(done) == bench.rounds:
                found[peer] = sorted(done)[len(done) // 2]
        for peer, result in found.items():
            took, pages = result
            rows.append([name, peer, seconds(took), str(len(pages)), f"{area / sum(w * h for w, h in pages):.3f}"])
    print("\n### Packing rectangles: 2048² pages, no padding, no rotation\n")
    print(table(["mix", "", "s", "pages", "occupancy"], rows))


def _pack_ours(sizes: Sequence[Size], rounds: int) -> tuple[float, list[Size]]:
    rects = [Rect(f"s{number:06d}", *size) for number, size in enumerate(sizes)]
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        packed = pack(rects, Options())
        times.append(time.perf_counter() - begun)
    return sorted(times)[len(times) // 2], list(packed.sizes)


def _told(command: Sequence[str]) -> tuple[float, list[Size]] | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"  skipped: {Path(command[1]).name}: {error}")
        return None
    data = json.loads(done.stdout)
    return data["seconds"], [tuple(page) for page in data["pages"]]


# -- whole atlases ----------------------------------------------------------------------------------------------------


def atlas(bench: Bench) -> None:
    """From sprites to pages and data, cold, the whole process; what is written is weighed."""
    for number in (1000, 5000):
        count = bench.count(number)
        sizes = uniform_sizes(count)
        root = bench.work / f"atlas-{count}"
        project(root, sizes, atlas=True)
        _packed_cold(bench, f"Atlas of {count:,} sprites of noise with sides 8–96, cold", root, sizes)
    count = bench.count(1000)
    root = bench.work / f"art-{count}"
    sizes = art_project(root, count)
    _packed_cold(bench, f"Atlas of {count:,} drawn sprites on one palette of {COLORS} colours, cold", root, sizes)


def _packed_cold(bench: Bench, title: str, root: Path, sizes: Sequence[Size]) -> None:
    contenders = [_weighed(bench.ours(root, "build", before=lambda: forget(root)), root, sizes)]
    contenders += [_weighed(peer, peer_output(root, peer.name), sizes) for peer in _atlas_peers(bench, root)]
    compared(title, contenders, bench.rounds)


def uniform_sizes(count: int) -> list[Size]:
    import numpy as np

    return uniform(np.random.default_rng(SEED), count, 8, 96)


def peer_output(root: Path, name: str) -> Path:
    return root.with_name(f"{root.name}-{name.split(' ')[0]}")


def _atlas_peers(bench: Bench, root: Path) -> list[Contender]:
    found = []
    pack_it = bench.peers.node("assetpack.mjs")
    if pack_it is not None:
        found.append(assetpack(pack_it, root, fresh=True))
    for name, command in (
        ("free-tex-packer-core", bench.peers.node("freetex.mjs")),
        ("PyTexturePacker", bench.peers.python("pytexture.py")),
    ):
        if command is not None:
            output = peer_output(root, name)
            whole = [*command, str(root / "art"), str(output)]
            found.append(Contender(name, whole, partial(shutil.rmtree, output, ignore_errors=True)))
    return found


def assetpack(command: Sequence[str], root: Path, *, fresh: bool) -> Contender:
    """assetpack wants its sprites in a folder whose name is tagged `{tps}`."""
    entry, output = root.with_name(root.name + "-entry"), peer_output(root, "assetpack")
    cache = root.with_name(root.name + "-assetpack-cache")

    def before() -> None:
        if not entry.is_dir():
            shutil.copytree(root / "art", entry / "all{tps}")
        if fresh:
            for folder in (output, cache):
                shutil.rmtree(folder, ignore_errors=True)

    return Contender("assetpack 1.7", [*command, str(entry), str(output), str(cache)], before)


def _weighed(contender: Contender, output: Path, sizes: Sequence[Size]) -> Contender:
    def after() -> Mapping[str, str]:
        pages = [path for path in output.rglob("*.png") if "art" not in path.relative_to(output).parts]
        area = sum(_area(path) for path in pages)
        return {
            "pages": str(len(pages)),
            "occupancy": f"{sum(w * h for w, h in sizes) / area:.3f}" if area else "",
            "PNG kB": f"{sum(path.stat().st_size for path in pages) / 1000:.0f}",
        }

    contender.after = after
    return contender


def _area(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(24)
    return int.from_bytes(head[16:20], "big") * int.from_bytes(head[20:24], "big")


# -- little changed ---------------------------------------------------------------------------------------------------


def incremental(bench: Bench) -> None:
    """One sprite changed in one atlas, and nothing changed, after a complete build."""
    for number in (1000, 5000):
        count = bench.count(number)
        root = bench.work / f"atlas-{count}"
        names = project(root, uniform_sizes(count), atlas=True)
        turn = iter(range(1, 1000))

        def touch(art: Path, name: str = names[len(names) // 2], turn: Iterator[int] = turn) -> None:
            redraw(art / f"{name}.png", next(turn))

        forget(root)
        once(bench.ours(root, "build"))
        changed = [bench.ours(root, "build", before=partial(touch, root / "art"))]
        same = [bench.ours(root, "build")]
        command = bench.peers.node("assetpack.mjs")
        if command is not None:
            peer = assetpack(command, root, fresh=True)
            try:
                once(peer)
                entry = root.with_name(root.name + "-entry") / "all{tps}"
                again = assetpack(command, root, fresh=False)
                changed.append(Contender(again.name, again.command, partial(touch, entry)))
                same.append(Contender(again.name, again.command))
            except Failed as failure:
                print(f"  skipped: {failure}")
        compared(f"One sprite changed among {count:,}", changed, bench.rounds)
        once(bench.ours(root, "build"))
        if command is not None and len(same) > 1:
            once(same[1])
        compared(f"Nothing changed among {count:,}", same, bench.rounds)


# -- nothing to do ----------------------------------------------------------------------------------------------------


def noop(bench: Bench) -> None:
    """Builds with nothing to do, and without what is remembered between runs."""
    for number in (1000, 10_000, 100_000):
        count = bench.count(number)
        root = bench.work / f"plain-{count}"
        names = project(root, [(16, 16)] * count)
        if not (root / "assets.lock").is_file() or not (root / "generated/assets.json").is_file():
            forget(root)
            once(bench.ours(root, "build"))
        once(bench.ours(root, "build"))
        contenders = [
            bench.ours(root, "build"),
            bench.ours(root, "plan", name="assetgen plan"),
            bench.ours(root, "build", "--json", name="assetgen --json"),
        ]
        contenders += _planners(bench, root, names)
        compared(f"Nothing to do, {count:,} assets", contenders, max(bench.rounds, 5))
        slow = [
            bench.ours(root, "plan", name="assetgen", before=partial(_unanswered, root)),
            bench.ours(root, "check", name="assetgen check"),
            bench.ours(root, "plan", name="no memo of the manifest", before=partial(_without_memo, root)),
            bench.ours(root, "build", name="fresh clone", before=partial(_cloned, root)),
        ]
        compared(f"All looked at, nothing to do, {count:,} assets", slow, bench.rounds)
        once(bench.ours(root, "build"))


def _unanswered(root: Path) -> None:
    (root / ".assetgen/clean").unlink(missing_ok=True)


def _without_memo(root: Path) -> None:
    _unanswered(root)
    shutil.rmtree(store_of(root), ignore_errors=True)


def _cloned(root: Path) -> None:
    shutil.rmtree(root / ".assetgen", ignore_errors=True)
    shutil.rmtree(store_of(root), ignore_errors=True)


def _planners(bench: Bench, root: Path, names: Sequence[str]) -> list[Contender]:
    """The same files for tools that only plan: each output depends on its input, all is up to date."""
    found = []
    folder = root.with_name(root.name + "-planners")
    pairs = [(f"art/{name}.png", f"out/{name}.png") for name in names]
    if not folder.is_dir():
        shutil.copytree(root / "art", folder / "art")
        time.sleep(1.1)  # outputs must be the younger ones, where times are whole seconds too
        shutil.copytree(root / "art", folder / "out", copy_function=shutil.copyfile)
    ninja = bench.peers.tool("ninja")
    if ninja is not None:
        rule = "rule copy\n  command = cp $in $out\n  generator = 1\n\n"
        (folder / "build.ninja").write_text(rule + "".join(f"build {out}: copy {art}\n" for art, out in pairs))
        found.append(Contender("ninja", [*ninja, "-C", str(folder)]))
    make = bench.peers.tool("make")
    if make is not None:
        rules = "".join(f"{out}: {art}\n\tcp $< $@\n" for art, out in pairs)
        (folder / "Makefile").write_text("all: " + " ".join(out for _, out in pairs) + "\n" + rules)
        found.append(Contender("make", [*make, "-rs", "-C", str(folder)]))
    doit = bench.peers.tool("doit")
    if doit is not None and len(names) <= 10_000:
        text = f"names = {list(names)!r}\n"
        text += "def task_copy():\n    for n in names:\n        art, out = f'art/{n}.png', f'out/{n}.png'\n"
        text += "        yield {'name': n, 'file_dep': [art], 'targets': [out], 'actions': [(lambda: None,)]}\n"
        (folder / "dodo.py").write_text(text)
        contender = Contender("doit", doit, cwd=folder)
        once(contender)
        found.append(contender)
    if len(names) <= 1000:
        found += _dvc(bench, folder, pairs)
    return found


def _dvc(bench: Bench, folder: Path, pairs: Sequence[tuple[str, str]]) -> list[Contender]:
    dvc = bench.peers.dvc()
    if dvc is None:
        return []
    stages = "".join(
        f"  s{i}:\n    cmd: cp {art} {out}\n    deps: [{art}]\n    outs: [{{{out}: {{cache: false}}}}]\n"
        for i, (art, out) in enumerate(pairs)
    )
    (folder / "dvc.yaml").write_text("stages:\n" + stages)
    if not (folder / ".dvc").is_dir():
        once(Contender("dvc init", [*dvc, "init", "--no-scm", "-q"], cwd=folder))
        once(Contender("dvc commit", [*dvc, "commit", "-f", "-q"], cwd=folder))
    return [Contender("dvc status", [*dvc, "status", "-q"], cwd=folder)]


# -- everything -------------------------------------------------------------------------------------------------------


def cold(bench: Bench) -> None:
    """10,000 sprites from files to outputs, beside what two threads need to decode, encode and write as many."""
    for side in (64, 16):
        count = bench.count(10_000)
        root = bench.work / f"cold-{count}-{side}"
        project(root, [(side, side)] * count)
        out = root.with_name(root.name + "-floor")

        def before(out: Path = out) -> None:
            away(out)
            out.mkdir()

        floor = [sys.executable, str(HERE / "floor.py"), str(root / "art"), str(out)]
        once(bench.ours(root, "plan"))  # all is compiled, and every file has been read once
        contenders = [
            Contender("two threads", floor, before, env=bench.python),
            bench.ours(root, "build", before=partial(forget, root)),
            bench.ours(root, "build", name="with lock", before=partial(forget, root, lock=False)),
        ]
        compared(f"{count:,} sprites of {side}×{side}, cold", contenders, bench.rounds, ours="two threads")


def example(bench: Bench) -> None:
    """The example project: check, plan and an idle build."""
    root = bench.work / "example"
    if not root.is_dir():
        shutil.copytree(HERE.parent / "example_project", root, ignore=shutil.ignore_patterns(".assetgen"))
        once(bench.ours(root, "build", "--yes"))
    compared(
        "The example project",
        [bench.ours(root, "build"), *(bench.ours(root, name, name=name) for name in ("plan", "check"))],
        bench.rounds,
    )


def _script(name: str, *short: str) -> Callable[[Bench], None]:
    """A benchmark that is a script of its own; `short` are its arguments where only errors are looked for."""

    def piece(bench: Bench) -> None:
        print(f"\n### {name}.py\n", flush=True)
        arguments = short if bench.share < 1 else ()
        subprocess.run([sys.executable, str(HERE / f"{name}.py"), *arguments], check=True, env=_environment())

    piece.__doc__ = f"The script {name}.py."
    return piece


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(HERE.parent)}


PIECES: dict[str, Callable[[Bench], None]] = {
    "packing": packing,
    "atlas": atlas,
    "incremental": incremental,
    "noop": noop,
    "cold": cold,
    "example": example,
    "palette": _script("palette_map"),
    "png": _script("png_bytes"),
    "quality": _script("quality_checks"),
    "export": _script("export"),
    "makespan": _script("makespan"),
    "watch": _script("watch", "--saves", "1"),
}
"""Every piece by name; those behind `example` are scripts of their own."""

__all__ = ["PIECES", "Bench", "draw", "manifest"]
