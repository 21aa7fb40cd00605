"""A film's visa, ages and marks of access are said; how long before its first screening a visa is asked for."""

from datetime import date
from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act, sent
from api.acts.corrections import its_page
from api.guards import FILMS, PLAN
from api.pages.corrections import PAGE as FILM
from api.pages.corrections import film_page
from api.pages.visas import PAGE, visas_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Refused
from festival.tables import Edition, Person
from festival.texts import fields_of
from screenings import corrections, visas
from screenings.visas import ACCESS, RATINGS, VISAS, PapersChange, PapersForm, VisaAhead

MOST_WARNING = 200


async def papers_in(request: AnyRequest) -> PapersChange:
    """What was typed; a box that says that nothing is said yet leaves it unsaid."""
    fields = {name: values[-1].strip() for name, values in (await sent(request)).items() if values}
    ticked = (await sent(request)).get("access", [])
    wrong: list[str] = []
    warnings = {
        language: fields.get(field, "") for field, language in fields_of("warnings").items()
    }
    for field, language in fields_of("warnings").items():
        if len(warnings[language]) > MOST_WARNING:
            wrong.append(f"{field}:field_long")
    given: dict[str, Any] = {
        "visa": one_of(fields, "visa", ("", *VISAS), wrong),
        "visa_number": fields.get("visa_number", ""),
        "visa_asked_on": day_in(fields, "visa_asked_on", wrong),
        "documentary": bool(fields.get("documentary")),
        "rating": number_in(fields, "rating", RATINGS, wrong),
        "youth_from": number_in(fields, "youth_from", range(2, 18), wrong),
        "warnings": {language: text for language, text in warnings.items() if text},
        "access": [one for one in ACCESS if one in ticked] if fields.get("access_said") else None,
    }
    if len(given["visa_number"]) > 20:
        wrong.append("visa_number:field_long")
    if wrong:
        raise Refused(*wrong)
    version = fields.get("version", "0")
    return PapersChange(
        papers=PapersForm(**given),
        version=int(version) if version.isdecimal() and len(version) < 10 else 0,
    )


def one_of(fields: dict[str, str], name: str, known: tuple[str, ...], wrong: list[str]) -> str:
    value = fields.get(name, "")
    if value not in known:
        wrong.append(f"{name}:field_invalid")
    return value


def number_in(fields: dict[str, str], name: str, known: Any, wrong: list[str]) -> int | None:
    """One of these numbers; nothing typed is nothing said."""
    value = fields.get(name, "")
    if not value:
        return None
    if not value.isdecimal() or len(value) > 3 or int(value) not in known:
        wrong.append(f"{name}:field_invalid")
        return None
    return int(value)


def day_in(fields: dict[str, str], name: str, wrong: list[str]) -> date | None:
    value = fields.get(name, "")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        wrong.append(f"{name}:day_unreadable")
        return None


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The film's page with what was typed."""
    typed: dict[str, Any] = refused.typed
    typed |= {"access": refused.sent.get("access", [])}
    return await film_page(
        request,
        request.state["edition"],
        request.path_params["submission_id"],
        request.state["viewer"],
        error=refused.error,
        papers=typed,
    )


@act(
    f"{FILM}/papers",
    json="/films/{submission_id:str}/papers",
    method="put",
    guards=FILMS,
    reads=papers_in,
    again=again,
    goes=its_page,
    says="visas.done.said",
)
async def say_papers(
    submission_id: FromPath[str],
    data: PapersChange,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Say a film's visa, ages, warning and marks of access; the next publication shows them."""
    await corrections.film_to_correct(edition_row, submission_id, viewer)
    return {"version": await visas.say(edition_row, submission_id, data, by=person)}


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    fields = refused.typed
    return await visas_page(request, request.state["edition"], refused.error, fields)


@act(
    f"{PAGE}/ahead",
    json="/visas/ahead",
    method="put",
    guards=PLAN,
    again=list_again,
    goes=PAGE,
    says="visas.done.ahead",
)
async def set_ahead(
    data: VisaAhead,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """How many days before its first screening a visa is to be asked for."""
    return {"version": await visas.set_ahead(edition_row, data, by=person)}


ACTS = [say_papers, set_ahead]
