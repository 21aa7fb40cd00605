"""The committee in figures, its lists as files, and the dossier of a film on paper; for its chair."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import CHAIR
from api.pages._exports import KINDS, own_file, whole
from api.pages._page import language_of, page, text_of
from api.pages._paper import printed
from api.pages.room import facts_about, synopses_told
from api.request import AnyRequest
from festival import spreadsheets
from festival.access import Act, Viewer, may
from festival.errors import FestivalError, Missing
from festival.language import t
from festival.tables import Edition, Person
from reviews import lists, outgoing, receipts, talk
from reviews.committee_figures import figures
from reviews.lists import open_film
from reviews.standing import QUICK
from submissions.lists import card

FIGURES = "/committee/figures"


async def figures_page(
    request: AnyRequest, viewer: Viewer, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    return page(
        request,
        "committee/figures.html",
        at=FIGURES,
        error=error,
        figures=await figures(edition, viewer, patience=QUICK),
        lists=outgoing.LISTS,
        formats=outgoing.FORMATS,
        receipts=await receipts.rule_of(edition),
    )


@get(FIGURES, guards=CHAIR)
async def committee_figures(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await figures_page(request, viewer, edition_row)


@get("/committee/exports/{name:str}", guards=CHAIR)
async def committee_list(
    request: AnyRequest,
    name: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[bytes]:
    """`sheets` or `decisions`, as `.csv`, `.xlsx` or `.json`; the record says that it went out."""
    which, _, kind = name.partition(".")
    if which not in outgoing.LISTS or kind not in outgoing.FORMATS:
        raise Missing("export_missing")
    made = await outgoing.list_of(which, edition_row, viewer, language_of(request))
    await outgoing.note_export(edition_row, which=which, kind=kind, by=person)
    title = t(language_of(request), f"figures.list.{which}")
    if kind == "json":
        content = msgspec.json.encode(made.found)
    elif kind == "csv":
        content = await whole(spreadsheets.csv_pieces(made.heads, made.lines()))
    else:
        content = await whole(spreadsheets.xlsx_pieces(made.heads, made.lines(), title=title))
    return Response(
        content, media_type=KINDS[kind], headers=own_file(f"{which}-{edition_row.slug}.{kind}")
    )


@get("/committee/submissions/{submission_id:str}/dossier.pdf", guards=CHAIR)
async def dossier(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[bytes]:
    """A film for the table of a meeting: what it is, the sheets, the talk, the decisions. Sheets are there
    only where the chair reads them.
    """
    submission, file = await open_film(submission_id, viewer, edition_row, Act.WATCH)
    subject = await lists.subject_of(submission.id, viewer)
    if not may(viewer, Act.READMIT, subject):
        raise Missing("submission_missing")
    votes: tuple[lists.Vote, ...] = ()
    if may(viewer, Act.SEE_REVIEWS, subject):
        votes = (await lists.votes_of([submission.id], viewer)).get(submission.id, ())
    html = text_of(
        request,
        "paper/dossier.html",
        card=await card(submission.id),
        synopses=await synopses_told(submission),
        facts=await facts_about(request, submission, file, edition_row),
        votes=votes,
        votes_open=may(viewer, Act.SEE_REVIEWS, subject),
        talk=await talk.talk_of(submission.id, viewer, subject),
        decisions=await outgoing.decisions_about(submission.id),
        status=submission.status,
        pending=submission.pending,
        by=person.name,
    )
    await outgoing.note_export(edition_row, which=submission.id, kind="pdf", by=person)
    return Response(
        await printed(html), media_type=KINDS["pdf"], headers=own_file(f"film-{submission.id}.pdf")
    )


HANDLERS: list[Any] = [committee_figures, committee_list, dossier]
