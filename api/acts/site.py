"""The texts of the public site: written, and tried on before they are kept."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import OPERATOR
from api.pages.site import PAGE, text_page
from api.request import AnyRequest
from festival.site import NewText, SiteKind, checked, write_text
from festival.tables import Edition, Person
from festival.texts import fields_of, texts_of

TEXT = f"{PAGE}/{{text:str}}"


def kind_of(request: AnyRequest) -> SiteKind:
    return SiteKind(request.path_params["text"])


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    typed = {language: refused.last(field) for field, language in fields_of("texts").items()}
    return await text_page(
        request,
        request.state["edition"],
        kind_of(request),
        error=refused.error,
        typed=typed,
        version=str(refused.version or ""),
    )


async def tried(request: AnyRequest, done: NewText) -> Response[str]:
    """The page with what was typed, read as the public would; nothing of it is kept."""
    return await text_page(
        request,
        request.state["edition"],
        kind_of(request),
        typed=done.texts,
        version=str(done.version),
    )


@act(
    TEXT,
    json=TEXT,
    method="put",
    status=200,
    guards=OPERATOR,
    again=again,
    goes=PAGE,
    says="desk.done.kept",
)
async def write(
    data: NewText,
    text: FromPath[SiteKind],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> NewText:
    """Keep a text of the site in every language that has one; none at all takes it from the site."""
    row = await write_text(edition_row, text, data, by=person)
    return NewText(texts=texts_of(row.texts), version=row.version)


@act(f"{TEXT}/preview", guards=OPERATOR, again=again, answers=tried, opt={"once": False})
async def preview(data: NewText, text: FromPath[SiteKind]) -> NewText:
    """Read a text as the public would, before it is kept."""
    return msgspec.structs.replace(data, texts=checked(text, data.texts))


ACTS = [write, preview]
