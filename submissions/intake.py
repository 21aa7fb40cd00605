"""What the night shift does with a file: look, judge, copy. Safe to run any number of times."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from festival import forecast
from festival.db import later, rows, transaction
from festival.leases import Heartbeat, Lease, NotYet, Superseded, hold
from festival.progress import News
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, new_id
from media import chunks, policy, scan, screener, windows
from media.chunks import EncodingPlan
from media.facts import Facts
from media.policy import Outcome, Verdict
from media.runner import Cancelled, Fault
from media.sandbox import Sandbox
from media.screener import Damaged
from media.storage import MasterFile, Store, early_key, sha256_of
from media.tools import find_tools
from submissions import chunking, technical
from submissions.status import FileState
from submissions.store import store_of
from submissions.tables import FilmFile, Submission, Trailer
from submissions.telling import tell_members
from submissions.verdicts import as_row, facts_of
from submissions.versions import put_older_aside

FREE_BYTES_PER_BYTE = 2.5  # of the master: its copy, and what is made on the way
ID_LENGTH = 16  # of a file's; keys of its copies begin with it
NO_ROOM_BYTES = 64 * 1024 * 1024  # so little is left where a write has just failed
TOLD_EVERY_S = 0.7
BEFORE_A_VERDICT = frozenset({FileState.RECEIVED, FileState.INSPECTING})
STOPS = {Outcome.QUARANTINED: FileState.QUARANTINED, Outcome.REFUSED: FileState.FAULTY}
BEFORE_A_COPY = frozenset({FileState.PASSED, FileState.MAKING})


class Carrier:
    """Carries word from a thread to the loop, no more often than a person reads."""

    def __init__(self, tell: Callable[..., Coroutine[Any, Any, None]]) -> None:
        self.tell = tell
        self.loop = asyncio.get_running_loop()
        self.told = 0.0

    def __call__(self, *what: Any) -> None:
        if time.monotonic() - self.told < TOLD_EVERY_S:
            return
        self.told = time.monotonic()
        asyncio.run_coroutine_threadsafe(self.tell(*what), self.loop)


class Telling:
    """Carries progress from ffmpeg's thread to the rows and the news; percent never falls.

    What is left is this attempt's own guess: one that begins again has its own pace. It counts from the
    first share that is done, for what ffmpeg takes to begin comes but once.
    """

    def __init__(self, file: FilmFile, lease: Lease, news: News) -> None:
        self.file, self.lease, self.news = file, lease, news
        self.loop = asyncio.get_running_loop()
        self.told = self.begun = 0.0
        self.kind = ""
        self.fraction = self.begun_with = 0.0

    def from_thread(self, kind: str, fraction: float) -> None:
        moment = time.monotonic()
        if kind == self.kind and (moment - self.told < TOLD_EVERY_S or fraction <= self.fraction):
            return
        if kind != self.kind or not self.fraction:
            self.begun, self.begun_with = moment, fraction
        self.told, self.kind, self.fraction = moment, kind, fraction
        asyncio.run_coroutine_threadsafe(self.tell(kind, fraction), self.loop)

    async def tell(self, kind: str, fraction: float, state: str = "running") -> None:
        seconds = self.told - self.begun
        left = (
            forecast.left(fraction, seconds, begun=self.begun_with) if kind == self.kind else None
        )
        await rows(
            """INSERT INTO step (id, file, kind, state, fraction, attempt, started_at, details)
               VALUES ({}, {}, {}, {}, {}, {}, now(), jsonb_strip_nulls(jsonb_build_object('left', {}::float)))
               ON CONFLICT (file, kind) DO UPDATE SET state = excluded.state,
                 fraction = greatest(step.fraction, excluded.fraction), attempt = excluded.attempt,
                 details = excluded.details,
                 started_at = CASE WHEN step.state = 'waiting' THEN now() ELSE step.started_at END,
                 ended_at = CASE WHEN excluded.state = 'done' THEN now() END
               WHERE step.attempt <= excluded.attempt AND step.state <> 'done' RETURNING id""",
            new_id(),
            self.file.id,
            kind,
            state,
            fraction,
            self.lease.attempt,
            left,
        )
        await self.news.tell(
            "file",
            self.file.id,
            state=self.file.state,
            step=kind,
            fraction=round(fraction, 3),
            left=left and round(left),
        )


async def the_file(file_id: str) -> tuple[FilmFile, Submission, Edition] | None:
    """The rows of a file; one that was erased meanwhile asks for no work."""
    file = await FilmFile.objects().get(FilmFile.id == file_id)
    if file is None:
        return None
    submission = await Submission.objects().get(Submission.id == file.submission)
    edition = await Edition.objects().get(Edition.id == submission.edition) if submission else None
    return (file, submission, edition) if submission and edition else None


@asynccontextmanager
async def sandbox_for(
    file: FilmFile | Trailer,
    lease: Lease,
    store: Store,
    settings: Settings,
    *,
    name: str = "",
    source: Path | None = None,
) -> AsyncIterator[Sandbox]:
    """A fresh folder for each attempt: a superseded one can spoil nothing.

    What is read is the master, wherever it must come from, unless there is another `source`.
    Whatever ends it on a disk without room is no fault of the film: NotYet(`storage_full`). ffmpeg is not
    asked: of a copy in segments it says nothing, and ends well.
    """
    film = MasterFile(source) if source else await asyncio.to_thread(store.open_master, file.id)
    work = store.work_folder(f"{lease.line}{lease.attempt}{name}")
    try:
        yield Sandbox(
            tools=find_tools(),
            source=film.path,
            work=work,
            allow_fallback=settings.allow_unsandboxed or not settings.in_production,
        )
    except (Fault, OSError) as error:
        if store.free_bytes() < NO_ROOM_BYTES:
            raise NotYet("storage_full") from error
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
        film.close()


@asynccontextmanager
async def nothing_left(store: Store, file_id: str) -> AsyncIterator[None]:
    """Around what prepares a copy and publishes it. Whoever erased the film may have been here while it was still
    being sent to a far store: then it goes now. An attempt that another has overtaken leaves it to that one.
    """
    try:
        yield
    except Superseded:
        if not await rows(
            "SELECT id FROM film_file WHERE id = {} UNION ALL SELECT id FROM trailer WHERE id = {}",
            file_id,
            file_id,
        ):
            await asyncio.to_thread(store.forget, file_id)
        raise


async def published(store: Store, sandbox: Sandbox, key: str, *, lease: Lease) -> None:
    """What lies in the sandbox's work folder becomes visible at once, by the lease's holder alone."""
    async with nothing_left(store, key[:ID_LENGTH]):
        await asyncio.to_thread(store.prepare, sandbox.work, key)
        async with transaction():
            await hold(lease)
            await asyncio.to_thread(store.publish, sandbox.work, key)


async def inspect(
    file_id: str, *, lease: Lease, heartbeat: Heartbeat, news: News, settings: Settings
) -> None:
    """T0 and T1, then the verdict: what passed goes on to its copy, what is faulty back with every reason."""
    known = await the_file(file_id)
    if known is None or known[0].state not in BEFORE_A_VERDICT:
        return
    file, submission, edition = known
    await advance(file, lease, FileState.INSPECTING, BEFORE_A_VERDICT)
    telling = Telling(file, lease, news)
    async with sandbox_for(file, lease, store_of(settings), settings) as sandbox:
        sha256 = file.sha256 or await asyncio.to_thread(sha256_of, sandbox.source)
        facts = await stoppable(
            lambda: scan.inspect(
                sandbox,
                name=file.name,
                on_step=telling.from_thread,
                cancelled=lambda: heartbeat.lost,
            )
        )
    facts = msgspec.structs.replace(facts, sha256=sha256)
    for kind in ("sniff", "packets", "sound"):
        await telling.tell(kind, 1.0, "done")
    async with transaction():
        verdict = await judged(facts, submission)
        await keep_verdict(
            file, submission, edition, facts, verdict, lease=lease, sandbox=sandbox.name
        )
    await telling.tell("policy", 1.0, "done")
    await news.tell("file", file.id, state=file.state, refresh=True)


async def stoppable(work: Callable[[], Any]) -> Any:
    try:
        return await asyncio.to_thread(work)
    except Cancelled:
        raise Superseded from None


async def judged(facts: Facts, submission: Submission) -> Verdict:
    """By the rules of the film's section as they stand.

    In the act that keeps the verdict: neither section nor rules change before it ends, and who
    changes them then finds it and judges it again.
    """
    selected = await rows(
        """SELECT s.edition, s.section, s.waivers, f.declared_seconds
           FROM submission s JOIN film f ON f.id = s.film WHERE s.id = {} FOR SHARE OF s""",
        submission.id,
    )
    if not selected:  # erased meanwhile
        raise Superseded
    film = selected[0]
    book = await technical.book_of(film["edition"], lock="SHARE")
    return policy.judge(
        facts,
        book.policy(film["section"]),
        declared_seconds=film["declared_seconds"],
        waivers=frozenset(film["waivers"]),
    )


async def keep_verdict(
    file: FilmFile,
    submission: Submission,
    edition: Edition,
    facts: Facts,
    verdict: Verdict,
    *,
    lease: Lease,
    sandbox: str,
) -> None:
    """Facts, verdict and the next step in one transaction, by the holder of the lease alone."""
    wanted = STOPS.get(verdict.outcome, FileState.PASSED)
    async with transaction():
        await hold(lease)
        moved = await rows(
            """UPDATE film_file SET state = {}, facts = {}::jsonb, verdict = {}::jsonb, sandbox = {},
                 sha256 = {}, judged_at = now() WHERE id = {} AND state = 'inspecting' RETURNING id""",
            wanted.value,
            as_row(facts),
            as_row(verdict),
            sandbox,
            facts.sha256,
            file.id,
        )
        if not moved:
            return
        codes = [finding.code for finding in verdict.findings]
        await record("file_judged", file.id, outcome=verdict.outcome.value, codes=codes)
        await put_older_aside(file.submission, file.number, now_is=wanted)
        if wanted is FileState.PASSED:
            await later(
                "make_screener", file=file.id, owner=file.person or "", weight=int(facts.duration)
            )
        else:
            await tell_members(
                submission, "file_refused", edition=edition, occasion=f"refused:{file.id}"
            )
    file.state = wanted.value


async def advance(
    file: FilmFile, lease: Lease, wanted: FileState, allowed: Collection[FileState]
) -> None:
    """Compare-and-set on the file's state, fenced by the lease."""
    async with transaction():
        await hold(lease)
        await rows(
            "UPDATE film_file SET state = {} WHERE id = {} AND state = ANY({}) RETURNING id",
            wanted.value,
            file.id,
            sorted(str(state) for state in allowed),
        )
    file.state = wanted.value


async def make_screener(
    file_id: str,
    *,
    lease: Lease,
    heartbeat: Heartbeat,
    news: News,
    settings: Settings,
    workers: int = 1,
) -> None:
    """T3: one decode makes the whole copy; it becomes visible as one, or not at all.

    A long film is shared out where several workers can take its chunks.
    """
    known = await the_file(file_id)
    if known is None or known[0].state not in BEFORE_A_COPY:
        return
    file, submission, edition = known
    facts = facts_of(file.facts)
    if facts is None:
        return
    if store_of(settings).free_bytes() < file.size * FREE_BYTES_PER_BYTE:
        raise NotYet("storage_full")
    await advance(file, lease, FileState.MAKING, BEFORE_A_COPY)
    telling = Telling(file, lease, news)
    try:
        made = await copied(
            file,
            facts,
            telling,
            lease=lease,
            heartbeat=heartbeat,
            settings=settings,
            workers=workers,
        )
    except Damaged as damage:
        await refuse_damaged(file, submission, edition, damage, lease=lease)
    else:
        if made is None:
            return
        await telling.tell("screener", 1.0, "done")
        await keep_copy(file, submission, edition, made, lease=lease)
        await telling.tell("publish", 1.0, "done")
    await news.tell("file", file.id, state=file.state, refresh=True)


async def copied(
    file: FilmFile,
    facts: Facts,
    telling: Telling,
    *,
    lease: Lease,
    heartbeat: Heartbeat,
    settings: Settings,
    workers: int,
) -> screener.Screener | None:
    """The copy, published; None when its chunks were shared out. Raises `Damaged`."""
    store = store_of(settings)
    async with sandbox_for(file, lease, store, settings) as sandbox:
        plan = await planned(
            file, facts, sandbox, heartbeat=heartbeat, settings=settings, workers=workers
        )
        if isinstance(plan, EncodingPlan):
            await telling.tell("screener", 0.0)
            await chunking.share_out(file, plan, lease=lease)
            return None
        if is_early(plan, settings):
            await publish_early(file, plan, store, settings, lease=lease, heartbeat=heartbeat)
        made = await encoded(sandbox, plan, telling, heartbeat)
        await publish_copy(file, sandbox, store, lease=lease)
    return made


async def encoded(
    sandbox: Sandbox, facts: Facts, telling: Telling, heartbeat: Heartbeat
) -> screener.Screener:
    made: screener.Screener = await stoppable(
        lambda: screener.make(
            sandbox,
            facts,
            on_progress=lambda fraction: telling.from_thread("screener", fraction),
            cancelled=lambda: heartbeat.lost,
        )
    )
    return made


async def planned(
    file: FilmFile,
    facts: Facts,
    sandbox: Sandbox,
    *,
    heartbeat: Heartbeat,
    settings: Settings,
    workers: int,
) -> EncodingPlan | Facts:
    """The plan that stands already, or a new one; or the facts, when one worker makes it all."""
    if (standing := await chunking.plan_of(file.id)) is not None:
        return standing
    seen: Facts = await stoppable(
        lambda: windows.look(sandbox, facts, cancelled=lambda: heartbeat.lost)
    )
    if not chunks.can_share(seen, longer_than=settings.share_from_seconds, workers=workers):
        return seen
    clock = await stoppable(lambda: screener.clock_of(sandbox, seen))
    return chunks.plan(seen, clock, seconds=chunks.chunk_seconds(seen.duration, workers))


def is_early(facts: Facts, settings: Settings) -> bool:
    return settings.early_rung and facts.duration >= settings.early_from_seconds


async def publish_early(
    file: FilmFile,
    facts: Facts,
    store: Store,
    settings: Settings,
    *,
    lease: Lease,
    heartbeat: Heartbeat,
) -> None:
    """A small copy first, whole and verified: its maker watches it while the rest is made."""
    if await asyncio.to_thread(store.is_published, early_key(file.id)):
        return
    async with sandbox_for(file, lease, store, settings, name="early") as sandbox:
        with suppress(Damaged):  # the whole copy meets the same damage, and judges all of it
            await stoppable(
                lambda: screener.make_early(sandbox, facts, cancelled=lambda: heartbeat.lost)
            )
            await published(store, sandbox, early_key(file.id), lease=lease)


async def publish_copy(file: FilmFile, sandbox: Sandbox, store: Store, *, lease: Lease) -> None:
    """The whole copy is there; the early one has served."""
    await published(store, sandbox, file.id, lease=lease)
    await asyncio.to_thread(store.discard_copy, early_key(file.id))


async def keep_copy(
    file: FilmFile,
    submission: Submission,
    edition: Edition,
    made: screener.Screener,
    *,
    lease: Lease,
) -> None:
    """The whole film has been seen now: the final verdict, and the copy for its maker to watch."""
    copy = msgspec.to_builtins(made)
    copy.pop("facts")
    async with transaction():
        verdict = await judged(made.facts, submission)
        await keep_final(
            file, submission, edition, made.facts, verdict, copy=copy, lease=lease, sandbox=made.sandbox
        )  # fmt: skip


async def refuse_damaged(
    file: FilmFile,
    submission: Submission,
    edition: Edition,
    damage: Damaged,
    *,
    lease: Lease,
) -> None:
    """A film whose own damage stops its copy is refused with its reasons, and is no fault of ours.

    Where the rules would let so little damage pass, that there is no copy is the reason.
    """
    facts = damage.facts
    async with transaction():
        verdict = await judged(facts, submission)
        if verdict.is_accepted:
            facts = msgspec.structs.replace(facts, is_uncopied=True)
            verdict = await judged(facts, submission)
        await keep_final(
            file, submission, edition, facts, verdict, copy=None, lease=lease, sandbox=file.sandbox
        )


async def keep_final(
    file: FilmFile,
    submission: Submission,
    edition: Edition,
    facts: Facts,
    verdict: Verdict,
    *,
    copy: dict[str, Any] | None,
    lease: Lease,
    sandbox: str,
) -> None:
    wanted = FileState.READY if verdict.is_accepted else FileState.FAULTY
    kind = "copy_ready" if verdict.is_accepted else "file_refused"
    async with transaction():
        await hold(lease)
        moved = await rows(
            """UPDATE film_file SET state = {}, facts = {}::jsonb, verdict = {}::jsonb,
                 screener = {}::jsonb, sandbox = {}, ready_at = now()
               WHERE id = {} AND state = 'making' RETURNING id""",
            wanted.value,
            as_row(facts),
            as_row(verdict),
            None if copy is None else msgspec.json.encode(copy).decode(),
            sandbox,
            file.id,
        )
        if not moved:
            return
        await put_older_aside(file.submission, file.number, now_is=wanted)
        await record(kind, file.id, sandbox=sandbox)
        if verdict.is_accepted and edition.has_marks:
            await later(
                "mark_copy", file=file.id, owner=file.person or "", weight=int(facts.duration)
            )
        await tell_members(submission, kind, edition=edition, occasion=f"{kind}:{file.id}")
    file.state = wanted.value


async def give_up(lease: Lease, fault: str) -> None:
    """Nothing more is tried: the file stands aside, its makers are told."""
    known = await the_file(lease.args["file"])
    if known is None:
        return
    file, submission, edition = known
    async with transaction():
        failed = await rows(
            """UPDATE film_file SET state = 'failed', fault = {}
               WHERE id = {} AND state = ANY({}) RETURNING id""",
            fault[:200],
            file.id,
            sorted(str(state) for state in BEFORE_A_VERDICT | BEFORE_A_COPY),
        )
        if failed:
            await record("file_failed", file.id, fault=fault[:200])
            await tell_members(
                submission,
                "file_failed",
                edition=edition,
                occasion=f"failed:{file.id}:{lease.line}",
            )


async def take_up_again(lease: Lease) -> None:
    """A person sends a file's work on its way: it stands again where that work begins."""
    async with transaction():
        again = await rows(
            """UPDATE film_file SET fault = '',
                 state = CASE WHEN {} = 'inspect_film' THEN 'received' ELSE 'sound' END
               WHERE id = {} AND state = 'failed' RETURNING id""",
            lease.task,
            lease.args["file"],
        )
        if again:
            await record("file_taken_up", lease.args["file"], task=lease.task)
