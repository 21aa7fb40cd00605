"""A maker brings one material for several films at once."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.answers import from_form as file_from
from api.guards import MAKER
from api.pages.bringing import ONE, bringing_page, brought_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Refused
from festival.tables import Edition, Person
from media.storage import Store
from submissions import bringing
from submissions.attachments import MOST_MATERIAL_BYTES
from submissions.catalogue import MOST_AT_ONCE, DoneForSeveral, OwnSeen
from submissions.materials import MOST_TEXT

ChosenFilms = Annotated[list[OwnSeen], Meta(max_length=MOST_AT_ONCE)]


class TextForSeveral(msgspec.Struct, frozen=True):
    """A text, and the films as they were seen: `id.version` each, of which the version is that of their text."""

    text: Annotated[str, Meta(max_length=MOST_TEXT)] = ""
    chosen: ChosenFilms = []


class FileForSeveral(msgspec.Struct, frozen=True):
    """A file as it came, its name, and the films: `id.n` each, with how many files it had of this."""

    raw: bytes
    name: str
    chosen: list[str]


async def from_form(request: AnyRequest) -> FileForSeveral:
    file = await file_from(request)
    named = (await request.form()).getall("chosen", [])
    try:
        chosen = msgspec.convert([str(one)[:32] for one in named], ChosenFilms)
    except msgspec.ValidationError:
        raise Refused("nothing_chosen") from None  # no page of ours has sent that
    return FileForSeveral(file.raw, file.name, chosen)


async def from_body(
    request: AnyRequest,
    chosen: ChosenFilms,
    name: Annotated[str, Meta(max_length=255)] = "",
) -> FileForSeveral:
    return FileForSeveral(await request.body(), name, chosen)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if not isinstance(refused.error, Refused):
        raise refused.error
    ticked = frozenset(one.partition(".")[0] for one in refused.sent.get("chosen", []))
    return await bringing_page(
        request,
        request.path_params["material_id"],
        error=refused.error,
        text=refused.last("text"),
        ticked=ticked,
    )


async def told(request: AnyRequest, done: DoneForSeveral) -> Response[str]:
    text = (await request.form()).get("text", "")
    return await brought_page(request, request.path_params["material_id"], done, str(text))


@act(
    f"{ONE}/text",
    json=f"{ONE}/text",
    method="put",
    status=200,
    guards=MAKER,
    again=again,
    answers=told,
)
async def bring_text_each(
    material_id: FromPath[str],
    data: TextForSeveral,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> DoneForSeveral:
    """The same text for several films, each by itself: where another text stands by now, it is left and named."""
    return await bringing.bring_text_each(
        viewer, edition_row, material_id, data.text, data.chosen, by=person
    )


@act(
    f"{ONE}/file",
    json=f"{ONE}/file",
    status=200,
    guards=MAKER,
    reads=from_form,
    brings=from_body,
    most=MOST_MATERIAL_BYTES,
    again=again,
    answers=told,
)
async def bring_file_each(
    material_id: FromPath[str],
    data: FileForSeveral,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> DoneForSeveral:
    """The same file, as the body, for several films; nothing that was brought is replaced."""
    return await bringing.bring_file_each(
        viewer,
        edition_row,
        material_id,
        data.raw,
        data.chosen,
        name=data.name,
        by=person,
        store=store,
    )


ACTS = [bring_text_each, bring_file_each]
