"""What is wanted of accepted films: set up, brought by makers, and who has brought what."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER, OPERATOR, SEE
from api.pages._desk import desk_page
from api.pages._form import (
    RowFields,
    letters_from,
    moment_typed,
    sent_fields,
    texts_typed,
    unless_late,
)
from api.pages._lists import number_asked, said, words_asked
from api.pages._page import DESK, language_of, page, prefix_of
from api.pages._report import found_rows
from api.pages._uploading import received
from api.request import AnyRequest
from festival import desk
from festival.access import Act, Viewer, may
from festival.errors import FestivalError, Missing
from festival.language import t
from festival.tables import Edition
from festival.texts import texts_of
from submissions import materials
from submissions.attachments import MOST_MATERIAL_BYTES, TAKES
from submissions.lists import card, own, sections_of
from submissions.materials import WantedMaterial
from submissions.membership import right_of
from submissions.status import Status
from submissions.tables import Material, Submission

ACCEPTS = (*TAKES, materials.TEXT, materials.PACKAGE)
USUALLY = {
    "stills": "picture",
    "poster": "any",
    "press_kit": "document",
    "biography": "text",
    "exhibition": "text",
    "subtitles": "subtitles",
    "trailer": "video",
    "other": "any",
}
"""How each kind is usually brought: what a new one is proposed with."""


@get("/operator/materials", guards=OPERATOR)
async def wanted(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Everything that is wanted, in the order in which makers see it."""
    return await wanted_page(request, edition_row)


async def wanted_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    return desk_page(
        request,
        "operator/materials.html",
        error=error,
        at="/operator/materials",
        materials=await desk.all_of(Material, edition),
        letters={section.id: section.letter for section in await sections_of(edition)},
        kinds=materials.KINDS,
    )


@get("/operator/materials/new", guards=OPERATOR)
async def new_material(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """A kind proposes its words and how it is brought; everything of it may be changed."""
    kind = request.query_params.get("kind", "")
    return await material_page(
        request, edition_row, None, kind=kind if kind in materials.KINDS else "other"
    )


@get("/operator/materials/{material_id:str}", guards=OPERATOR)
async def material(
    request: AnyRequest, material_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """One thing that is wanted: change, preview, close or take it away."""
    return await material_page(request, edition_row, await material_of(edition_row, material_id))


async def material_of(edition: Edition, material_id: str) -> Material:
    return await desk.one_of(Material, material_id, edition=edition, missing="material_missing")


async def material_page(
    request: AnyRequest,
    edition: Edition,
    standing: Material | None,
    *,
    kind: str = "other",
    error: FestivalError | None = None,
) -> Response[str]:
    """`error`: the form was refused, and shows what was typed into it."""
    sections = await sections_of(edition)
    letters = {section.id: section.letter for section in sections}
    typed, chosen = material_typed(standing, letters, kind)
    if error is not None and (sent := unless_late(await sent_fields(request), error)).get("kind"):
        stood = typed["kind"]
        typed = typed | {"is_required": ""} | sent
        typed["kind"] = typed["kind"] if typed["kind"] in materials.KINDS else stood
        chosen = letters_from(await request.form(), [])
    return desk_page(
        request,
        "operator/material.html",
        error=error,
        at=f"/operator/materials/{standing.id if standing else 'new'}",
        material=standing,
        shown=shown_of(standing) if standing else None,
        typed=typed,
        chosen=chosen,
        sections=sections,
        kinds=materials.KINDS,
        accepts=ACCEPTS,
        uses=await materials.brought_of(standing.id) if standing else 0,
        most_attached=MOST_MATERIAL_BYTES,
        most_package=request.app.state.settings.max_upload_bytes,
        again=None,
        place="",
    )


def shown_of(standing: Material) -> WantedMaterial:
    """As its makers see it before they have brought anything."""
    return WantedMaterial(
        id=standing.id,
        kind=standing.kind,
        labels=texts_of(standing.labels),
        helps=texts_of(standing.helps),
        accepts=standing.accepts,
        most=standing.most,
        is_required=standing.is_required,
        due_at=standing.due_at,
    )


def material_typed(
    standing: Material | None, letters: dict[str, str], kind: str
) -> tuple[RowFields, list[str]]:
    if standing is None:
        return {
            **texts_typed("labels", {}),
            **texts_typed("helps", {}),
            "kind": kind,
            "accepts": USUALLY[kind],
            "most": "1",
            "is_required": "",
            "due_at": "",
            "version": "0",
        }, []
    return {
        **texts_typed("labels", texts_of(standing.labels)),
        **texts_typed("helps", texts_of(standing.helps)),
        "kind": standing.kind,
        "accepts": standing.accepts,
        "most": str(standing.most),
        "is_required": "yes" if standing.is_required else "",
        "due_at": moment_typed(standing.due_at),
        "version": str(standing.version),
    }, [letters[one] for one in standing.sections if one in letters]


# Who has brought what


async def board_page(request: AnyRequest, edition: Edition, viewer: Viewer) -> Response[str]:
    sought, only_missing = words_asked(request), request.query_params.get("missing", "") == "yes"
    return page(
        request,
        "operator/materials_board.html",
        rooms=DESK if may(viewer, Act.OPERATE) else [],
        board=await materials.board(
            edition,
            viewer,
            only_missing=only_missing,
            words=sought,
            page=number_asked(request),
        ),
        only_missing=only_missing,
        sought=sought,
        more=said(q=sought, missing="yes" if only_missing else ""),
        is_operator=may(viewer, Act.OPERATE),
    )


@get("/operator/materials/films", guards=OPERATOR)
async def board(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Accepted films and what each has brought."""
    return await board_page(request, edition_row, viewer)


@get("/programmer/materials", guards=SEE)
async def programmers_board(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """The same board, in the programmers' room."""
    return await board_page(request, edition_row, viewer)


# The makers' checklist


@get("/submissions/{submission_id:str}/materials", guards=MAKER)
async def checklist(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """What is wanted of an accepted film, until when, and what is there; before that there is no such page."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await checklist_page(request, submission)


async def checklist_page(
    request: AnyRequest,
    submission: Submission,
    error: FestivalError | None = None,
    again: tuple[str, str] | None = None,
) -> Response[str]:
    """`again`: the material whose text was refused, and what was typed."""
    if submission.status != Status.ACCEPTED:
        raise Missing("missing")
    wanted = await materials.wanted_of(submission)
    return page(
        request,
        "filmmaker/materials.html",
        error=error,
        at=f"/submissions/{submission.id}/materials",
        submission=submission,
        mine=await right_of(submission, request.state["viewer"].id),
        place=f"{prefix_of(request)}/submissions/{submission.id}",
        card=await card(submission.id),
        wanted=wanted,
        owed=sum(1 for one in wanted if one.state in {"due", "late"}),
        again=again,
        most_attached=MOST_MATERIAL_BYTES,
        **await packages_of(request, wanted),
    )


SAID = ("sending", "paused", "pause", "resume", "failed")
SAID_OF_PACKAGES = ("cut", "large", "unlike", "strange_folder")


async def packages_of(request: AnyRequest, wanted: list[WantedMaterial]) -> dict[str, Any]:
    """What the checklist says of packages: by id their reports and how many bytes have come, and the words
    of `<package-upload>`.
    """
    lang, store = language_of(request), request.app.state.store
    sent = [one.package for one in wanted if one.package]
    return {
        "reports": {one.id: found_rows(lang, one.verdict) for one in sent if one.verdict},
        "kept": {one.id: await received(one.id, one.state, store) for one in sent},
        "most_package": request.app.state.settings.max_upload_bytes,
        "said": {name: t(lang, f"filmmaker.upload.{name}") for name in SAID}
        | {name: t(lang, f"filmmaker.package.{name}") for name in SAID_OF_PACKAGES},
    }


HANDLERS: list[Any] = [
    wanted,
    new_material,
    board,
    material,
    programmers_board,
    checklist,
]
