"""When somebody is there, as a form asks for it: days of the calendar and hours; and as it is drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.datastructures import FormMultiDict

from api.pages._form import cell, strings
from api.pages._typed import minute_of
from festival.clock import at
from festival.errors import Refused
from festival.language import day, t
from festival.tables import Edition
from screenings.stays import OPEN_END, Stay, Window, bars, faults_of
from units.spans import merged
from units.times import DAY, clock_face

EDGES = ("arrives", "leaves")
GAPS = ("gap_day", "gap_hour", "gap_end_day", "gap_end_hour")
MORE_GAPS = 2  # empty rows of a form without scripts


def days_of(edition: Edition, lang: str) -> list[tuple[str, str]]:
    """The days of the calendar that somebody may name, the morning after the last one too."""
    return [
        (str(n), day(lang, at(edition.first_day, n * DAY + DAY // 2), style="short"))
        for n in range(edition.days + 1)
    ]


def stay_from(form: FormMultiDict) -> Stay:
    """`Refused` with every day and hour that cannot be read, or that nobody can mean."""
    wrong: list[str] = []
    edges: dict[str, int | None] = {}
    for edge in EDGES:
        typed = [cell(strings(form, f"{edge}_{part}"), 0) for part in ("day", "hour")]
        edges[edge] = moment_in(*typed, field=edge, wrong=wrong)
    gaps: list[Window] = []
    columns = [strings(form, name) for name in GAPS]
    for row in range(max(map(len, columns))):
        from_day, from_hour, to_day, to_hour = (cell(column, row) for column in columns)
        if not any((from_day, from_hour, to_day, to_hour)):
            continue
        away = moment_in(from_day, from_hour, field="gaps", wrong=wrong)
        back = moment_in(to_day or from_day, to_hour, field="gaps", wrong=wrong)
        if away is not None and back is not None:
            gaps.append((away, back))
        elif not wrong:
            wrong.append("gaps:stay_incomplete")
    stay = Stay(arrives=edges["arrives"], leaves=edges["leaves"], gaps=gaps)
    if wrong := list(dict.fromkeys(wrong or faults_of(stay))):
        raise Refused(*wrong)
    return stay


def moment_in(day_typed: str, hour_typed: str, *, field: str, wrong: list[str]) -> int | None:
    """Minutes after the first midnight; nothing where nothing was typed. Faults go into `wrong`."""
    if not day_typed and not hour_typed:
        return None
    if not day_typed or not hour_typed or not day_typed.isdecimal() or len(day_typed) > 2:
        wrong.append(f"{field}:stay_incomplete")
        return None
    try:
        return min(int(day_typed), 15) * DAY + minute_of(hour_typed, field=field)
    except Refused as error:
        wrong += error.codes
        return None


def stay_typed(stay: Stay) -> dict[str, Any]:
    """The fields of the form with what stands in them, and the rows of hours in between."""
    fields: dict[str, Any] = {}
    for edge in EDGES:
        fields |= dict(
            zip((f"{edge}_day", f"{edge}_hour"), typed_moment(getattr(stay, edge)), strict=True)
        )
    rows = [
        dict(zip(GAPS, (*typed_moment(a), *typed_moment(b)), strict=True)) for a, b in stay.gaps
    ]
    return fields | {"gaps": [*rows, *(dict.fromkeys(GAPS, "") for _ in range(MORE_GAPS))]}


def typed_again(form: FormMultiDict) -> dict[str, Any]:
    """What was typed into a form that is refused."""
    fields: dict[str, Any] = {
        name: cell(strings(form, name), 0)
        for edge in EDGES
        for name in (f"{edge}_day", f"{edge}_hour")
    }
    columns = [strings(form, name) for name in GAPS]
    rows = [
        dict(zip(GAPS, (cell(column, row) for column in columns), strict=True))
        for row in range(max(map(len, columns)))
    ]
    return fields | {"gaps": rows or [dict.fromkeys(GAPS, "")]}


def typed_moment(minute: int | None) -> tuple[str, str]:
    return ("", "") if minute is None else (str(minute // DAY), clock_face(minute % DAY))


def told_moment(edition: Edition, lang: str, minute: int) -> str:
    """`ven. 26 nov., 18:00`."""
    named = day(lang, at(edition.first_day, minute), style="short")
    return f"{named}, {clock_face(minute % DAY)}"


def told_stay(edition: Edition, lang: str, windows: Sequence[Window]) -> list[str]:
    """A line for each time that they are there; none where they always are."""
    lines = []
    for begins, ends in merged([(a, b) for a, b in windows]):
        words = {"begins": told_moment(edition, lang, begins), "ends": ""}
        if ends < OPEN_END:
            words["ends"] = told_moment(edition, lang, ends)
        shape = ("from" if begins else "") + ("to" if ends < OPEN_END else "")
        lines.append(t(lang, f"guests.stay.{shape or 'always'}", **words))
    return lines


def strip(
    edition: Edition, lang: str, windows: Sequence[Window], shown: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """What the macro of the same name draws: days, stays, and the screenings of `shown` upon them."""
    return {
        "days": [
            day(lang, at(edition.first_day, n * DAY + DAY // 2), style="short")
            for n in range(edition.days)
        ],
        "always": not windows,
        "stays": bars([(a, b) for a, b in windows], days=edition.days),
        "shown": [
            {"bar": found, **one}
            for one in shown
            for found in bars([(one["begins"], one["ends"])], days=edition.days)
        ],
    }
