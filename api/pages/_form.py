"""What an operator types of a question or of something that is wanted: moments, lists of options, letters."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from litestar.datastructures import FormMultiDict

from api.request import AnyRequest
from festival.clock import zone
from festival.errors import Conflict, FestivalError, Refused
from festival.texts import fields_of, gathered
from submissions.questions import new_option_key

RowFields = dict[str, str]
"""Fields of a form by their names, with what stands in them."""


async def sent_fields(request: AnyRequest) -> dict[str, str]:
    """Every field once, as it was typed."""
    form = await request.form()
    return {
        name: value.replace("\r\n", "\n").strip()
        for name in dict.fromkeys(form.keys())
        if isinstance(value := form.getall(name)[-1], str)
    }


def unless_late(sent: Mapping[str, Any], error: FestivalError | None) -> dict[str, Any]:
    """What a form is drawn with again: all that was sent; but whoever came late has been told so, and may save what
    they typed over the version that stands.
    """
    late = {"version"} if isinstance(error, Conflict) else set()
    return {name: given for name, given in sent.items() if name not in late}


def moment_from(fields: Mapping[str, str], name: str) -> datetime | None:
    """`2027-01-31T23:59` on the wall clock of the house; nothing where nothing was typed."""
    text = fields.get(name, "")
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone())
    except ValueError:
        raise Refused(f"{name}:moment_unreadable") from None


def moment_typed(moment: datetime | None) -> str:
    """As a field of a form for a day and an hour has it."""
    return "" if moment is None else moment.astimezone(zone()).strftime("%Y-%m-%dT%H:%M")


def texts_typed(column: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {field: texts.get(language, "") for field, language in fields_of(column).items()}


def texts_from(fields: Mapping[str, str], *columns: str) -> dict[str, Any]:
    """`label_fr` and its like, put into their columns; empty ones are none."""
    given = {
        name: text for column in columns for name in fields_of(column) if (text := fields.get(name))
    }
    return {key: {} for key in columns} | gathered(given, columns)


def options_from(form: FormMultiDict) -> list[dict[str, Any]]:
    """Rows of the table of options, ordered by the place that was typed; an emptied row is taken away."""
    columns = fields_of("names")
    keys, places = strings(form, "option_key"), strings(form, "option_place")
    names = {field: strings(form, f"option_{language}") for field, language in columns.items()}
    rows: list[tuple[float, dict[str, Any]]] = []
    for index, key in enumerate(keys):
        told = {
            language: text
            for field, language in columns.items()
            if (text := cell(names[field], index))
        }
        if told:
            place = cell(places, index)
            rank = float(place) if place.isdecimal() and len(place) < 6 else 1e6
            rows.append((rank, {"key": key or new_option_key(), "names": told}))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def strings(form: FormMultiDict, name: str) -> list[str]:
    return [value.strip() for value in form.getall(name, []) if isinstance(value, str)]


def cell(column: list[str], index: int) -> str:
    return column[index] if index < len(column) else ""


def letters_from(form: FormMultiDict, known: Iterable[str]) -> list[str]:
    """The sections that were ticked; all of them is as good as none."""
    chosen = strings(form, "sections")
    return [] if set(chosen) >= set(known) else chosen
