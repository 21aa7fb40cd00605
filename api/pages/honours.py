"""What a chosen film may show of it: laurels for its poster, and a certificate on paper."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import laurels
from api.guards import MAKER
from api.pages._exports import own_file
from api.pages._page import language_of, page, text_of
from api.pages._paper import printed
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.clock import now
from festival.errors import Missing
from festival.language import spoken, t, text_in
from festival.tables import Edition
from reviews import receipts
from screenings import attendance, honours
from screenings.honours import HonouredFilm
from submissions.lists import card, own

PAGE = "/submissions/{submission_id:str}/honours"
LAUREL = f"{PAGE}/laurel/{{name:str}}"
CERTIFICATE = f"{PAGE}/certificate.pdf"


@get(PAGE, guards=MAKER)
async def its_honours(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    await honours.honoured(submission)
    return page(
        request,
        "filmmaker/honours.html",
        film=submission.id,
        card=await card(submission.id),
        shown=await honours.shown_at(edition_row, submission),
        figures=await attendance.figures_for(submission, edition_row),
        receipts_on=(await receipts.rule_of(edition_row)).is_on,
        inks=list(laurels.INKS),
        tongues=spoken(),
    )


@get(LAUREL, guards=MAKER)
async def its_laurel(
    submission_id: FromPath[str],
    name: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[bytes]:
    """`fr-dark.svg`: a language of the house, and an ink."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    film = await honours.honoured(submission)
    lang, _, ink = name.removesuffix(".svg").partition("-")
    if lang not in spoken() or ink not in laurels.INKS or not name.endswith(".svg"):
        raise Missing("paper_missing")
    drawn = laurels.laurel(laurel_lines(lang, film, edition_row), ink=ink)
    return Response(drawn.encode(), media_type="image/svg+xml", headers=own_file(f"laurel-{name}"))


def laurel_lines(lang: str, film: HonouredFilm, edition: Edition) -> list[str]:
    section = text_in(lang, film.section_names)
    return [line for line in (t(lang, "honours.selection"), edition.name, section) if line]


@get(CERTIFICATE, guards=MAKER)
async def its_certificate(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[bytes]:
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    film = await honours.honoured(submission)
    drawn = text_of(
        request,
        "paper/certificate.html",
        film=film,
        shown=await honours.shown_at(edition_row, submission),
        today=now(),
        laurel=laurels.laurel(laurel_lines(language_of(request), film, edition_row), ink="dark"),
    )
    return Response(
        await printed(drawn), media_type="application/pdf", headers=own_file("certificate.pdf")
    )


HANDLERS: list[Any] = [its_honours, its_laurel, its_certificate]
