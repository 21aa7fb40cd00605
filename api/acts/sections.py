"""An edition's sections: made, changed, moved along their order, and taken away."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import OPERATOR
from api.pages import _sections
from api.pages.sections import PAGE, section_page, sections_page
from api.request import AnyRequest
from festival.desk import Reorder, Seen
from festival.errors import Conflict, FestivalError
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, Section
from submissions import sections
from submissions.candidates import ChangeEffect
from submissions.sections import SectionChange, SectionForm

ONE = f"{PAGE}/{{section_id:str}}"


class SectionFormSeen(msgspec.Struct, frozen=True):
    """What the form was drawn with: the row's version, and whom its editor knows that it turns away."""

    version: SeenVersion = 1
    touches: int = 0


async def form_of(request: AnyRequest) -> SectionForm:
    return _sections.section_from(_sections.kept(await request.form()))


async def change_of(request: AnyRequest) -> SectionChange:
    stood = await filled(request, SectionFormSeen)
    wanted = await form_of(request)
    return SectionChange(section=wanted, version=stood.version, touches=max(stood.touches, 0))


async def section_of(request: AnyRequest) -> Section | None:
    section_id = request.path_params.get("section_id", "new")
    if section_id == "new":
        return None
    return await sections.section_in(request.state["edition"], section_id)


async def form_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """As it was typed; whom it would turn away is in the words, and the next press knows it."""
    error = refused.error
    return await drawn(request, error, touches=int(str(error.values.get("touched", 0))))


async def drawn(
    request: AnyRequest,
    error: FestivalError | None,
    *,
    wanted: SectionForm | None = None,
    effect: ChangeEffect | None = None,
    touches: int = 0,
) -> Response[str]:
    form, section = await request.form(), await section_of(request)
    version = str(form.get("version", ""))
    if isinstance(error, Conflict) and section is not None:
        version = str(section.version)  # whoever came late is told so, and may save again
    return await section_page(
        request,
        request.state["edition"],
        section,
        error=error,
        fields=_sections.kept(form),
        wanted=wanted,
        effect=effect,
        version=int(version) if version.isdecimal() and len(version) < 9 else 1,
        touches=touches,
    )


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await sections_page(request, request.state["edition"], refused.error)


@act(
    PAGE,
    json=PAGE,
    guards=OPERATOR,
    reads=form_of,
    again=form_again,
    goes=PAGE,
    says="sections.done.added",
)
async def add_section(
    data: SectionForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A section more, behind the others."""
    return {"id": await sections.add_section(edition_row, data, by=person)}


@act(
    ONE,
    json=ONE,
    method="put",
    guards=OPERATOR,
    reads=change_of,
    again=form_again,
    goes=PAGE,
    says="sections.done.changed",
)
async def change_section(
    section_id: FromPath[str],
    data: SectionChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Make it so. 422 `entries_touched` says how many entries it would no longer take: sent again with
    that number in `touches`, it is done; what is filed stays filed.
    """
    version = await sections.change_section(edition_row, section_id, data, by=person)
    return {"version": version}


async def preview_drawn(request: AnyRequest, effect: ChangeEffect) -> Response[str]:
    wanted = await form_of(request)
    return await drawn(request, None, wanted=wanted, effect=effect, touches=effect.count)


@act(
    f"{ONE}/preview",
    json=f"{ONE}/preview",
    status=200,
    guards=OPERATOR,
    reads=form_of,
    again=form_again,
    answers=preview_drawn,
)
async def preview_section(
    section_id: FromPath[str],
    data: SectionForm,
    edition_row: NamedDependency[Edition],
) -> ChangeEffect:
    """How many present entries it would no longer take; nothing is written. `new` is none yet."""
    if section_id == "new":
        sections.settled(data)
        return ChangeEffect()
    return await sections.effect_of_change(edition_row, section_id, data)


@act(
    f"{ONE}/move",
    json=f"{ONE}/move",
    status=204,
    guards=OPERATOR,
    again=list_again,
    goes=PAGE,
    says="sections.done.moved",
)
async def move_section(
    section_id: FromPath[str],
    data: Reorder,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down."""
    await sections.move_section(edition_row, section_id, data.way, by=person)


@act(
    f"{ONE}/removal",
    json=f"{ONE}/removal",
    status=204,
    guards=OPERATOR,
    again=list_again,
    goes=PAGE,
    says="sections.done.removed",
)
async def remove_section(
    section_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take it away, if nothing names it."""
    await sections.remove_section(edition_row, section_id, version=data.version, by=person)


ACTS = [add_section, change_section, preview_section, move_section, remove_section]
