"""Tickets that makers want of the screenings of their film, what the office grants, and how many may be wanted."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from festival import desk
from festival.access import Viewer
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.paging import Paged, numbers_of, paged, sought
from festival.shapes import SeenVersion, VersionNumber
from festival.tables import Edition, Person
from festival.texts import ANY_TITLE, EVERY_TITLE, Texts
from screenings.confirming import facts_in, place_of, told_one
from screenings.showing_facts import ShowingFacts, headline
from screenings.tables import MakersTerms, TicketWish, ToldScreening
from submissions.entries import held
from submissions.lists import submission_in
from submissions.status import Status
from submissions.tables import Submission
from submissions.telling import tell_members

MOST_TICKETS = 200
STATES = ("waiting", "granted", "refused")
PAGE = 40
TicketWords = Annotated[str, Meta(max_length=300)]


# What an edition grants


class TermsForm(msgspec.Struct, frozen=True, kw_only=True):
    """`most_tickets` of one screening, none at all for 0; without a moment until it begins. `figures_told`:
    makers read how many came. `version` is what was seen, 0 where nothing was said yet.
    """

    most_tickets: Annotated[int, Meta(ge=0, le=MOST_TICKETS)] = 0
    tickets_until: datetime | None = None
    figures_told: bool = False
    version: SeenVersion = 0


async def terms_of(edition: Edition) -> MakersTerms:
    """As they stand; an edition that has said nothing grants nothing, at version 0."""
    known = await MakersTerms.objects().get(MakersTerms.edition == edition.id)
    return known or MakersTerms(edition=edition.id, version=0)


async def set_terms(edition: Edition, form: TermsForm, *, by: Person) -> int:
    if form.tickets_until is not None and form.tickets_until.tzinfo is None:
        raise Refused("tickets_until:moment_unreadable")
    given = msgspec.structs.asdict(form)
    version = given.pop("version")
    async with transaction():
        await desk.hold_edition(edition.id)
        kept = await terms_of(edition)
        if kept.version:
            return await desk.amend(kept, given, version=version, act="makers_terms_set", by=by)
        if version:
            raise Conflict("gone_meanwhile")
        row = MakersTerms(edition=edition.id, version=1, **given)
        await desk.add(row, act="makers_terms_set", by=by)
    return 1


def is_open(terms: MakersTerms, facts: ShowingFacts) -> bool:
    """Whether tickets of this screening may still be wanted."""
    until = terms.tickets_until or facts.starts_at
    return bool(terms.most_tickets) and now() < min(until, facts.starts_at)


# What makers want


class TicketForm(msgspec.Struct, frozen=True, kw_only=True):
    wanted: Annotated[int, Meta(ge=1, le=MOST_TICKETS)]
    kind: Literal["invitation", "accreditation"] = "invitation"
    for_whom: TicketWords = ""
    version: SeenVersion = 0


async def want(
    submission: Submission, told_id: str, form: TicketForm, *, edition: Edition, by: Person
) -> int:
    """Want tickets of a screening, or other ones while nobody has answered. Returns the version that stands.

    `Refused` beyond the edition's bound and after its day; `Conflict` where the wish is not what was seen.
    """
    async with transaction():
        standing = await held(submission)
        told = await told_one(standing, told_id)
        terms = await terms_of(edition)
        if not is_open(terms, facts_in(told.to_dict())):
            raise Refused("tickets_closed")
        if form.wanted > terms.most_tickets:
            raise Refused("wanted:tickets_many", most=terms.most_tickets)
        given = {"wanted": form.wanted, "kind": form.kind, "for_whom": form.for_whom.strip()}
        kept = await wish_for(told)
        if kept is None and form.version:
            raise Conflict("gone_meanwhile")
        if kept is None:
            row = TicketWish(
                edition=edition.id,
                submission=standing.id,
                programme=told.programme,
                number=told.number,
                kind=form.kind,
                wanted=form.wanted,
                for_whom=form.for_whom.strip(),
                person=by.id,
            )
            await desk.add(row, act="tickets_wanted", by=by)
            return 1
        check_unanswered(kept)
        return await desk.amend(
            kept, given, version=form.version, act="tickets_wanted_otherwise", by=by
        )


async def want_no_more(submission: Submission, told_id: str, *, version: int, by: Person) -> None:
    """Taken back, while nobody has answered."""
    async with transaction():
        kept = await wish_for(await told_one(await held(submission), told_id))
        if kept is None:
            raise Missing("tickets_missing")
        check_unanswered(kept)
        await desk.remove(kept, version=version, act="tickets_wanted_no_more", by=by)


def check_unanswered(wish: TicketWish) -> None:
    if wish.granted is not None:
        raise Refused("tickets_answered")


async def wish_for(told: ToldScreening) -> TicketWish | None:
    return await TicketWish.objects().get(
        (TicketWish.submission == told.submission)
        & (TicketWish.programme == told.programme)
        & (TicketWish.number == told.number)
    )


class MakersWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a film's makers want of one screening, and what they were answered."""

    programme: str
    number: int
    kind: str
    wanted: int
    for_whom: str
    granted: int | None
    answer: str
    version: int


async def wishes_of(submission: Submission) -> dict[tuple[str, int], MakersWish]:
    """By the programme and the number of its showing."""
    selected = await rows(
        """SELECT programme, number, kind, wanted, for_whom, granted, answer, version
           FROM ticket_wish WHERE submission = {}""",
        submission.id,
    )
    found = msgspec.convert(selected, list[MakersWish])
    return {(one.programme, one.number): one for one in found}


# What the office grants


class TicketAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, some or none, with words; `version` is what was seen."""

    granted: Annotated[int, Meta(ge=0, le=MOST_TICKETS)]
    answer: TicketWords = ""
    version: VersionNumber


class AnsweredWish(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of an answer."""

    granted: int
    answer: str
    answered_by: str
    answered_at: datetime


async def grant(
    edition: Edition, wish_id: str, given: TicketAnswer, viewer: Viewer, *, by: Person
) -> int:
    """Answer a wish, or answer it otherwise: the film's makers get a letter. The version that stands."""
    wish = await desk.one_of(TicketWish, wish_id, edition=edition, missing="tickets_missing")
    submission = await submission_in(edition, wish.submission)
    if submission.id in viewer.recused or submission.status != Status.ACCEPTED:
        raise Missing("tickets_missing")
    if given.granted > wish.wanted:
        raise Refused("granted:tickets_beyond", most=wish.wanted)
    answered = AnsweredWish(
        granted=given.granted, answer=given.answer.strip(), answered_by=by.id, answered_at=now()
    )
    async with transaction():
        version = await desk.amend(
            wish,
            msgspec.structs.asdict(answered),
            version=given.version,
            act="tickets_granted",
            by=by,
        )
        await tell_of_answer(submission, wish, edition=edition)
    return version


async def tell_of_answer(submission: Submission, wish: TicketWish, *, edition: Edition) -> None:
    its = (ToldScreening.submission == submission.id) & (ToldScreening.programme == wish.programme)
    told = await ToldScreening.objects().get(its & (ToldScreening.number == wish.number))
    if told is None:
        return
    await tell_members(
        submission,
        "tickets_answered" if wish.granted else "tickets_refused",
        edition=edition,
        occasion=f"tickets:{wish.id}:{wish.version}",
        link=place_of(submission.id),
        screening=partial(headline, told=facts_in(told.to_dict())),
        n=wish.granted or 0,
        wanted=wish.wanted,
        answer=wish.answer or "–",
    )


class TicketRow(MakersWish, frozen=True, kw_only=True):
    """A wish as the office reads it. `facts` are none where the screening is no more."""

    id: str
    submission: str
    title: str
    titles: Texts
    director: str
    by: str
    answered_by: str = ""
    answered_at: datetime | None = None
    facts: ShowingFacts | None = None

    @property
    def state(self) -> str:
        if self.granted is None:
            return "waiting"
        return "granted" if self.granted else "refused"


class TicketList(Paged, frozen=True, kw_only=True):
    """A page of wishes; `counts` by state, `wanted` and `granted`, which are tickets, and `total` are of all wishes,
    whatever is looked for.
    """

    rows: list[TicketRow]
    counts: dict[str, int]
    wanted: int
    granted: int
    total: int


WISHED = """ticket_wish w JOIN submission s ON s.id = w.submission AND s.status = 'accepted'"""
HERE = "w.edition = {} AND NOT w.submission = ANY({})"
"""Wishes for films that are chosen still, and not for those from which the viewer steps aside."""
SHOWN = """JOIN film f ON f.id = s.film LEFT JOIN person p ON p.id = w.person
  LEFT JOIN told_screening t ON t.submission = w.submission AND t.programme = w.programme AND t.number = w.number"""
COLUMNS = f"""w.*, {ANY_TITLE} AS title, f.titles, f.director, coalesce(p.name, '') AS by,
  coalesce((SELECT a.name FROM person a WHERE a.id = w.answered_by), '') AS answered_by, t.facts"""
STATE = "CASE WHEN w.granted IS NULL THEN 'waiting' WHEN w.granted > 0 THEN 'granted' ELSE 'refused' END"
COUNTS = ", ".join(f"'{one}', count(*) FILTER (WHERE state = '{one}')" for one in STATES)
STARTS_AT = "t.facts->>'starts_at'"
SAID = sought(f"concat_ws(' ', {EVERY_TITLE}, f.director, p.name, w.for_whom)")


async def wishes_in(edition: Edition, viewer: Viewer) -> list[TicketRow]:
    """All of them, by screening: for a list that is taken along."""
    selected = await rows(
        f"""SELECT {COLUMNS} FROM {WISHED} {SHOWN} WHERE {HERE}
            ORDER BY {STARTS_AT} NULLS LAST, title, w.id""",
        edition.id,
        sorted(viewer.recused),
    )
    return msgspec.convert(selected, list[TicketRow])


async def wishes(
    edition: Edition, viewer: Viewer, *, state: str = "", words: str = "", page: int = 1
) -> TicketList:
    """Forty a page, by screening, of one state or of all; `words` are sought in titles, directors, those who asked and
    for whom.
    """
    meant = f"""SELECT w.id, {STARTS_AT} AS starts_at, {ANY_TITLE} AS title
                FROM known w JOIN submission s ON s.id = w.submission {SHOWN}
                WHERE {{}} IN ('', w.state) {f"AND {SAID}" if words else ""}"""
    told = await rows(
        f"""WITH known AS MATERIALIZED (SELECT w.id, w.submission, w.programme, w.number, w.wanted, w.granted,
                w.person, w.for_whom, {STATE} AS state FROM {WISHED} WHERE {HERE}),
              {paged(meant, order="starts_at NULLS LAST, title, id", of=PAGE)},
              counted AS (SELECT count(*)::int AS total, coalesce(sum(wanted), 0)::int AS wanted_in_all,
                coalesce(sum(granted), 0)::int AS granted_in_all,
                jsonb_build_object({COUNTS}) AS counts FROM known)
            SELECT counted.*, one.* FROM counted LEFT JOIN (
              SELECT page.place, page.found, {COLUMNS}
              FROM page JOIN ({WISHED}) ON w.id = page.id {SHOWN}) one ON true
            ORDER BY one.place""",
        edition.id, sorted(viewer.recused), state, *filter(None, [words]), page,
    )  # fmt: skip
    return TicketList(
        rows=msgspec.convert([row for row in told if row["id"]], list[TicketRow]),
        counts=told[0]["counts"],
        wanted=told[0]["wanted_in_all"],
        granted=told[0]["granted_in_all"],
        total=told[0]["total"],
        **numbers_of(told, of=PAGE),
    )
