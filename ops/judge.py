"""Judge any film on disk by the festival's rules: no server, no account, the same sandbox.

    ./run judge FILE… [--policy festival|demo|FILE.yaml] [--section LETTER] [--quick] [--json]

A folder stands for the films inside it; a digital cinema package, as a folder, a zip or a tar, for one.
Without `--quick` the whole picture is decoded.
Exits 0 when all passed, 1 when one has remarks, 2 when one is refused, 3 when we failed.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

from festival.language import spoken, t
from media import dcp, policy, scan, screener, windows
from media.dcp import judging, reading
from media.dcp.package import Package
from media.facts import Facts
from media.policy import BadPolicy, Outcome, Policy, Verdict
from media.runner import Fault
from media.sandbox import Sandbox
from media.storage import sha256_of
from media.tools import ToolMissing, find_tools
from submissions.verdicts import told, words

PASSED, REMARKS, REFUSED, OURS = range(4)
EXITS = {
    Outcome.PASSED: PASSED,
    Outcome.REMARKS: REMARKS,
    Outcome.REFUSED: REFUSED,
    Outcome.QUARANTINED: REFUSED,
}
FILMS = {f".{kind}" for kind in policy.FAMILIES}


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One file: a verdict and its facts, or what went wrong on our side."""

    film: Path
    verdict: Verdict | None = None
    facts: Facts | Package | None = None
    sandbox: str = ""
    fault: str = ""

    @property
    def exit_code(self) -> int:
        return OURS if self.verdict is None else EXITS[self.verdict.outcome]


def films(given: list[Path]) -> Iterator[Path]:
    """Each file as named; of a folder, what is called a film, in order."""
    for path in given:
        if path.is_dir() and reading.root_of(path) is not None:
            yield path
        elif path.is_dir():
            yield from sorted(
                p for p in path.rglob("*") if p.suffix.lower() in FILMS and p.is_file()
            )
        else:
            yield path


def judge(film: Path, rules: Policy, *, quick: bool, progress: Progress) -> Judged:
    """T0 and T1, then T2 and the whole picture unless `quick` or hopeless."""
    if not film.exists():
        return Judged(film=film, fault="no such file")
    line = progress.add_task(film.name, total=1.0)
    if film.is_dir() or dcp.is_archive(film):
        return judge_package(film, rules, progress=progress, line=line)

    def heard(kind: str, fraction: float) -> None:
        progress.update(line, completed=fraction * 0.2 if kind == "sound" else 0.0)

    work = Path(tempfile.mkdtemp(prefix="cfs-judge-"))
    work.chmod(0o777)
    sandbox = Sandbox(tools=find_tools(), source=film.resolve(), work=work, allow_fallback=True)
    try:
        facts = scan.inspect(sandbox, name=film.name, on_step=heard)
        if not quick and policy.judge(facts, rules).is_accepted:
            facts = screener.watch(
                sandbox,
                windows.look(sandbox, facts),
                on_progress=lambda f: progress.update(line, completed=0.2 + 0.8 * f),
            )
        facts = msgspec.structs.replace(facts, sha256=sha256_of(film))
        return Judged(
            film=film, facts=facts, verdict=policy.judge(facts, rules), sandbox=sandbox.name
        )
    except (Fault, OSError) as error:
        return Judged(film=film, fault=f"{type(error).__name__}: {error}")
    finally:
        shutil.rmtree(work, ignore_errors=True)
        progress.remove_task(line)


def judge_package(film: Path, rules: Policy, *, progress: Progress, line: TaskID) -> Judged:
    """A DCP: its lists, its hashes, what its files say of themselves."""
    tools = find_tools()
    try:
        package = dcp.inspect(
            film,
            tools,
            most_bytes=rules.most_bytes,
            allow_fallback=True,
            on_progress=lambda f: progress.update(line, completed=f),
        )
        return Judged(
            film=film,
            facts=package,
            verdict=judging.judge(package, rules),
            sandbox="bwrap" if tools.bwrap else "prlimit",
        )
    except (Fault, OSError) as error:
        return Judged(film=film, fault=f"{type(error).__name__}: {error}")
    finally:
        progress.remove_task(line)


def report(judged: Judged, lang: str) -> str:
    """Verdict first, then what it stands on."""
    if judged.verdict is None or judged.facts is None:
        return f"{judged.film.name}: {t(lang, 'judge.ours')} ({judged.fault})"
    lines = [f"{judged.film.name}: {t(lang, f'judge.{judged.verdict.outcome}')}"]
    lines += [f"  {line}" for line in measured(judged.facts)]
    lines.append(
        f"  sandbox {judged.sandbox}, policy {judged.verdict.policy} {judged.verdict.policy_version}"
    )
    for finding in judged.verdict.findings:
        lines.append(f"  {finding.severity:<10} {finding.code}: {words(lang, finding)}")
        lines += [
            f"             {policy.seconds(run.start)} – {policy.seconds(run.end)}"
            for run in finding.where[:8]
        ]
        lines.append(f"             → {words(lang, finding, repair=True)}")
    return "\n".join(lines)


def measured(facts: Facts | Package) -> Iterator[str]:
    if isinstance(facts, Package):
        yield from contained(facts)
        return
    if facts.refusal:
        return
    yield f"{facts.container}, {facts.duration:.3f} s, sha256 {facts.sha256[:16]}…"
    for p in facts.pictures:
        steady = "variable" if p.is_variable else "constant"
        yield (
            f"{p.codec} {p.width}×{p.height}, {p.rate[0]}/{p.rate[1]} = {p.fps:.3f} fps {steady}, "
            f"{p.frames} frames, SAR {p.sar[0]}:{p.sar[1]}, rotation {p.rotation}°, {p.bit_depth} bit"
        )
    for s in facts.sounds:
        loud = "" if s.loudness is None else f", {s.loudness:.1f} LUFS, {s.true_peak:.1f} dBTP"
        yield f"{s.codec} {s.layout or s.channels} {s.sample_rate} Hz {s.duration:.3f} s{loud}"


def contained(package: Package) -> Iterator[str]:
    """What a package holds, in the lines of a report."""
    weight = sum(asset.size or 0 for asset in package.assets.values())
    yield f"DCP {package.standard}, {len(package.assets)} files, {weight / 1e9:.2f} GB"
    for composition in package.compositions:
        reels = f"{len(composition.reels)} reels, {composition.seconds:.3f} s"
        yield f"CPL « {composition.title} » {composition.kind}, {reels}"
    for essence in package.essences.values():
        if essence.kind == "picture":
            yield (
                f"{essence.codec} {essence.width}×{essence.height}, {essence.rate[0]}/{essence.rate[1]} fps, "
                f"{essence.frames} frames"
            )
        elif essence.kind == "sound":
            yield f"{essence.codec} {essence.channels} channels {essence.sample_rate} Hz"


def summary(judged: list[Judged], lang: str) -> Table:
    table = Table()
    for column in ("film", "verdict", "codes"):
        table.add_column(t(lang, f"judge.column.{column}"), overflow="fold")
    for film in judged:
        outcome = (
            t(lang, f"judge.{film.verdict.outcome}") if film.verdict else t(lang, "judge.ours")
        )
        codes = [f.code for f in film.verdict.findings] if film.verdict else [film.fault]
        table.add_row(film.film.name, outcome, ", ".join(codes))
    return table


def document(judged: Judged) -> dict[str, Any]:
    """For programs: everything, with the words of both languages."""
    fields: dict[str, Any] = msgspec.to_builtins(
        {
            "film": str(judged.film),
            "sandbox": judged.sandbox,
            "fault": judged.fault,
            "facts": judged.facts,
        }
    )
    if judged.verdict is not None:
        fields |= msgspec.to_builtins(judged.verdict)
        fields["findings"] = [told(finding) for finding in judged.verdict.findings]
    return fields


def rules_of(name: str, section: str) -> Policy:
    if name.endswith((".yaml", ".yml")):
        if not Path(name).is_file():
            raise BadPolicy(f"no such file {name}")
        return policy.load_file(Path(name), section)
    return policy.load(name, section)


def main() -> int:
    reader = argparse.ArgumentParser(
        prog="./run judge",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reader.add_argument("films", nargs="+", type=Path)
    reader.add_argument("--policy", default="festival")
    reader.add_argument("--section", default="")
    reader.add_argument("--lang", default="fr", choices=spoken())
    reader.add_argument("--quick", action="store_true", help="only T0 and T1: seconds, not minutes")
    reader.add_argument("--json", action="store_true")
    given = reader.parse_args()
    try:
        rules = rules_of(given.policy, given.section)
        find_tools()
    except (BadPolicy, ToolMissing) as error:
        print(error, file=sys.stderr)
        return OURS
    wanted = list(films(given.films))
    judged = work_through(wanted, rules, given)
    if given.json:
        all_ = [document(film) for film in judged]
        print(json.dumps(all_ if len(all_) != 1 else all_[0], ensure_ascii=False, indent=2))
    elif len(judged) > 1:
        Console().print(summary(judged, given.lang))
    return max((film.exit_code for film in judged), default=OURS)


def work_through(wanted: list[Path], rules: Policy, given: argparse.Namespace) -> list[Judged]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
    )
    judged: list[Judged] = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        whole = progress.add_task(t(given.lang, "judge.all"), total=len(wanted))
        for film in wanted:
            film_judged = judge(film, rules, quick=given.quick, progress=progress)
            judged.append(film_judged)
            progress.advance(whole)
            if not given.json:
                progress.console.print("", end="")
                print(report(film_judged, given.lang), flush=True)
    return judged


if __name__ == "__main__":
    sys.exit(main())
