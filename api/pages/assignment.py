"""Who watches what, as a chair shares it out; and what a member says of themself."""

from collections.abc import Callable
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from api.guards import CHAIR, COMMITTEE
from api.pages._exports import own_file
from api.pages._lists import number_asked, words_asked
from api.pages._page import language_of, page
from api.pages.committee import page_asked
from api.request import AnyRequest
from festival import spreadsheets
from festival.access import Viewer
from festival.errors import FestivalError
from festival.language import length, t
from festival.tables import Edition, Role
from festival.texts import film_title
from reviews import assignments, profiles
from reviews.assignments import AssignedWhich, MemberShare
from reviews.phases import committee_rules
from submissions.lists import sections_of

PAGE = "/committee/assignment"
FILMS = 20


async def assignment_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    *,
    error: FestivalError | None = None,
) -> Response[str]:
    asked = request.query_params
    which = AssignedWhich(
        section=asked.get("section", "")[:1], person=asked.get("person", "")[:16],
        words=asked.get("words", "")[:80], only_short=bool(asked.get("short")),
    )  # fmt: skip
    sheet = await assignments.assignment_sheet(
        viewer, edition, which, number=number_asked(request), of=FILMS
    )
    proposal = await assignments.standing_proposal(viewer, edition)
    shares = await assignments.member_shares(viewer, edition, proposal)
    sought, members = words_asked(request), page_asked(asked.get("members", ""))
    return page(
        request, "committee/assignment.html", error=error, at=PAGE,
        stand=sheet.stand, proposal=proposal, shares=shares, sought=sought,
        members=assignments.shares_sought(shares, words=sought, number=members),
        spread=assignments.spread_of(shares), rules=await committee_rules(edition),
        sheet=sheet, which=which,
        sections=await sections_of(edition),
        most=max((one.films for one in shares), default=0), options_but=options_of(shares),
        may_set=not viewer.sections.get(Role.CHAIR),
    )  # fmt: skip


def options_of(shares: list[MemberShare]) -> Callable[[list[str]], Markup]:
    """Members to choose from, but for some: each is written once, however many films offer them."""
    one = Markup('<option value="{}">{} · {}</option>\n')
    written = {
        share.member.id: one.format(share.member.id, share.member.name, share.films)
        for share in shares
    }
    return lambda there: Markup("").join(
        option for person, option in written.items() if person not in there
    )


@get(PAGE, guards=CHAIR)
async def assignment(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """Where it stands, a proposal that waits, members with their films, films with their members."""
    return await assignment_page(request, viewer, edition_row)


@get(f"{PAGE}/list.csv", guards=CHAIR)
async def assignment_list(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """One line a film and member, for a spreadsheet; of the films that this chair may know of."""
    lang = language_of(request)
    films = (await assignments.assignment_sheet(viewer, edition_row)).films
    members = {one.id: one for one in await profiles.members_of(edition_row)}
    heads = ("film", "section", "length", "member", "email", "by_hand")
    lines = [spreadsheets.csv_line(t(lang, f"assignment.csv.{name}") for name in heads)]
    for film in films:
        for one in film.people:
            known = members.get(one.id)
            lines.append(
                spreadsheets.csv_line(
                    [
                        film_title(lang, film), film.section_letter, length(lang, film.runtime), one.name,
                        known.email if known else "", t(lang, "assignment.csv.yes") if one.by_hand else "",
                    ]
                )
            )  # fmt: skip
    return Response(
        spreadsheets.BOM + "".join(lines),
        media_type="text/csv; charset=utf-8",
        headers=own_file("assignment.csv"),
    )


async def profile_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    person_id: str,
    *,
    error: FestivalError | None = None,
    sent: dict[str, list[str]] | None = None,
) -> Response[str]:
    """`sent` is what a refused form said."""
    profiles.check_edits(viewer, person_id)
    member, lang = await profiles.member_in(edition, person_id), language_of(request)
    sections = await sections_of(edition)
    letters = {one.id: one.letter for one in sections}
    values: dict[str, Any] = {
        "sections": [letters[one] for one in member.sections if one in letters],
        "languages": profiles.languages_typed(lang, member.languages),
        "cap": "" if member.cap is None else str(member.cap),
        "topics": ", ".join(member.topics),
        "affiliations": ", ".join(member.affiliations),
    }
    if sent is not None:
        values |= {name: (sent.get(name) or [""])[-1] for name in values if name != "sections"}
        values["sections"] = sent.get("sections", [])
    given = member.parts.get("reviewer") or []
    return page(
        request, "committee/profile.html", error=error, at=f"/committee/members/{person_id}",
        member=member, values=values, is_own=viewer.id == person_id, rules=await committee_rules(edition),
        sections=[one for one in sections if not given or one.id in given],
    )  # fmt: skip


@get("/committee/members/{person_id:str}", guards=COMMITTEE)
async def profile(
    request: AnyRequest,
    person_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """What a member watches: one's own, or as a chair anybody's."""
    return await profile_page(request, viewer, edition_row, person_id)


HANDLERS: list[Any] = [assignment, assignment_list, profile]
