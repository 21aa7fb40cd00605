"""People of an edition: the list, somebody's whole file, many invitations, handing over, two accounts of one."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.auth import in_person
from api.guards import OPERATOR
from api.pages._lists import number_asked, said
from api.pages._page import page
from api.request import AnyRequest
from festival import bounces, directory, invitations, merging, people, team
from festival.access import Viewer
from festival.directory import PersonState
from festival.errors import FestivalError
from festival.invitations import ListReading
from festival.second_factor import MAY_ASK
from festival.tables import Edition, Role
from festival.team import OF_A_SECTION
from reviews.loose_ends import loose_ends
from screenings.lists import runs_under_way
from submissions import accounts
from submissions.lists import sections_of

PAGE = "/operator/people"
PARTS = [part.value for part in Role]
FRESH_SECONDS = 2  # a list that is still being done is looked at again


def one_of(kind: Any, text: str) -> Any:
    """What a question of the address names; nothing where it names nothing that there is."""
    return kind(text) if text in {one.value for one in kind} else None


def number_in(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 1


async def team_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None, *, of: str = ""
) -> Response[str]:
    """Those who were looked for; a refused form, `invite` or `factor`, stands as it was typed."""
    typed = await request.form() if of == "invite" else None
    asked = request.query_params
    chosen = {name: asked.get(name, "")[:120] for name in ("q", "part", "standing")}
    found = await directory.seek(
        edition,
        text=chosen["q"],
        part=one_of(Role, chosen["part"]),
        state=one_of(PersonState, chosen["standing"]),
        number=number_in(asked.get("page", "1")),
    )
    return page(
        request,
        "operator/people.html",
        error=error,
        at=PAGE,
        values={
            name: typed.get(name, "") if typed else ""
            for name in ("email", "name", "words", "language")
        },
        ticked={name: typed.getall(name, []) if typed else [] for name in ("parts", "sections")},
        found=found,
        chosen=chosen,
        more=said(**chosen),
        counts=await directory.counts(edition),
        failing=await bounces.failing(edition),
        sections=await sections_of(edition),
        parts=PARTS,
        states=[state.value for state in PersonState],
        may_ask=[part.value for part in MAY_ASK],
        asked_for=edition.second_factor_for,
        wanted_for=(await request.form()).getall("parts", [])
        if of == "factor"
        else edition.second_factor_for,
        of=of,
    )


@get(PAGE, guards=OPERATOR)
async def all_people(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await team_page(request, edition_row)


async def person_page(
    request: AnyRequest, person_id: str, error: FestivalError | None = None
) -> Response[str]:
    viewer: Viewer = request.state["viewer"]
    edition: Edition = request.state["edition"]
    person = await accounts.seen_by(viewer, person_id)
    file = await accounts.file_of(person, viewer, edition)
    here = {one["part"]: one["sections"] for one in file["parts"] if one["edition"] == edition.id}
    if error and "seen" in (typed := await request.form()):
        here = {part: typed.getall(f"sections_{part}", []) for part in typed.getall("parts", [])}
    return page(
        request,
        "operator/person.html",
        error=error,
        at=f"{PAGE}/{person_id}",
        file=file,
        here=here,
        sections=await sections_of(edition),
        parts=PARTS,
        of_a_section=[part.value for part in OF_A_SECTION],
        is_self=person.id == viewer.id,
        failing=await bounces.failing(edition),
    )


@get(f"{PAGE}/{{person_id:str}}", guards=OPERATOR)
async def one_person(request: AnyRequest, person_id: FromPath[str]) -> Response[str]:
    return await person_page(request, person_id)


# Many at once


async def list_form(
    request: AnyRequest,
    edition: Edition,
    *,
    text: str = "",
    reading: ListReading | None = None,
    error: FestivalError | None = None,
) -> Response[str]:
    """The form of a list; with a reading, what its rows would do, and what is wrong with them."""
    return page(
        request,
        "operator/people_list.html",
        error=error,
        at=f"{PAGE}/lists",
        text=text,
        reading=reading,
        most=invitations.MOST_ROWS,
        latest=await invitations.latest(edition),
        sections=await sections_of(edition),
        parts=PARTS,
    )


@get(f"{PAGE}/lists", guards=OPERATOR)
async def new_list(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await list_form(request, edition_row)


@get(f"{PAGE}/lists/{{list_id:str}}", guards=OPERATOR)
async def list_progress(
    request: AnyRequest, list_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """How far it is; the page comes again by itself until it is over."""
    known = await invitations.progress(list_id, edition=edition_row)
    return page(
        request,
        "operator/people_progress.html",
        list=known,
        headers=None if known.is_over else {"refresh": str(FRESH_SECONDS)},
        outcomes={one.value for one in team.InvitationOutcome},
    )


# Handing over


async def hand_over_page(
    request: AnyRequest, person_id: str, error: FestivalError | None = None
) -> Response[str]:
    """What hangs on somebody here, and to whom their parts go."""
    viewer: Viewer = request.state["viewer"]
    edition: Edition = request.state["edition"]
    person = await accounts.seen_by(viewer, person_id)
    typed = await request.form() if error else None
    held = [
        one
        for one in await directory.parts_of(person_id, [edition.id])
        if one["part"] != Role.FILMMAKER
    ]
    ticked = typed.getall("parts", []) if typed else [one["part"] for one in held]
    ends = await loose_ends(person_id, edition, viewer)
    entries = await accounts.entries_of(person_id, viewer)
    hanging = {
        "announcements": ends["announcements"],
        "drafts": ends["drafts"],
        "runs": await runs_under_way(edition, person_id),
        "keys": len(await people.tokens_of(person_id, edition.id)),
        "entries": len([one for one in entries if one["slug"] == edition.slug]),
    }
    return page(
        request,
        "operator/hand_over.html",
        error=error,
        at=f"{PAGE}/{person_id}/hand-over",
        person=person,
        held=held,
        ticked=ticked,
        mark=await team.mark_of(person_id, edition),
        hanging=[(name, n) for name, n in hanging.items() if n],
        values={name: typed.get(name, "") if typed else "" for name in ("email", "name")},
        is_self=person_id == viewer.id,
    )


@get(f"{PAGE}/{{person_id:str}}/hand-over", guards=OPERATOR)
async def ask_hand_over(request: AnyRequest, person_id: FromPath[str]) -> Response[str]:
    return await hand_over_page(request, person_id)


# Two accounts of one person


async def merges_page(request: AnyRequest, error: FestivalError | None = None) -> Response[str]:
    """Likely twins, open questions, and, where two are named, what a merge of them would do."""
    viewer: Viewer = request.state["viewer"]
    edition: Edition = request.state["edition"]
    typed = await request.form() if error else request.query_params
    named = {side: typed.get(side, "")[:254] for side in ("stays", "goes")}
    pair, plan = {}, None
    if all(named.values()):
        try:
            pair = {
                side: await accounts.check_whole(viewer, await people.id_of(text))
                for side, text in named.items()
            }
            plan = await merging.plan(pair["stays"], pair["goes"])
        except FestivalError as refused:
            error = error or refused
    return page(
        request,
        "operator/merges.html",
        error=error,
        at=f"{PAGE}/merges",
        named=named,
        pair=pair,
        plan=plan,
        twins=await merging.likely_twins(
            await accounts.reach_of(viewer), page=number_asked(request)
        ),
        requests=await merging.open_requests(edition),
    )


@get(f"{PAGE}/merges", guards=OPERATOR)
async def merges(request: AnyRequest) -> Response[str]:
    return await merges_page(request)


async def consent_page(
    request: AnyRequest, request_id: str, error: FestivalError | None = None
) -> Response[str]:
    viewer: Viewer = request.state["viewer"]
    me = await people.person(viewer.id)
    asked = await merging.question(request_id, me)
    return page(
        request,
        "account/merge.html",
        error=error,
        at=f"/account/merges/{request_id}",
        asked=asked,
        me=me,
    )


@get("/account/merges/{request_id:str}", guards=[in_person()])
async def consent(request: AnyRequest, request_id: FromPath[str]) -> Response[str]:
    """Whether two accounts are one person's is for that person to say, with both addresses."""
    return await consent_page(request, request_id)


HANDLERS: list[Any] = [
    all_people, new_list, list_progress, merges, one_person, ask_hand_over, consent,
]  # fmt: skip
