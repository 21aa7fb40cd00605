"""A trailer beside an entry: sent as a film is, looked at and copied in the same booth, by lighter rules.

It is no version of the film, and stands in a table of its own: nothing that asks for a film's file can
find it. Nobody but its makers knows of it until one of them releases it; from then on it is shown beside
the film, wherever the last publication shows that film, and leaves with it in the same second.
"""

import asyncio
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, language
from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import is_visible
from festival.leases import Heartbeat, Lease, NotYet, Superseded, hold
from festival.progress import News
from festival.record import record
from festival.settings import Settings
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from media import policy, scan, screener, windows
from media.facts import Facts
from media.policy import Finding, Outcome, Verdict
from media.screener import Damaged, Screener
from media.storage import Store
from submissions.entries import held, refuse_closed
from submissions.intake import FREE_BYTES_PER_BYTE, Carrier, published, sandbox_for, stoppable
from submissions.quotas import reserve
from submissions.receiving import known_hash
from submissions.status import FileState, Status
from submissions.store import store_of
from submissions.tables import Submission, Trailer
from submissions.telling import tell_members
from submissions.uploads import UPLOAD_LASTS, let_go, place_for, sweep_each
from submissions.verdicts import as_row, facts_of, verdict_of

MOST_BYTES = 4_000_000_000
MOST_SECONDS = 300
RULES = {
    "id": "trailer",
    "most_bytes": MOST_BYTES,
    "duration": {"least": 1, "most": MOST_SECONDS, "unlike_declared": None},
    "sound": {"required": False},
}
"""Over those of the edition's policy; what sections and operators say of films is not said of it."""
KEPT = [FileState.READY.value, FileState.RELEASED.value]
"""Whole, with a copy to be seen; whatever else stands yields to the next upload."""
WORKING = [FileState.RECEIVED.value, FileState.MAKING.value]
AT_WORK, AT_REST = "at_work", "at_rest"
"""Whether the booth has something to do for an entry; `at_rest` ends the news of it."""
BEGINS = {"sniff": 0.0, "packets": 0.02, "sound": 0.1, "screener": 0.2}
"""What the booth does with it in this order, and at which part of the whole, roughly."""


WhyTakenDown = Annotated[str, Meta(max_length=600)]


class ShownTrailer(msgspec.Struct, frozen=True, kw_only=True):
    """A trailer as its makers see it; `seconds` where it has a copy. `findings` say why it was refused."""

    id: str
    state: str
    name: str
    size: int
    seconds: float | None
    findings: tuple[Finding, ...]
    version: int


async def trailers_of(submission: str) -> list[ShownTrailer]:
    """What is released, then what may follow it: two at most, besides one that is on its way."""
    known = (
        await Trailer.objects().where(Trailer.submission == submission).order_by(Trailer.created_at)
    )
    return [shown(one) for one in known]


def shown(trailer: Trailer) -> ShownTrailer:
    verdict = verdict_of(trailer.verdict)
    facts = facts_of(trailer.facts) if trailer.screener else None
    return ShownTrailer(
        id=trailer.id,
        state=trailer.state,
        name=trailer.name,
        size=trailer.size,
        seconds=facts.duration if facts else None,
        findings=verdict.findings if verdict else (),
        version=trailer.version,
    )


def mark_of(trailers: list[ShownTrailer]) -> str:
    """Differs as soon as a page that shows them would."""
    return " ".join(f"{one.id}.{one.version}.{one.state}" for one in trailers)


def news_of(trailers: list[ShownTrailer]) -> dict[str, str]:
    """What whoever watches is told first."""
    is_working = any(one.state in WORKING for one in trailers)
    return {"mark": mark_of(trailers), "state": AT_WORK if is_working else AT_REST}


async def one_of(submission: Submission, trailer_id: str) -> Trailer:
    its = (Trailer.id == trailer_id) & (Trailer.submission == submission.id)
    trailer = await Trailer.objects().get(its)
    if trailer is None:
        raise Missing("trailer_missing")
    return trailer


async def released(films: list[str]) -> dict[str, str]:
    """Of submissions that are shown, those that have a trailer to be shown with it: its id."""
    found = await rows(
        "SELECT submission, id FROM trailer WHERE submission = ANY({}) AND state = 'released'",
        films,
    )
    return {row["submission"]: row["id"] for row in found}


async def is_public(trailer_id: str) -> bool:
    """Asked at every segment, beside what the publication shows: its film is still chosen, and it still stands."""
    found = await rows(
        """SELECT t.id FROM trailer t JOIN submission s ON s.id = t.submission
           WHERE t.id = {} AND t.state = 'released' AND s.status = 'accepted'""",
        trailer_id,
    )
    return bool(found)


async def _noted(act: str, trailer: Trailer, *, by: Person | None = None, **details: Any) -> None:
    """On the record as an act on its entry: whoever may not read of the film reads nothing of it either."""
    await record(
        act, trailer.submission, by=by, edition=trailer.edition, trailer=trailer.id, **details
    )


# Its way in


async def begin(
    submission: Submission,
    *,
    edition: Edition,
    name: str,
    size: int,
    by: Person,
    store: Store,
    settings: Settings,
    told: str = "",
) -> Trailer:
    """A trailer of `size` bytes to come. What was on its way before it, and was not ready, makes place.

    Refused: `entry_is_closed`, `trailer_large`, and what `quotas.reserve` says.
    """
    if size > MOST_BYTES:
        raise Refused("trailer_large", most=partial(language.size, count=MOST_BYTES))
    trailer = Trailer(
        edition=edition.id,
        submission=submission.id,
        person=by.id,
        name=name,
        size=size,
        told=told,
        expires_at=now() + UPLOAD_LASTS,
    )
    async with place_for(trailer, store):
        aside = await _begin(trailer, submission, by=by, store=store, settings=settings)
    for one in aside:
        await let_go(one, store)
    return trailer


async def _begin(
    trailer: Trailer, submission: Submission, *, by: Person, store: Store, settings: Settings
) -> list[str]:
    async with transaction():
        refuse_closed(await held(submission))
        aside = await _put_aside(
            trailer,
            "submission = {} AND NOT state = ANY({})",
            submission.id,
            KEPT,
        )
        await reserve(trailer, store=store, settings=settings)
        await trailer.save()
        await _noted("trailer_begun", trailer, by=by, size=trailer.size)
    return aside


async def _put_aside(trailer: Trailer, which: str, *values: object) -> list[str]:
    """Others of its entry go as rows, in the act that makes them useless; their bytes follow."""
    gone = await rows(
        f"DELETE FROM trailer WHERE id <> {{}} AND {which} RETURNING id", trailer.id, *values
    )
    for row in gone:
        await later("discard_trailer", trailer=row["id"], edition=trailer.edition)
    return [row["id"] for row in gone]


async def finish(trailer: Trailer, *, store: Store) -> None:
    """From now on the house works on it. Done twice, done once."""
    sha256 = await asyncio.to_thread(store.finish, trailer.id, known_hash(trailer))
    async with transaction():
        received = await rows(
            """UPDATE trailer SET state = 'received', received_at = now(), sha256 = {}
               WHERE id = {} AND state = 'receiving' RETURNING id""",
            sha256,
            trailer.id,
        )
        if received:
            await later(
                "make_trailer",
                trailer=trailer.id,
                edition=trailer.edition,
                owner=trailer.person or "",
            )
            await _noted("trailer_received", trailer, size=trailer.size)
    if not received and not await Trailer.exists().where(Trailer.id == trailer.id):
        await asyncio.to_thread(store.discard_master, trailer.id)


async def refuse(trailer: Trailer, findings: tuple[Finding, ...], *, store: Store) -> bool:
    """A hopeless file: why is kept, its bytes are let go. False when it has ended."""
    verdict = Verdict(outcome=Outcome.REFUSED, findings=findings, policy=str(RULES["id"]))
    async with transaction():
        refused = await rows(
            """UPDATE trailer SET state = 'faulty', verdict = {}::jsonb
               WHERE id = {} AND state = 'receiving' RETURNING id""",
            as_row(verdict),
            trailer.id,
        )
        if refused:
            await _record_refusal(trailer, findings)
    if refused:
        await let_go(trailer.id, store)
    return bool(refused)


async def _record_refusal(trailer: Trailer, findings: tuple[Finding, ...]) -> None:
    await _noted("trailer_refused", trailer, codes=[finding.code for finding in findings])


async def abandon(trailer: Trailer, *, by: Person, store: Store) -> bool:
    """Its sender gives the upload up; False when it has ended meanwhile."""
    async with transaction():
        gone = await rows(
            "DELETE FROM trailer WHERE id = {} AND state = 'receiving' RETURNING id", trailer.id
        )
        if gone:
            await _noted("trailer_abandoned", trailer, by=by)
    if gone:
        await let_go(trailer.id, store)
    return bool(gone)


async def sweep(*, store: Store) -> None:
    """Those that are under way."""
    coming = await Trailer.objects().where(Trailer.state == FileState.RECEIVING.value)
    await sweep_each(coming, finish, _expire, store=store)


async def _expire(trailer: Trailer, store: Store) -> None:
    async with transaction():
        gone = await rows(
            "DELETE FROM trailer WHERE id = {} AND state = 'receiving' RETURNING id", trailer.id
        )
        if gone:
            await _noted("trailer_expired", trailer)
    if gone:
        await let_go(trailer.id, store)


# The booth


class BoothNews:
    """Carries progress from ffmpeg's thread to whoever watches; of a trailer no row keeps it."""

    def __init__(self, trailer: Trailer, news: News) -> None:
        self.trailer, self.news = trailer, news
        self.from_thread = Carrier(self.tell)

    async def tell(self, kind: str, fraction: float) -> None:
        begins = BEGINS[kind]
        ends = min((one for one in BEGINS.values() if one > begins), default=1.0)
        part = begins + fraction * (ends - begins)
        await self.news.tell(
            "trailer", self.trailer.submission, trailer=self.trailer.id, fraction=round(part, 3)
        )

    async def moved(self, state: str) -> None:
        """Pages are drawn again."""
        await self.news.tell(
            "trailer", self.trailer.submission, trailer=self.trailer.id, state=state
        )


async def make(
    trailer_id: str,
    edition_id: str,
    *,
    lease: Lease,
    heartbeat: Heartbeat,
    news: News,
    settings: Settings,
) -> None:
    """Look, judge, copy, in one go: five minutes of film. One that was taken away asks for no work."""
    trailer = await Trailer.objects().get(Trailer.id == trailer_id)
    edition = await Edition.objects().get(Edition.id == edition_id)
    store = store_of(settings)
    if trailer is None or edition is None:  # taken away, perhaps after a copy of it was published
        await discard(trailer_id, edition_id, store=store)
        return
    if trailer.state not in WORKING:
        if trailer.state != FileState.FAILED:  # cut off after its last act
            await asyncio.to_thread(store.discard_master, trailer.id)
        return
    if store.free_bytes() < trailer.size * FREE_BYTES_PER_BYTE:
        raise NotYet("storage_full")
    await _advance(trailer, lease)
    telling = BoothNews(trailer, news)
    await telling.moved(AT_WORK)
    rules = policy.laid_over(edition.policy, "", RULES)
    async with sandbox_for(trailer, lease, store, settings) as sandbox:
        facts: Facts = await stoppable(
            lambda: scan.inspect(
                sandbox,
                name=trailer.name,
                on_step=telling.from_thread,
                cancelled=lambda: heartbeat.lost,
            )
        )
        verdict, made = policy.judge(facts, rules), None
        if verdict.is_accepted:
            try:
                seen = await stoppable(
                    lambda: windows.look(sandbox, facts, cancelled=lambda: heartbeat.lost)
                )
                made = await stoppable(
                    lambda: screener.make(
                        sandbox,
                        seen,
                        on_progress=lambda fraction: telling.from_thread("screener", fraction),
                        cancelled=lambda: heartbeat.lost,
                    )
                )
                facts = made.facts
            except Damaged as damage:
                facts = msgspec.structs.replace(damage.facts, is_uncopied=True)
            verdict = policy.judge(facts, rules)
        if made is not None and verdict.is_accepted:
            await published(store, sandbox, trailer.id, lease=lease)
    await _keep(trailer, facts, verdict, made, lease=lease)
    await telling.moved(AT_REST)
    await asyncio.to_thread(store.discard_master, trailer.id)


async def _advance(trailer: Trailer, lease: Lease) -> None:
    async with transaction():
        await hold(lease)
        moved = await rows(
            "UPDATE trailer SET state = 'making' WHERE id = {} AND state = ANY({}) RETURNING id",
            trailer.id,
            WORKING,
        )
    if not moved:
        raise Superseded


async def _keep(
    trailer: Trailer, facts: Facts, verdict: Verdict, made: Screener | None, *, lease: Lease
) -> None:
    """Ready for its makers to see, in the place of another that was; or refused with every reason."""
    copy = None
    if made is not None and verdict.is_accepted:
        copy = msgspec.to_builtins(made)
        copy.pop("facts")
    wanted = FileState.FAULTY if copy is None else FileState.READY
    async with transaction():
        await hold(lease)
        await rows("SELECT id FROM submission WHERE id = {} FOR UPDATE", trailer.submission)
        if copy is not None and await Trailer.exists().where(Trailer.id == trailer.id):
            await _put_aside(trailer, "submission = {} AND state = 'ready'", trailer.submission)
        moved = await rows(
            """UPDATE trailer SET state = {}, facts = {}::jsonb, verdict = {}::jsonb,
                 screener = {}::jsonb, ready_at = now(), version = version + 1
               WHERE id = {} AND state = 'making' RETURNING id""",
            wanted.value,
            as_row(facts),
            as_row(verdict),
            None if copy is None else msgspec.json.encode(copy).decode(),
            trailer.id,
        )
        if not moved:  # taken away meanwhile: what was published follows it
            await later("discard_trailer", trailer=trailer.id, edition=trailer.edition)
            return
        if copy is None:
            await _record_refusal(trailer, verdict.findings)
        else:
            await _noted("trailer_ready", trailer)
        await _tell(trailer, "trailer_refused" if copy is None else "trailer_ready")


async def _tell(trailer: Trailer, kind: str, *, again: str = "", **values: Any) -> None:
    """A letter to each of its makers, once; `again` tells apart what may come twice to one trailer."""
    submission = await Submission.objects().get(Submission.id == trailer.submission)
    edition = await Edition.objects().get(Edition.id == trailer.edition)
    if submission is not None and edition is not None:
        place = f"/submissions/{submission.id}/pictures#h-trailers"
        await tell_members(
            submission,
            kind,
            edition=edition,
            occasion=f"{kind}:{trailer.id}{again}",
            link=place,
            **values,
        )


async def give_up(lease: Lease, fault: str) -> None:
    """Nothing more is tried: its makers get a letter, and what they have sent is kept."""
    async with transaction():
        failed = await rows(
            """UPDATE trailer SET state = 'failed', fault = {} WHERE id = {} AND state = ANY({})
               RETURNING id""",
            fault[:200],
            lease.args["trailer"],
            WORKING,
        )
        trailer = await Trailer.objects().get(Trailer.id == lease.args["trailer"])
        if failed and trailer is not None:
            await _noted("trailer_failed", trailer, fault=fault[:200])
            await _tell(trailer, "trailer_failed", again=f":{lease.line}")


async def take_up_again(lease: Lease) -> None:
    """An operator sends its work on its way once more."""
    await rows(
        """UPDATE trailer SET state = 'received', fault = '' WHERE id = {} AND state = 'failed'
           RETURNING id""",
        lease.args["trailer"],
    )


async def discard(trailer_id: str, edition_id: str, *, store: Store) -> None:  # noqa: ARG001
    """The bytes of a trailer that is none any more; twice is once."""
    if not await Trailer.exists().where(Trailer.id == trailer_id):
        await asyncio.to_thread(store.forget, trailer_id)


# Acts


async def release(submission: Submission, trailer_id: str, *, version: int, by: Person) -> int:
    """Its makers have seen it and say yes: it stands beside the film wherever that is public, and takes
    the place of the one that stood there. Returns the version that stands. Twice is once.
    """
    async with transaction():
        refuse_closed(await held(submission))
        trailer = await one_of(submission, trailer_id)
        if trailer.state == FileState.RELEASED:
            return trailer.version
        if trailer.state != FileState.READY:
            raise Conflict("trailer_not_ready")
        await desk.held(trailer, version)
        await _put_aside(trailer, "submission = {} AND state = 'released'", submission.id)
        await rows(
            """UPDATE trailer SET state = 'released', released_at = now(), version = version + 1
               WHERE id = {} RETURNING id""",
            trailer.id,
        )
        await _noted("trailer_released", trailer, by=by)
    return version + 1


async def remove(
    submission: Submission, trailer_id: str, *, version: int, by: Person, store: Store
) -> None:
    """Away, from the public page too, in this second; its bytes follow. Also once the entry is closed."""
    async with transaction():
        trailer = await _taken_away(submission, trailer_id, version=version)
        await _noted("trailer_removed", trailer, by=by)
    await let_go(trailer.id, store)


async def _taken_away(submission: Submission, trailer_id: str, *, version: int) -> Trailer:
    """It is none any more, if it still is as it was seen; its bytes follow the act."""
    trailer = await one_of(submission, trailer_id)
    await desk.held(trailer, version)
    await Trailer.delete().where(Trailer.id == trailer.id)
    await later("discard_trailer", trailer=trailer.id, edition=trailer.edition)
    return trailer


# The office


class TakenDown(msgspec.Struct, frozen=True, kw_only=True):
    """Why the office takes a trailer down, as its makers will read it, and the version that it has seen."""

    reason: WhyTakenDown
    version: VersionNumber


async def for_office(submission: Submission) -> list[ShownTrailer]:
    """What stands, or comes; the caller has asked whether its reader may know of the entry. A draft is its makers'."""
    return [] if submission.status == Status.DRAFT else await trailers_of(submission.id)


async def take_down(
    submission: Submission, trailer_id: str, given: TakenDown, *, by: Person, store: Store
) -> None:
    """Away, in this second, whatever its makers think: with a reason, which they read in a letter."""
    if not is_visible(given.reason):
        raise Refused("reason:reason_missing")
    if submission.status == Status.DRAFT:
        raise Missing("trailer_missing")
    async with transaction():
        trailer = await _taken_away(submission, trailer_id, version=given.version)
        reason = given.reason.strip()
        await _noted("trailer_taken_down", trailer, by=by, reason=reason)
        await _tell(trailer, "trailer_taken_down", reason=reason)
    await let_go(trailer.id, store)
