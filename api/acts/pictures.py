"""Pictures that stand for a film: chosen from its copy or sent, said more of, put in order, taken away."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.answers import BroughtFile, from_form
from api.acts.entries import FILM, film_of
from api.forms import faults
from api.guards import MAKER
from api.pages._form import sent_fields, texts_from
from api.pages.pictures import NEW, pictures_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.desk import Reorder, Seen
from festival.errors import Missing, Refused
from festival.settings import Settings
from festival.tables import Edition, Person
from media.storage import Store
from submissions import pictures
from submissions.lists import own
from submissions.pictures import MOST_BYTES, PictureChange

PICTURES = f"{FILM}/pictures"
PICTURE = f"{PICTURES}/{{picture_id:str}}"


class ChosenPicture(msgspec.Struct, frozen=True):
    """One of those that were cut from the copy, by its number there; it may lead at once."""

    number: Annotated[int, Meta(ge=1, le=99)]
    leads: bool = False


async def from_body(
    request: AnyRequest, name: Annotated[str, Meta(max_length=255)] = ""
) -> BroughtFile:
    return BroughtFile(await request.body(), name)


async def change_from(request: AnyRequest) -> PictureChange:
    sent = await sent_fields(request)
    given: dict[str, Any] = texts_from(sent, "labels")
    given |= {
        name: sent[name] for name in ("focus_x", "focus_y", "credit", "version") if sent.get(name)
    }
    if wrong := faults(PictureChange, given, strict=False):
        raise Refused(*wrong)
    return msgspec.convert(given, PictureChange, strict=False)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    which = request.path_params.get("picture_id", NEW)
    return await pictures_page(
        request, await film_of(request), request.state["edition"], refused.error, which
    )


def to_pictures(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}/pictures"


@act(
    PICTURES,
    json=PICTURES,
    guards=MAKER,
    reads=from_form,
    brings=from_body,
    most=MOST_BYTES,
    again=again,
    goes=to_pictures,
    says="pictures.done.sent",
)
async def send(
    submission_id: FromPath[str],
    data: BroughtFile,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """The file as the body: JPEG, PNG or TIFF. It is drawn anew, and kept without what a camera wrote."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    made = await pictures.send(
        film, data.raw, name=data.name, edition=edition_row, by=person, store=store, settings=settings
    )  # fmt: skip
    return {"id": made}


@act(
    f"{PICTURES}/choice",
    json=f"{PICTURES}/choice",
    guards=MAKER,
    again=again,
    goes=to_pictures,
    says="pictures.done.chosen",
)
async def choose(
    submission_id: FromPath[str],
    data: ChosenPicture,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> dict[str, str]:
    """One of those that were cut from the copy."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    made = await pictures.choose(
        film, data.number, leads=data.leads, edition=edition_row, by=person, store=store
    )
    return {"id": made}


@act(
    PICTURE,
    json=PICTURE,
    method="put",
    guards=MAKER,
    reads=change_from,
    again=again,
    goes=to_pictures,
    says="pictures.done.changed",
)
async def change(
    submission_id: FromPath[str],
    picture_id: FromPath[str],
    data: PictureChange,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Set all that is said of it; 409 when somebody else changed it meanwhile."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    return {"version": await pictures.change(film, picture_id, data, by=person)}


@act(
    f"{PICTURE}/move",
    json=f"{PICTURE}/move",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_pictures,
)
async def move(
    submission_id: FromPath[str],
    picture_id: FromPath[str],
    data: Reorder,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await pictures.move(film, picture_id, data.way, by=person)


@act(
    f"{PICTURE}/lead",
    json=f"{PICTURE}/lead",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_pictures,
    says="pictures.done.leads",
)
async def lead(
    submission_id: FromPath[str],
    picture_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Before all others: it leads the film's page."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await pictures.lead(film, picture_id, by=person)


@act(
    f"{PICTURE}/removal",
    json=f"{PICTURE}/removal",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_pictures,
    says="pictures.done.removed",
)
async def remove(
    submission_id: FromPath[str],
    picture_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Away, from the public pages too."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await pictures.remove(film, picture_id, version=data.version, by=person)


ACTS = [send, choose, change, move, lead, remove]
