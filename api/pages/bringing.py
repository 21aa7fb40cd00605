"""One material for several films of a maker: what is wanted of them, a look before, and what became of it."""

from functools import partial

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER
from api.pages._page import language_of, page
from api.pages.catalogue import why_in
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.language import has_words, t
from festival.tables import Edition
from submissions import bringing
from submissions.attachments import MOST_MATERIAL_BYTES
from submissions.bringing import MaterialTaker
from submissions.catalogue import MOST_AT_ONCE, DoneForSeveral
from submissions.materials import MOST_TEXT

ALL = "/submissions/materials"
ONE = f"{ALL}/{{material_id:str}}"


@get(ALL, guards=MAKER)
async def wanted(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """What is wanted of one's accepted films, and of how many it is missing."""
    return page(
        request,
        "filmmaker/bringings.html",
        at=ALL,
        wanted=await bringing.wanted_of_mine(viewer, edition_row),
    )


@get(ONE, guards=MAKER)
async def one_for_several(request: AnyRequest, material_id: FromPath[str]) -> Response[str]:
    """A look before one thing is brought for several films: which they are, and what each has."""
    return await bringing_page(request, material_id)


async def bringing_page(
    request: AnyRequest,
    material_id: str,
    *,
    error: FestivalError | None = None,
    text: str = "",
    ticked: frozenset[str] | None = None,
) -> Response[str]:
    """`ticked`: films that were ticked in a form that was refused; else those that lack it."""
    material, films = await bringing.takers(
        request.state["viewer"], request.state["edition"], material_id
    )
    return page(
        request,
        "filmmaker/bringing.html",
        error=error,
        at=f"{ALL}/{material.id}",
        material=material,
        films=films,
        text=text,
        ticked=lacking(films) if ticked is None else ticked,
        most_text=MOST_TEXT,
        most_bytes=MOST_MATERIAL_BYTES,
        most_films=MOST_AT_ONCE,
        done=None,
    )


def lacking(films: list[MaterialTaker]) -> frozenset[str]:
    """The first of those that have nothing of it yet, as many as one act takes."""
    return frozenset([one.id for one in films if not one.version][:MOST_AT_ONCE])


async def brought_page(
    request: AnyRequest, material_id: str, done: DoneForSeveral, text: str = ""
) -> Response[str]:
    """`text` is what was brought: where a film was left it is still here, to be copied."""
    material, _ = await bringing.takers(
        request.state["viewer"], request.state["edition"], material_id
    )
    return page(
        request,
        "filmmaker/bringing.html",
        at=f"{ALL}/{material.id}",
        material=material,
        done=done,
        in_vain=[text] if text and done.left else [],
        why=partial(reason, language_of(request)),
    )


def reason(lang: str, code: str) -> str:
    """Why a film was left, in words that hold where one of many is told."""
    key = f"bringing.why.{code.rpartition(':')[2]}"
    return t(lang, key) if has_words(key) else why_in(lang, code)


HANDLERS = [wanted, one_for_several]
