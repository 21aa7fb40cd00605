"""JSON: letters and their words, and the rules by which the house reminds, as operators read them."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import OPERATOR
from api.queries import FromQuery
from festival import bounces, handling, mailbag, outages, wording
from festival.access import Viewer
from festival.settings import Settings
from festival.shapes import Email
from festival.tables import Edition
from festival.texts import Texts, texts_of
from submissions import mail, reminders
from submissions.mail import OpenLetter
from submissions.reminders import ReminderStanding

ShortCode = Annotated[str, Meta(max_length=32)]


class LetterKindWords(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of letter: the house's words, the edition's own, and what may stand in braces.

    `version` is 0 where the edition has none of its own.
    """

    kind: str
    house_subjects: Texts
    house_bodies: Texts
    subjects: Texts
    bodies: Texts
    placeholders: list[str]
    needed: list[str]
    version: int


@get("/operator/letters", guards=OPERATOR)
async def letters(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    address: FromQuery[Email] = "",
    kind: FromQuery[ShortCode] = "",
    stands: FromQuery[ShortCode] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=10**6)]] = 1,
) -> dict[str, Any]:
    """Whether the mail server takes letters, how many stand where, and a page of them."""
    sheet = await mail.letters_of(
        viewer, edition_row, address=address.strip(), kind=kind, state=stands, number=page
    )
    return {
        "outage": await outages.outage(),
        "counts": await mailbag.counts(edition_row.id),
        "kinds": await mailbag.counts_by_kind(edition_row),
        "held_kinds": sorted(await handling.held_kinds(edition_row)),
        "failing": [*(await bounces.failing(edition_row)).values()],
        "letters": sheet.letters,
        "page": sheet.number,
        "pages": sheet.last,
        "total": sheet.found,
    }


@get("/operator/letters/{letter:str}", guards=OPERATOR)
async def letter(
    letter: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> OpenLetter:
    """A letter as it will arrive, without a working key."""
    return await mail.open_letter(letter, viewer=viewer, edition=edition_row, settings=settings)


@get("/operator/texts", guards=OPERATOR)
async def texts(edition_row: NamedDependency[Edition]) -> list[LetterKindWords]:
    """Every kind of letter, and what it says."""
    return [await words_of(kind, edition_row) for kind in wording.kinds()]


@get("/operator/texts/{kind:str}", guards=OPERATOR)
async def text(kind: FromPath[str], edition_row: NamedDependency[Edition]) -> LetterKindWords:
    wording.check_kind(kind)
    return await words_of(kind, edition_row)


async def words_of(kind: str, edition: Edition) -> LetterKindWords:
    standing, own = wording.house_words(kind), await wording.own_words(kind, edition)
    return LetterKindWords(
        kind=kind,
        house_subjects=standing.subjects,
        house_bodies=standing.bodies,
        subjects=texts_of(own.subjects) if own else {},
        bodies=texts_of(own.bodies) if own else {},
        placeholders=wording.placeholders(kind),
        needed=wording.needed(kind),
        version=own.version if own else 0,
    )


@get("/operator/reminders", guards=OPERATOR)
async def rules(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[ReminderStanding]:
    """Each rule, and who would be written to now if it were on."""
    return await reminders.standings(edition_row, viewer)


HANDLERS: list[Any] = [letters, letter, texts, text, rules]
