"""Screenings as their makers are told of them: at each publication, or when programmers ask; and their word.

A confirmation holds for what was seen. Where anything of it is told otherwise afterwards it lapses, and
the makers are asked again, with what was and what is; where nothing is, nobody is asked twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from festival import desk, letters
from festival.access import Viewer
from festival.clock import festival_day, now
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.language import is_visible, t
from festival.paging import Paged, numbers_of, paged, sought
from festival.record import record
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Letter, Person, new_id
from festival.texts import ANY_TITLE, EVERY_TITLE, Texts, film_title
from screenings.departures import readers
from screenings.document import Document
from screenings.freezing import document_of, newest_number
from screenings.guests import kept_guests, said_in
from screenings.lists import items, working_grid
from screenings.public import as_it_is, newest_publication
from screenings.showing_facts import ShowingFacts, ToldName, headline, in_words, moved, showings_in
from screenings.tables import ToldScreening
from submissions.entries import held
from submissions.status import Status
from submissions.tables import Film, Submission
from submissions.telling import tell_members
from submissions.visitors import visitors_in

STATES = ("silent", "changed", "objected", "confirmed")
STATE = """coalesce(nullif(t.answer, ''),
  CASE WHEN jsonb_typeof(t.before) = 'object' THEN 'changed' ELSE 'silent' END)"""
"""`MakersScreening.state`, of a row `t`."""
PAGE = 40
MOST_ASKED = 400


class ToldNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a telling changes of one screening for the makers of one film: `before` is what they had been
    told, where it is otherwise now. Of one that is gone, `facts` are those that held.
    """

    kind: Literal["new", "changed", "gone"]
    facts: ShowingFacts
    before: ShowingFacts | None = None


# Telling


async def tell(
    edition: Edition, document: Document, *, films: Collection[str] | None = None
) -> dict[str, list[ToldNews]]:
    """Keep what this document says of each screening as told; by the film, what of it is news.

    `films`: of these alone. Whoever calls writes the letters, in the same transaction.
    """
    kept = await kept_of(edition, films)
    news: dict[str, list[ToldNews]] = defaultdict(list)
    known = {item.id: item for item in await items(edition)}
    told = [
        (name, facts)
        for name, facts in showings_in(document, known, await coming_with(edition))
        if films is None or name[0] in films
    ]
    for name, facts, stood in paired(told, kept):
        before = facts_in(stood) if stood else None
        if stood is None:
            await put_down(edition, name, facts)
        elif before != facts or stood["number"] != name[2]:
            await put_otherwise(stood, name, facts)
        if before is None:
            news[name[0]].append(ToldNews(kind="new", facts=facts))
        elif moved(before, facts):
            news[name[0]].append(ToldNews(kind="changed", facts=facts, before=before))
    for stood in kept:
        await rows("DELETE FROM told_screening WHERE id = {} RETURNING id", stood["id"])
        news[stood["submission"]].append(ToldNews(kind="gone", facts=facts_in(stood)))
    return dict(news)


async def kept_of(edition: Edition, films: Collection[str] | None) -> list[dict[str, Any]]:
    """What was told before, held until the act ends: an answer comes before, or finds the new facts.

    Of two who tell at once, the second finds what the first has told.
    """
    await rows("SELECT pg_advisory_xact_lock(hashtextextended({}, 2))", f"told {edition.id}")
    return await rows(
        """SELECT id, submission, programme, number, facts, before, answer FROM told_screening
           WHERE edition = {} AND ({} OR submission = ANY({})) ORDER BY id FOR UPDATE""",
        edition.id,
        films is None,
        sorted(films or ()),
    )


def paired(
    told: list[tuple[ToldName, ShowingFacts]], kept: list[dict[str, Any]]
) -> Iterator[tuple[ToldName, ShowingFacts, dict[str, Any] | None]]:
    """Each with what was told of it before, which leaves `kept`: of the same place first, then of the same
    number. Two showings that only trade their numbers are no change.
    """
    by_place = {(row["submission"], row["programme"], place_in(facts_in(row))): row for row in kept}
    others = []
    for name, facts in told:
        if (stood := by_place.pop((*name[:2], place_in(facts)), None)) is not None:
            kept.remove(stood)
            yield name, facts, stood
        else:
            others.append((name, facts))
    by_number = {(row["submission"], row["programme"], row["number"]): row for row in kept}
    for name, facts in others:
        if (stood := by_number.get(name)) is not None:
            kept.remove(stood)
        yield name, facts, stood


def place_in(facts: ShowingFacts) -> tuple[str, datetime]:
    return (facts.screen, facts.starts_at)


def facts_in(row: Mapping[str, Any]) -> ShowingFacts:
    return msgspec.convert(row["facts"], ShowingFacts)


async def put_down(edition: Edition, told: ToldName, facts: ShowingFacts) -> None:
    """Told for the first time."""
    submission, programme, number = told
    await ToldScreening(
        edition=edition.id,
        submission=submission,
        programme=programme,
        number=number,
        facts=msgspec.to_builtins(facts),
    ).save()


async def put_otherwise(stood: Mapping[str, Any], told: ToldName, facts: ShowingFacts) -> None:
    """The new facts. Where any is about something else they are unanswered, and an answer will be compared with
    what was answered last; a room that is only called otherwise is no such thing.
    """
    its = ToldScreening.id == stood["id"]
    kept: dict[Any, Any] = {"facts": msgspec.to_builtins(facts), "number": told[2]}
    await ToldScreening.update(kept).where(its)
    if moved(facts_in(stood), facts):
        before = stood["before"] if stood["before"] and not stood["answer"] else stood["facts"]
        await ToldScreening.update(
            {
                ToldScreening.before: before,
                ToldScreening.answer: "",
                ToldScreening.words: "",
                ToldScreening.answered_by: None,
                ToldScreening.answered_at: None,
                ToldScreening.told_at: now(),
                ToldScreening.version: ToldScreening.version + 1,
            }
        ).where(its)


async def coming_with(edition: Edition) -> dict[str, set[str]]:
    """By the film: the guests whom its own makers have announced and programmers have taken over."""
    film_of = {one.id: one.submission for one in await visitors_in(edition)}
    found: dict[str, set[str]] = defaultdict(set)
    for guest in await kept_guests(edition):
        for visitor in said_in(guest):
            if visitor in film_of:
                found[film_of[visitor]].add(guest.name)
    return found


def lines(lang: str, news: list[ToldNews]) -> str:
    """A line for each screening that is new or gone, and one for each fact that is otherwise."""
    return "\n".join(line for one in in_order(news) for line in lines_of(lang, one))


def in_order(news: list[ToldNews]) -> list[ToldNews]:
    return sorted(news, key=lambda one: one.facts.starts_at)


def lines_of(lang: str, news: ToldNews) -> list[str]:
    first = t(lang, f"letter.showing.{news.kind}", screening=headline(lang, news.facts))
    return [first, *facts_otherwise(lang, news)]


def facts_otherwise(lang: str, news: ToldNews, *, but: Collection[str] = ()) -> list[str]:
    if news.before is None:
        return []
    names = [name for name in moved(news.before, news.facts) if name not in but]
    return [fact_line(lang, name, news.before, news.facts) for name in names]


def fact_line(lang: str, name: str, before: ShowingFacts, after: ShowingFacts) -> str:
    """`Débat : 30 min devient aucun`."""
    told = {"before": in_words(lang, name, before), "after": in_words(lang, name, after)}
    return t(lang, "letter.showing.fact", fact=t(lang, f"showing.fact.{name}"), **told)


def beside_places(lang: str, news: list[ToldNews]) -> str:
    """What is otherwise of screenings that stay, beside hour and room, which a publication tells itself."""
    return "\n".join(
        line for one in in_order(news) for line in facts_otherwise(lang, one, but=("when", "where"))
    )


# Asking


class FilmsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Whose makers are asked; none named means every film of the working grid."""

    films: Annotated[list[Id], Meta(max_length=MOST_ASKED)] = []


async def ask(edition: Edition, wanted: FilmsAsked, *, by: Person) -> int:
    """Tell makers where their films stand in the working grid, before it is public, and ask for a yes.

    Only what they have not been told is news to them. Returns of how many films they were written to.
    """
    async with transaction():
        await desk.hold_edition(edition.id)
        grid = await working_grid(edition)
        document = await document_of(edition, grid, await newest_number(edition) + 1)
        shown = {film.submission for one in document.programmes for film in one.films}
        if wanted.films and not shown.issuperset(wanted.films):
            raise Refused("film_not_placed")
        news = await tell(edition, document, films=set(wanted.films) or shown)
        if news:
            await record("makers_asked", edition.id, by=by, edition=edition.id, films=sorted(news))
        for film, its in sorted(news.items()):
            await write_to(film, its, edition=edition, occasion=f"asked:{new_id()}")
    return len(news)


async def write_to(film: str, news: list[ToldNews], *, edition: Edition, occasion: str) -> None:
    """What is asked for the first time, or asked again because it is otherwise; nothing of a film that left."""
    submission = await Submission.objects().get(Submission.id == film)
    if submission is None or submission.status != Status.ACCEPTED:
        return
    is_first = all(one.kind == "new" for one in news)
    await tell_members(
        submission,
        "screening_asked" if is_first else "screening_changed",
        edition=edition,
        occasion=occasion,
        link=place_of(film),
        lines=partial(lines, news=news),
    )


def place_of(film: str) -> str:
    return f"/submissions/{film}/screenings"


# Answering


class ScreeningAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A yes, an objection with a sentence, or neither any more; `version` is what was seen."""

    answer: Literal["confirmed", "objected", ""]
    words: Annotated[str, Meta(max_length=600)] = ""
    version: VersionNumber


async def answer(
    submission: Submission, told_id: str, given: ScreeningAnswer, *, edition: Edition, by: Person
) -> int:
    """The makers' word, until the screening begins; an objection is written to programmers.

    `Conflict` where the facts, or the answer, are not what was seen. Returns the version that stands.
    """
    words = given.words.strip() if given.answer == "objected" else ""
    if given.answer == "objected" and not is_visible(words):
        raise Refused("words:objection_wordless")
    async with transaction():
        standing = await held(submission)
        told = await told_one(standing, told_id)
        if facts_in(told.to_dict()).starts_at <= now():
            raise Refused("screening_begun")
        version = await desk.amend(
            told,
            {
                "answer": given.answer,
                "words": words,
                "answered_by": by.id if given.answer else None,
                "answered_at": now() if given.answer else None,
                "before": told.before if not given.answer else None,
            },
            version=given.version,
            act="screening_answered",
            by=by,
        )
        if given.answer == "objected":
            await tell_of_objection(standing, told, edition=edition, by=by)
    return version


async def told_one(submission: Submission, told_id: str) -> ToldScreening:
    its = (ToldScreening.id == told_id) & (ToldScreening.submission == submission.id)
    told = await ToldScreening.objects().get(its)
    if told is None or submission.status != Status.ACCEPTED:
        raise Missing("screening_missing")
    return told


async def tell_of_objection(
    submission: Submission, told: ToldScreening, *, edition: Edition, by: Person
) -> None:
    film = await Film.objects().get(Film.id == submission.film)
    for reader in await readers(edition, "programmer"):
        await letters.write(
            "screening_objected",
            reader,
            occasion=f"objected:{told.id}:{told.version}:{reader.id}",
            edition=edition,
            about=submission.id,
            link="/programmer/confirmations?shown=objected",
            title=partial(film_title, film=film) if film else "",
            screening=partial(headline, told=facts_in(told.to_dict())),
            objection=told.words,
            by=by.name,
        )


# Reading


class MakersScreening(msgspec.Struct, frozen=True, kw_only=True):
    """A screening as the makers of its film read it. `state` is one of `STATES`; `before` are facts that
    were told otherwise, and not answered since.
    """

    id: str
    programme: str
    number: int
    facts: ShowingFacts
    before: ShowingFacts | None
    answer: str
    words: str
    answered_at: datetime | None
    told_at: datetime
    version: int
    by: str = ""

    @property
    def state(self) -> str:
        return self.answer or ("changed" if self.before else "silent")

    @property
    def changes(self) -> list[str]:
        return moved(self.before, self.facts) if self.before else []

    @property
    def is_open(self) -> bool:
        return self.facts.starts_at > now()


class LiveShowing(msgspec.Struct, frozen=True, kw_only=True):
    """What is otherwise today than published: `is_moved` to another hour or room, expected later, or cancelled."""

    cancelled: bool
    words: Texts
    starts_at: datetime
    room: str
    is_moved: bool
    expected_at: datetime | None

    @property
    def is_news(self) -> bool:
        return self.cancelled or self.is_moved or self.expected_at is not None


async def screenings_of(submission: Submission) -> list[MakersScreening]:
    """In the order of the days; none of a film whose acceptance is not announced."""
    if submission.status != Status.ACCEPTED:
        raise Missing("missing")
    selected = await rows(
        """SELECT t.*, coalesce(p.name, '') AS by FROM told_screening t
           LEFT JOIN person p ON p.id = t.answered_by WHERE t.submission = {}
           ORDER BY t.facts->>'starts_at', t.id""",
        submission.id,
    )
    return msgspec.convert(selected, list[MakersScreening], strict=False)


async def running_now(edition: Edition, its: list[MakersScreening]) -> dict[str, LiveShowing]:
    """By its id: how a screening really runs, where something was said of it on the day. What makers were told
    of another place than the one that is published is none of these.
    """
    document = await newest_publication(edition)
    if document is None:
        return {}
    runs = {one.id: one for one in (await as_it_is(edition, document, [])).screenings}
    rooms = {one.id: one.name for one in document.screens}
    named = {
        (one.programme, one.screen, one.starts_at): runs[one.id]
        for one in document.screenings
        if one.id in runs
    }
    found = {}
    for one in its:
        now_runs = named.get((one.programme, *place_in(one.facts)))
        if now_runs is not None and (live := now_runs.live) is not None:
            found[one.id] = LiveShowing(
                cancelled=live.cancelled,
                words=live.words,
                starts_at=now_runs.starts_at,
                room=rooms.get(now_runs.screen, ""),
                is_moved=bool(live.was_at or live.was_in),
                expected_at=live.expected_at,
            )
    return found


async def awaited(films: list[str]) -> dict[str, int]:
    """By the film whose makers were told of a screening: of how many ahead nobody has answered."""
    selected = await rows(
        """SELECT t.submission, count(*) FILTER (WHERE t.answer = ''
             AND (t.facts->>'starts_at')::timestamptz > now()) AS n FROM told_screening t
           JOIN submission s ON s.id = t.submission AND s.status = 'accepted'
           WHERE t.submission = ANY({}) GROUP BY t.submission""",
        films,
    )
    return {row["submission"]: row["n"] for row in selected}


class ConfirmationRow(MakersScreening, frozen=True, kw_only=True):
    """One screening of one film, as programmers see who has confirmed it."""

    submission: str
    title: str
    film_titles: Texts
    section_letter: str


class ConfirmationList(Paged, frozen=True, kw_only=True):
    """A page of them; `counts` by state and `total` are of all, whatever state or film is looked for, and `waiting`
    of those ahead that nobody has answered: they are what a reminder is about.
    """

    rows: list[ConfirmationRow]
    counts: dict[str, int]
    total: int
    waiting: int
    unasked: int


TOLD_HERE = f"""told_here AS MATERIALIZED (
  SELECT t.id, t.submission, {STATE} AS state, (t.facts->>'starts_at')::timestamptz > now() AS is_ahead
  FROM told_screening t
  JOIN submission s ON s.id = t.submission AND s.status = 'accepted'
  WHERE t.edition = {{}} AND NOT t.submission = ANY({{}}) AND {{}} IN ('', t.programme))"""
"""What makers were told of films that are chosen still, but for those from which a viewer has stepped aside; of a
programme or of all.
"""
COUNTED = "SELECT " + ", ".join(
    f"count(*) FILTER (WHERE state = '{one}')::int AS {one}" for one in STATES
)
WAITING = "count(*) FILTER (WHERE is_ahead AND state IN ('silent', 'changed'))::int AS waiting"


async def confirmations(
    edition: Edition,
    viewer: Viewer,
    *,
    state: str = "",
    programme: str = "",
    words: str = "",
    page: int = 1,
) -> ConfirmationList:
    """Every screening of an accepted film that its makers were told of, by day, forty a page; less the films from
    which this viewer has stepped aside. `unasked` counts films of the working grid whose makers know nothing;
    `words` are sought in titles.
    """
    meant = f"""SELECT t.id, t.facts->>'starts_at' AS starts_at, {ANY_TITLE} AS title
                FROM told_here JOIN told_screening t ON t.id = told_here.id
                JOIN submission s ON s.id = t.submission JOIN film f ON f.id = s.film
                WHERE {{}} IN ('', told_here.state) {f"AND {sought(EVERY_TITLE)}" if words else ""}"""
    told = await rows(
        f"""WITH {TOLD_HERE}, {paged(meant, order="starts_at, title, id", of=PAGE)}
            SELECT counted.*, one.* FROM ({COUNTED}, {WAITING} FROM told_here) counted LEFT JOIN (
              SELECT page.place, page.found, t.*, coalesce(p.name, '') AS by, page.title, f.titles AS film_titles,
                coalesce(x.letter, '') AS section_letter
              FROM page JOIN told_screening t ON t.id = page.id JOIN submission s ON s.id = t.submission
              JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
              LEFT JOIN person p ON p.id = t.answered_by) one ON true
            ORDER BY one.place""",
        edition.id, sorted(viewer.recused), programme, state, *filter(None, [words]), page,
    )  # fmt: skip
    shown, counts = [row for row in told if row["id"]], {one: told[0][one] for one in STATES}
    return ConfirmationList(
        rows=msgspec.convert(shown, list[ConfirmationRow], strict=False),
        counts=counts,
        total=sum(counts.values()),
        waiting=told[0]["waiting"],
        unasked=await unasked(edition, viewer),
        **numbers_of(told, of=PAGE),
    )


async def counts_of(edition: Edition, viewer: Viewer, *, programme: str) -> dict[str, int]:
    """How many screenings of a programme's films are in each of `STATES`."""
    told = await rows(
        f"WITH {TOLD_HERE} {COUNTED} FROM told_here",
        edition.id,
        sorted(viewer.recused),
        programme,
    )
    return told[0]


async def unasked(edition: Edition, viewer: Viewer) -> int:
    selected = await rows(
        """SELECT count(DISTINCT s.id) AS n FROM screening c JOIN grid g ON g.id = c.grid
           JOIN programme_film q ON q.programme = c.programme
           JOIN submission s ON s.id = q.submission AND s.status = 'accepted' AND s.pending IS NULL
           WHERE g.edition = {} AND g.number IS NULL AND NOT s.id = ANY({}) AND NOT EXISTS (
             SELECT 1 FROM told_screening t WHERE t.submission = s.id
               AND t.programme = c.programme AND t.number = c.number)""",
        edition.id,
        sorted(viewer.recused),
    )
    return int(selected[0]["n"])


# Reminding


async def remind(edition: Edition, viewer: Viewer, *, by: Person) -> int:
    """A word to the makers of every screening ahead that nobody has answered, once a day at most. Of how
    many films.
    """
    waiting: dict[str, list[ToldNews]] = defaultdict(list)
    for row in await rows(
        """SELECT t.submission, t.facts FROM told_screening t
           JOIN submission s ON s.id = t.submission AND s.status = 'accepted'
           WHERE t.edition = {} AND t.answer = '' AND (t.facts->>'starts_at')::timestamptz > now()
             AND NOT t.submission = ANY({}) ORDER BY t.submission""",
        edition.id,
        sorted(viewer.recused),
    ):
        waiting[row["submission"]].append(ToldNews(kind="new", facts=facts_in(row)))
    async with transaction():
        for film, news in waiting.items():
            submission = await Submission.objects().get(Submission.id == film)
            if submission is not None:
                await tell_members(
                    submission,
                    "screening_waits",
                    edition=edition,
                    occasion=f"unconfirmed:{today()}",
                    link=place_of(film),
                    lines=partial(lines, news=news),
                )
        if waiting:
            await record(
                "makers_reminded", edition.id, by=by, edition=edition.id, films=sorted(waiting)
            )
    return len(waiting)


def today() -> date:
    return festival_day(now())


async def still_true(letter: Letter) -> bool:
    """Asked when a reminder is about to go: whether anything of its film is still unanswered."""
    found = await rows(
        "SELECT 1 FROM told_screening WHERE submission = {} AND answer = '' LIMIT 1", letter.about
    )
    return bool(found)
