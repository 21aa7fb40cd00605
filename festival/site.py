"""Texts of the public site in one edition: what it says of itself, and what the law asks it to say.

They are plain words: a blank line parts paragraphs, a line that begins with `- ` is an item of a
list, and an address of the web or of a mailbox becomes a link. Nobody's markup is believed.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.db import rows, transaction
from festival.errors import Conflict, Refused
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, SiteText


class SiteKind(StrEnum):
    """Which text: the first two stand on the programme's page, each other has a page of its own."""

    TAGLINE = "tagline"
    INTRO = "intro"
    ABOUT = "about"
    PRACTICAL = "practical"
    CONTACT = "contact"
    LEGAL = "legal"
    PRIVACY = "privacy"


OWN_PAGES = tuple(kind for kind in SiteKind if kind not in {SiteKind.TAGLINE, SiteKind.INTRO})
SHORT = 200  # characters of a tagline, which stands beside the headline

SiteWords = Annotated[
    dict[texts.LanguageCode, Annotated[str, Meta(max_length=20_000)]], Meta(max_length=40)
]


class NewText(msgspec.Struct, frozen=True, kw_only=True):
    """One text, by language; `version` is the one that its writer has read, 0 where there was none."""

    texts: SiteWords = {}
    version: SeenVersion = 0


async def texts_of_site(edition: Edition) -> dict[str, SiteText]:
    """By kind; what nobody has written is not in it."""
    kept = await SiteText.objects().where(SiteText.edition == edition.id)
    return {one.kind: one for one in kept}


async def written(edition: Edition) -> dict[str, texts.Texts]:
    """Kind → its text by language, where it has one."""
    return {
        kind: words
        for kind, one in (await texts_of_site(edition)).items()
        if (words := texts.texts_of(one.texts))
    }


async def own_pages_written(edition: Edition) -> list[str]:
    """The kinds that have a page of their own, and words on it, in their order: every foot leads there."""
    selected = await rows(
        "SELECT kind FROM site_text WHERE edition = {} AND texts <> jsonb_build_object()",
        edition.id,
    )
    known = {row["kind"] for row in selected}
    return [kind.value for kind in OWN_PAGES if kind in known]


async def write_text(edition: Edition, kind: SiteKind, text: NewText, *, by: Person) -> SiteText:
    """Keep a text, if it still stands as its writer has read it; empty words take it from the site."""
    words = checked(kind, texts.settled("texts", text.texts))
    async with transaction():
        known = await SiteText.objects().get(
            (SiteText.edition == edition.id) & (SiteText.kind == kind.value)
        )
        if known is not None:
            await desk.amend(
                known, {"texts": words}, version=text.version, act="site_text_changed", by=by
            )
            return known
        if text.version:
            raise Conflict("changed_meanwhile")
        row = SiteText(edition=edition.id, kind=kind.value, texts=words)
        await desk.add(row, act="site_text_added", by=by)
    return row


def checked(kind: SiteKind, words: texts.Texts) -> texts.Texts:
    """A tagline is one line beside the headline."""
    if kind is SiteKind.TAGLINE and (
        long := [one for one, text in words.items() if len(text) > SHORT or "\n" in text]
    ):
        raise Refused(*(f"{texts.field_of('texts', one)}:tagline_long" for one in long), most=SHORT)
    return words
