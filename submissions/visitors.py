"""Who comes with an accepted film, as its makers say it: until the festival begins."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.clock import at, now
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.language import is_visible
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from festival.texts import ANY_TITLE, Texts
from submissions.entries import held
from submissions.status import Status
from submissions.tables import Submission, Visitor
from units.times import DAY

MOST_VISITORS = 8  # with one film
SpokenOnStage = Annotated[
    list[Annotated[str, Meta(min_length=2, max_length=20)]], Meta(max_length=12)
]
TravelMinute = Annotated[int, Meta(ge=0, lt=16 * DAY)]  # after the first day's midnight


class VisitorForm(msgspec.Struct, frozen=True, kw_only=True):
    """Arrival and departure are in minutes after the first day's midnight, where they are known. `languages`
    are those in which they speak on stage; `joins_debate`: they wish to take part in the debate.
    """

    name: Annotated[str, Meta(min_length=1, max_length=160)]
    qualities: texts.ShortTexts = {}
    arrives: TravelMinute | None = None
    leaves: TravelMinute | None = None
    step_free: bool = False
    languages: SpokenOnStage = []
    joins_debate: bool = True


class VisitorChange(VisitorForm, frozen=True, kw_only=True):
    """All of it, and the version that its writer saw."""

    version: VersionNumber


class AnnouncedVisitor(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor with the film that they come with; `said` are the words of its makers."""

    id: str
    submission: str
    title: str
    titles: Texts
    name: str
    qualities: Texts
    arrives: int | None
    leaves: int | None
    step_free: bool
    languages: list[str] = []
    joins_debate: bool = True

    @property
    def said(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in SAID}


SAID = VisitorForm.__struct_fields__
UNSAID = {"languages": [], "joins_debate": True}
"""What makers said of a visitor before they were asked this."""


def is_open(edition: Edition) -> bool:
    """Before the first day begins; afterwards only the team changes anything."""
    return now() < at(edition.first_day, 0)


async def visitors_of(submission: Submission) -> list[Visitor]:
    """In the order in which they were named; none before the film's acceptance is announced."""
    if submission.status != Status.ACCEPTED:
        raise Missing("missing")
    found = Visitor.objects().where(Visitor.submission == submission.id)
    return await found.order_by(Visitor.created_at).order_by(Visitor.id)


async def visitors_in(edition: Edition) -> list[AnnouncedVisitor]:
    """Everybody whom makers announce, with a film whose acceptance is announced."""
    selected = await rows(
        """SELECT v.id, v.submission, """ + ANY_TITLE + """ AS title, f.titles, v.name, v.qualities,
             v.arrives, v.leaves, v.step_free, v.languages, v.joins_debate
           FROM visitor v JOIN submission s ON s.id = v.submission JOIN film f ON f.id = s.film
           WHERE v.edition = {} AND s.status = 'accepted' ORDER BY v.created_at, v.id""",
        edition.id,
    )  # fmt: skip
    return msgspec.convert(selected, list[AnnouncedVisitor])


async def add_visitor(
    submission: Submission, form: VisitorForm, *, edition: Edition, by: Person
) -> str:
    """One more who comes with the film. Returns their id."""
    values = checked(form)
    async with transaction():
        standing = await open_for(submission, edition)
        if await Visitor.count().where(Visitor.submission == standing.id) >= MOST_VISITORS:
            raise Refused("visitors_many", most=MOST_VISITORS)
        visitor = Visitor(edition=edition.id, submission=standing.id, person=by.id, **values)
        return await desk.add(visitor, act="visitor_added", by=by)


async def change_visitor(
    submission: Submission, visitor_id: str, change: VisitorChange, *, edition: Edition, by: Person
) -> int:
    values = checked(change)
    async with transaction():
        visitor = await one_of(await open_for(submission, edition), visitor_id)
        return await desk.amend(
            visitor, values, version=change.version, act="visitor_changed", by=by
        )


async def remove_visitor(
    submission: Submission, visitor_id: str, *, version: int, edition: Edition, by: Person
) -> None:
    """They do not come after all."""
    async with transaction():
        visitor = await one_of(await open_for(submission, edition), visitor_id)
        await desk.remove(visitor, version=version, act="visitor_removed", by=by)


async def open_for(submission: Submission, edition: Edition) -> Submission:
    """The film, held, while its makers may say who comes."""
    standing = await held(submission)
    if standing.status != Status.ACCEPTED:
        raise Missing("missing")
    if not is_open(edition):
        raise Refused("visitors_closed")
    return standing


async def one_of(submission: Submission, visitor_id: str) -> Visitor:
    its = (Visitor.id == visitor_id) & (Visitor.submission == submission.id)
    visitor = await Visitor.objects().get(its)
    if visitor is None:
        raise Missing("visitor_missing")
    return visitor


def checked(form: VisitorForm) -> dict[str, Any]:
    """The columns; `Refused` where nobody is named, or leaves before arriving."""
    if not is_visible(form.name):
        raise Refused("name:field_missing")
    if form.leaves is not None and form.leaves <= (form.arrives or 0):
        raise Refused("leaves:leaves_before_arriving")
    given = {name: getattr(form, name) for name in SAID}
    return given | {
        "name": form.name.strip(),
        "qualities": texts.settled("qualities", form.qualities),
    }
