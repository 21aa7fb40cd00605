"""What is wanted of accepted films: set up by operators, brought by makers."""

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
from api.guards import MAKER, OPERATOR
from api.pages._form import letters_from, moment_from, sent_fields, texts_from
from api.pages.materials import checklist_page, material_of, material_page, wanted_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.desk import Reorder, Seen
from festival.errors import Conflict, Missing, Refused
from festival.shapes import SeenVersion, VersionNumber
from festival.tables import Edition, Person
from media.storage import Store
from submissions import materials, packages
from submissions.attachments import MOST_MATERIAL_BYTES
from submissions.lists import own, sections_of
from submissions.materials import MOST_TEXT, MaterialForm

MATERIALS = "/operator/materials"
MATERIAL = f"{MATERIALS}/{{material_id:str}}"
BRINGING = f"{FILM}/materials/{{material_id:str}}"


class AmendedMaterial(MaterialForm, frozen=True, kw_only=True):
    """All of it, and the version that its editor saw."""

    version: VersionNumber


async def material_from(request: AnyRequest) -> MaterialForm:
    return msgspec.convert(await typed_material(request, MaterialForm), MaterialForm, strict=False)


async def amended_from(request: AnyRequest) -> AmendedMaterial:
    given = await typed_material(request, AmendedMaterial)
    return msgspec.convert(given, AmendedMaterial, strict=False)


async def typed_material(request: AnyRequest, shape: type[MaterialForm]) -> dict[str, Any]:
    sent = await sent_fields(request)
    known = [section.letter for section in await sections_of(request.state["edition"])]
    given: dict[str, Any] = texts_from(sent, "labels", "helps")
    given |= {name: sent[name] for name in ("kind", "accepts", "most", "version") if sent.get(name)}
    given |= {
        "is_required": bool(sent.get("is_required")),
        "sections": letters_from(await request.form(), known),
    }
    wrong: list[str] = []
    try:
        given["due_at"] = moment_from(sent, "due_at")
    except Refused as error:
        wrong += error.codes
    if wrong := [*wrong, *faults(shape, given, strict=False)]:
        raise Refused(*wrong)
    return given


async def new_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    kind = refused.last("kind")
    return await material_page(
        request,
        request.state["edition"],
        None,
        kind=kind if kind in materials.KINDS else "other",
        error=refused.error,
    )


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    standing = await material_of(request.state["edition"], request.path_params["material_id"])
    return await material_page(request, request.state["edition"], standing, error=refused.error)


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await wanted_page(request, request.state["edition"], refused.error)


@act(
    MATERIALS,
    json=MATERIALS,
    guards=OPERATOR,
    reads=material_from,
    again=new_again,
    goes=MATERIALS,
    says="operator.done.material_added",
)
async def add_material(
    data: MaterialForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """Something more that is wanted, behind the others."""
    return {"id": await materials.add_material(edition_row, data, by=person)}


def to_same(request: AnyRequest, _: Any) -> str:
    return f"{MATERIALS}/{request.path_params['material_id']}"


@act(
    MATERIAL,
    json=MATERIAL,
    method="put",
    guards=OPERATOR,
    reads=amended_from,
    again=again,
    goes=to_same,
    says="operator.done.material_changed",
)
async def amend_material(
    material_id: FromPath[str],
    data: AmendedMaterial,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Set all of it; 409 when somebody else changed it meanwhile."""
    material = await material_of(edition_row, material_id)
    version = await materials.amend_material(
        material, data, edition=edition_row, version=data.version, by=person
    )
    return {"version": version}


@act(
    f"{MATERIAL}/move",
    json=f"{MATERIAL}/move",
    status=204,
    guards=OPERATOR,
    again=list_again,
    goes=MATERIALS,
)
async def move_material(
    material_id: FromPath[str],
    data: Reorder,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down."""
    await materials.move_material(await material_of(edition_row, material_id), data.way, by=person)


@act(
    f"{MATERIAL}/closing",
    json=f"{MATERIAL}/closing",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=to_same,
    says="operator.done.material_closed",
)
async def close_material(
    material_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """No longer wanted; what was brought stays."""
    material = await material_of(edition_row, material_id)
    await materials.close_material(material, version=data.version, by=person)


@act(
    f"{MATERIAL}/reopening",
    json=f"{MATERIAL}/reopening",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=to_same,
    says="operator.done.material_reopened",
)
async def reopen_material(
    material_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Wanted again."""
    material = await material_of(edition_row, material_id)
    await materials.reopen_material(material, version=data.version, by=person)


@act(
    f"{MATERIAL}/removal",
    json=f"{MATERIAL}/removal",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=MATERIALS,
    says="operator.done.material_removed",
)
async def remove_material(
    material_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Away, if nobody has brought any of it."""
    material = await material_of(edition_row, material_id)
    await materials.remove_material(material, version=data.version, by=person)


# What makers bring


async def from_body(
    request: AnyRequest, name: Annotated[str, Meta(max_length=255)] = ""
) -> BroughtFile:
    return BroughtFile(await request.body(), name)


async def checklist_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if not isinstance(refused.error, Refused | Conflict):
        raise refused.error
    typed = (request.path_params.get("material_id", ""), refused.last("text"))
    return await checklist_page(request, await film_of(request), refused.error, typed)


def to_checklist(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}/materials"


@act(
    f"{BRINGING}/file",
    json=f"{BRINGING}/file",
    guards=MAKER,
    reads=from_form,
    brings=from_body,
    most=MOST_MATERIAL_BYTES,
    again=checklist_again,
    goes=to_checklist,
    says="filmmaker.done.brought",
)
async def bring_file(
    submission_id: FromPath[str],
    material_id: FromPath[str],
    data: BroughtFile,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> dict[str, str]:
    """The file as the body; where one is wanted it takes the place of the one before."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    delivery = await materials.bring_file(
        submission, material_id, data.raw, name=data.name, by=person, store=store
    )
    return {"delivery": delivery}


class WrittenText(msgspec.Struct, frozen=True):
    """A text as it was written, and the version that its writer saw (0: none yet)."""

    text: Annotated[str, Meta(max_length=MOST_TEXT)] = ""
    version: SeenVersion = 0


@act(
    f"{BRINGING}/text",
    json=f"{BRINGING}/text",
    method="put",
    guards=MAKER,
    again=checklist_again,
    goes=to_checklist,
    says="filmmaker.done.brought",
)
async def bring_text(
    submission_id: FromPath[str],
    material_id: FromPath[str],
    data: WrittenText,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """What is written; 409 with the text that stands when another window was faster."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    version = await materials.bring_text(
        submission, material_id, data.text, version=data.version, by=person
    )
    return {"version": version}


@act(
    f"{FILM}/deliveries/{{delivery_id:str}}/removal",
    json=f"{FILM}/deliveries/{{delivery_id:str}}",
    method="delete",
    status=204,
    guards=MAKER,
    again=checklist_again,
    goes=to_checklist,
    says="filmmaker.done.taken_back",
)
async def take_back(
    submission_id: FromPath[str],
    delivery_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take back what was brought; twice is once."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await materials.take_back(submission, delivery_id, by=person)


@act(
    f"{FILM}/packages/{{package_id:str}}/removal",
    json=f"{FILM}/packages/{{package_id:str}}",
    method="delete",
    status=204,
    guards=MAKER,
    again=checklist_again,
    goes=to_checklist,
    says="filmmaker.done.taken_back",
)
async def drop_package(
    submission_id: FromPath[str],
    package_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> None:
    """Give up a package that is not delivered, or take its report away; twice is once."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await packages.abandon_of(submission, package_id, by=person, store=store)


ACTS = [
    add_material,
    amend_material,
    move_material,
    close_material,
    reopen_material,
    remove_material,
    bring_file,
    bring_text,
    take_back,
    drop_package,
]
