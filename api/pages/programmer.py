"""The programmers' pages: the grid, plans and publication."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api.grid import evening_and_hour, grid_state, repair_words
from api.guards import PUBLISH, SEE
from api.pages import _sheet
from api.pages._page import language_of, page
from api.request import AnyRequest
from festival.clock import at
from festival.errors import FestivalError
from festival.language import day, t, words
from festival.tables import Edition, Person
from screenings import acts, lists, planning, questions
from submissions.lists import sections_of

RULE = "planner.rule."
HAND = (
    "unplaced", "locked", "gone", "free", "lifted", "given_up", "lock", "unlock", "undone",
    "moved_under", "hour_wrong", "away", "take_out", "let_go_lead", "outside", "redone", "pencil",
    "always", "absent", "held_day", "held_hour", "held_screen", "sign_day", "sign_hour",
    "sign_screen", "ways", "level_block", "level_publication", "level_warn", "minutes",
)  # fmt: skip


async def given_to(request: AnyRequest, error: FestivalError | None) -> dict[str, str]:
    """What was typed into a form that is refused: it stands there still."""
    if error is None:
        return {}
    form = await request.form()
    return {name: str(value) for name, value in form.items() if isinstance(value, str)}


async def grid_data(edition: Edition, person: Person, lang: str) -> dict[str, Any]:
    """What `<festival-grid>` draws from: the state that its news bring, and what never changes."""
    return await grid_state(edition) | {
        "lang": lang,
        "api": f"/api/v1/{edition.slug}",
        "events": f"/api/v1/{edition.slug}/grid/events",
        "days": [day(lang, at(edition.first_day, d * 1440 + 720)) for d in range(edition.days)],
        "short_days": [
            day(lang, at(edition.first_day, d * 1440 + 720), style="short")
            for d in range(edition.days)
        ],
        "hand": msgspec.to_builtins(await acts.hand_of(await lists.working_grid(edition), person)),
        "person": person.id,
        "words": {name: t(lang, f"programmer.hand.{name}") for name in HAND}
        | {key.removeprefix(RULE): t(lang, key) for key in words(lang) if key.startswith(RULE)}
        | {"costs_nothing": t(lang, "programmer.why.nothing")},
    }


async def grid_page(
    request: AnyRequest, edition: Edition, person: Person, error: FestivalError | None = None
) -> Response[str]:
    lang = language_of(request)
    data = await grid_data(edition, person, lang)
    return page(
        request, "programmer/grid.html", error=error, at="/programmer/grid",
        data=data, listed=listed(data, edition, lang),
        repair_words=repair_words(lang, await questions.fewest_known(edition)),
        published=await lists.published_grids(edition),
        sections=await sections_of(edition), venues=await lists.venues(edition), goals=planning.GOALS,
    )  # fmt: skip


def listed(data: dict[str, Any], edition: Edition, lang: str) -> list[str]:
    """The working grid in lines, for whoever cannot see it drawn."""
    rooms = {screen["id"]: screen["name"] for screen in data["screens"]}
    return [
        f"{data['programmes'][s['programme']]['titles'][lang]}, {evening_and_hour(lang, edition, s['start'])}, "
        f"{rooms[s['screen']]}"
        for s in sorted(data["screenings"], key=lambda s: (s["start"], rooms[s["screen"]]))
    ]


@get("/programmer/grid", guards=SEE)
async def grid(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await grid_page(request, edition_row, person)


async def publication_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    fields: dict[str, str] | None = None,
) -> Response[str]:
    """What the next number would change, what the linter says, and to whom it would write: nothing is done
    yet. `fields` are what was typed into a form that is refused.
    """
    published = await lists.published_grids(edition)
    working = await lists.working_grid(edition)
    shown = await lists.together(
        lambda: _sheet.shown(request, edition, working, language_of(request))
    )
    return page(
        request, "programmer/publication.html", error=error,
        at="/programmer/publication", version=working.version, fields=fields or {},
        last=published[0] if published else None, next=(published[0]["number"] if published else 0) + 1,
        **shown,
    )  # fmt: skip


@get("/programmer/publication", guards=PUBLISH)
async def before_publishing(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await publication_page(request, edition_row)


HANDLERS: list[Any] = [
    grid, before_publishing,
]  # fmt: skip
