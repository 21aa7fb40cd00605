"""A maker's many films in one table, several of them filed at once, and all that was written to them."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import MAKER
from api.pages._page import language_of, page
from api.pages.letters import number_in
from api.request import AnyRequest
from festival.access import Viewer
from festival.clock import closes, now
from festival.deadlines import last_closing
from festival.errors import FestivalError
from festival.language import has_words, t, text_in
from festival.tables import Edition
from festival.texts import texts_of
from festival.wording import LINK
from submissions import catalogue
from submissions.catalogue import CatalogueLine, DoneForSeveral, query_of
from submissions.lists import sections_of
from submissions.office.fixes import field_label

TABLE = "/submissions/table"
FILING = "/submissions/filings"
POST = "/submissions/post"
PLACES = {"replace": "/file", "release": "/file", "bring": "/materials"}
"""Where the next thing is done, behind a film's address."""


@get(TABLE, guards=MAKER)
async def table(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """All of one's films in one table; what is looked for stands in the address."""
    return await table_page(request, edition_row, viewer)


async def table_page(request: AnyRequest, edition: Edition, viewer: Viewer) -> Response[str]:
    lang, query = language_of(request), query_of(request.query_params)
    sheet = await catalogue.films(viewer, edition, query, number=number_in(request))
    closing = await last_closing(edition)
    return page(
        request,
        "filmmaker/table.html",
        at=TABLE,
        sheet=sheet,
        query=query,
        kept=urlencode(query.words),
        nexts=[one for one in catalogue.NEXT if sheet.by_next.get(one)],
        statuses=catalogue.STATUSES,
        sections=[
            (one.letter, f"{one.letter} · {text_in(lang, texts_of(one.names))}")
            for one in await sections_of(edition)
        ],
        place_of=place_of,
        label=partial(field_label, lang),
        closing=closing,
        is_open=now() < closes(closing),
    )


def place_of(line: CatalogueLine) -> str:
    """The page of the next thing to do, behind the film's address."""
    return f"/fixes/{line.fix}" if line.next == "fix" else PLACES.get(line.next, "")


# Filing several


@get(FILING, guards=MAKER)
async def filings(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """A look before several drafts are filed: which they are."""
    ids = [one.partition(".")[0][:16] for one in request.query_params.getall("chosen", [])]
    return await filings_page(request, await catalogue.chosen(viewer, edition_row, ids))


async def filings_page(
    request: AnyRequest, lines: Sequence[CatalogueLine], error: FestivalError | None = None
) -> Response[str]:
    drafts = [one for one in lines if one.status == "draft" and one.entry_right == "own"]
    return page(
        request,
        "filmmaker/filings.html",
        error=error,
        at=FILING,
        drafts=drafts,
        others=len(lines) - len(drafts),
        done=None,
    )


def filed_page(request: AnyRequest, done: DoneForSeveral) -> Response[str]:
    lang = language_of(request)
    return page(
        request,
        "filmmaker/filings.html",
        at=FILING,
        drafts=[],
        others=0,
        done=done,
        why=partial(why_in, lang),
    )


def why_in(lang: str, code: str) -> str:
    """One reason, in words; the field that it is about is told by them."""
    key = f"error.{code.rpartition(':')[2]}"
    return t(lang, key) if has_words(key) else t(lang, "catalogue.lacks")


# All that was written


@get(POST, guards=MAKER)
async def post(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    """What offices wait for, and every letter about one's films, in all editions."""
    lang = language_of(request)
    return page(
        request,
        "filmmaker/post.html",
        sheet=await catalogue.post_of(viewer, number=number_in(request)),
        label=partial(field_label, lang),
        body_of=lambda letter: letter.body.replace(LINK, "").strip(),
        kind_of=lambda kind: t(
            lang,
            f"operator.letter.{kind}"
            if has_words(f"operator.letter.{kind}")
            else "operator.letter.other",
        ),
    )


HANDLERS: list[Any] = [table, filings, post]
