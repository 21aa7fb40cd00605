"""A programme as it is typed into its form, and back again. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import inspect

from api.forms import faults as shape_faults
from api.pages._entry import in_words
from festival import codes, texts
from festival.clock import at, zone
from festival.errors import Refused
from festival.language import tongue
from festival.texts import fields_of
from screenings.programmes import ProgrammeForm, faults_of
from units.times import DAY, DAY_TURNS, clock_face

HOUR = re.compile(r"([0-2]?\d)(?: ?[:h.] ?([0-5]\d)?)?")
LATEST_HOUR = 30  # 30:00 is six in the morning after
BETWEEN = re.compile(r"\s*[,;\n]\s*")
WHOLE = (
    "own_minutes", "intro", "debate", "demand", "prestige", "showings", "least_seats", "most_screenings", "press",
)  # fmt: skip
"""Fields that hold a whole number."""
MAY_BE_EMPTY = frozenset({"own_minutes", "most_screenings", "press"})
CHOSEN = ("kind", "section", "premiere")
TICKS = ("step_free", "captions", "press_before", "visa")
HOURS = ("earliest", "latest")
TONGUES = ("languages", "subtitles")
TALKS = ("intros", "debates")
MOST_SHOWINGS = 10
CODES = {"hour": "evening_unreadable", "day": "day_unreadable", "number": "number_unreadable"}

ProgrammeFields = dict[str, Any]
"""What stands in the form: words by field, and the days that are ticked as a list."""


def typed(form: ProgrammeForm, lang: str) -> ProgrammeFields:
    """The form's fields as they stand."""
    fields: ProgrammeFields = {
        **{name: getattr(form, name) for name in CHOSEN},
        **texts.flat("titles", form.titles),
        **{name: written(getattr(form, name)) for name in WHOLE},
        **{name: "yes" if getattr(form, name) else "" for name in TICKS},
        **{name: hour_typed(getattr(form, name)) for name in HOURS},
        **{
            name: in_words(getattr(form, name) or [], lang, tongue, codes.language_code)
            for name in TONGUES
        },
        "equipment": ", ".join(form.equipment),
        "forbidden_days": [day.isoformat() for day in form.forbidden_days],
        **embargo_typed(form.not_before),
    }
    for name in TALKS:
        lengths = getattr(form, name)
        for number in range(MOST_SHOWINGS):
            fields[talk(name, number)] = str(lengths[number]) if number < len(lengths) else ""
    return fields


def talk(name: str, number: int) -> str:
    """`intros`, 0 → `intros_1`: showings are counted from 1 where they are read."""
    return f"{name}_{number + 1}"


def written(number: int | None) -> str:
    return "" if number is None else str(number)


def hour_typed(minutes: int | None) -> str:
    return "" if minutes is None else clock_face(minutes)


def embargo_typed(moment: datetime | None) -> dict[str, str]:
    local = moment.astimezone(zone()) if moment else None
    return {
        "not_before_day": local.date().isoformat() if local else "",
        "not_before_hour": local.strftime("%H:%M") if local else "",
    }


def names_of_fields() -> list[str]:
    talks = [talk(name, number) for name in TALKS for number in range(MOST_SHOWINGS)]
    return [
        *CHOSEN, *fields_of("titles"), *WHOLE, *TICKS, *HOURS, *TONGUES, *talks, "equipment",
        "not_before_day", "not_before_hour",
    ]  # fmt: skip


def kept(sent: Mapping[str, list[str]], stood: ProgrammeFields) -> ProgrammeFields:
    """What was typed, whatever it is; a box that is not ticked is not sent, a field that was not drawn
    says what it said.
    """
    fields = dict(stood)
    for name in names_of_fields():
        if name in TICKS:
            fields[name] = "yes" if sent.get(name) else ""
        elif name in sent:
            fields[name] = sent[name][-1].replace("\r\n", "\n")
    fields["forbidden_days"] = [day for day in sent.get("forbidden_days", []) if day]
    return fields


class FieldReader:
    """Reads fields one by one, and remembers what is wrong with each, with what would do."""

    def __init__(self, fields: ProgrammeFields) -> None:
        self.fields = fields
        self.wrong: list[str] = []
        self.values: dict[str, Any] = {}

    def text(self, name: str) -> str:
        return str(self.fields.get(name, "")).strip()

    def fault(self, name: str, code: str, **values: Any) -> None:
        self.wrong.append(f"{name}:{code}")
        if values:
            self.values[name] = values

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number within its bounds; nothing where nothing was typed, or what was typed is none."""
        text = re.sub(r"\s", "", self.text(name))
        if not text:
            return None
        if not text.isdecimal() or len(text) > 9:
            self.fault(name, CODES["number"])
            return None
        if not least <= int(text) <= most:
            self.fault(name, "number_outside", least=least, most=most)
            return None
        return int(text)

    def hour(self, name: str) -> int | None:
        """Minutes after midnight; the small hours are the evening before's."""
        text = self.text(name).lower()
        if not text:
            return None
        found = HOUR.fullmatch(text)
        if found is None or int(found[1]) > LATEST_HOUR:
            self.fault(name, CODES["hour"])
            return None
        minutes = int(found[1]) * 60 + int(found[2] or 0)
        return minutes + DAY if minutes < DAY_TURNS else minutes

    def moment(self, name: str) -> datetime | None:
        """A day and an hour on the wall; a day alone begins at midnight."""
        day, hour = self.text(f"{name}_day"), self.text(f"{name}_hour").lower()
        if not day and not hour:
            return None
        found = HOUR.fullmatch(hour or "0:00")
        if found is None or int(found[1]) > 23:
            self.fault(f"{name}_hour", "hour_of_day_unreadable")
        day_given = self.date(f"{name}_day", day)
        if day_given is None or found is None or int(found[1]) > 23:
            return None
        return at(day_given, int(found[1]) * 60 + int(found[2] or 0))

    def date(self, name: str, text: str) -> date | None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fault(name, CODES["day"])
            return None

    def list(self, name: str) -> list[str]:
        return [part for part in BETWEEN.split(self.text(name)) if part]


def bounds_of(name: str) -> tuple[int, int]:
    """Of a field of the form that holds a whole number."""
    kind = inspect.type_info(HINTS[name])
    parts = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    number = next(part for part in parts if isinstance(part, inspect.IntType))
    return number.ge or 0, number.le or 10**9


HINTS = {field.name: field.type for field in msgspec.structs.fields(ProgrammeForm)}
BOUNDS = {name: bounds_of(name) for name in WHOLE} | {"showings": (1, MOST_SHOWINGS)}
"""Of what is typed: no hand promises no showing at all."""


def read(fields: ProgrammeFields, films: Iterable[str]) -> ProgrammeForm:
    """The programme that was typed; `Refused` with every field that says what no programme can be."""
    reader = FieldReader(fields)
    given: dict[str, Any] = {name: reader.text(name) for name in CHOSEN}
    given["titles"] = titles_in(reader)
    for name in WHOLE:
        number = reader.whole(name, *BOUNDS[name])
        if number is None and name not in MAY_BE_EMPTY and not reader.text(name):
            reader.fault(name, "field_missing")
        if number is not None:
            given[name] = number
    given |= {name: reader.hour(name) for name in HOURS}
    given |= {name: bool(reader.text(name)) for name in TICKS}
    given |= {name: tongues_in(reader, name) for name in TONGUES}
    given["equipment"] = equipment_in(reader)
    given["not_before"] = reader.moment("not_before")
    days = [reader.date("forbidden_days", day) for day in fields["forbidden_days"]]
    given["forbidden_days"] = [day for day in days if day]
    given |= {name: lengths_in(reader, name, given) for name in TALKS}
    form = ProgrammeForm(**given, films=list(films))
    reader.wrong += shape_faults(ProgrammeForm, msgspec.to_builtins(form), strict=True)
    rules = [one for one in faults_of(form) if one.partition(":")[0] not in touched(reader.wrong)]
    if reader.wrong or rules:
        raise Refused(*reader.wrong, *rules, **reader.values)
    return form


def touched(wrong: Iterable[str]) -> set[str]:
    return {one.partition(":")[0] for one in wrong}


def titles_in(reader: FieldReader) -> texts.Texts:
    titles = {language: reader.text(name) for name, language in fields_of("titles").items()}
    for name, language in fields_of("titles").items():
        if len(titles[language]) > 200:
            reader.fault(name, "field_long")
    return {language: text for language, text in titles.items() if text}


def tongues_in(reader: FieldReader, name: str) -> list[str] | None:
    """Nothing typed: what its films say."""
    words = codes.split(reader.text(name), codes.language_code)
    if any(not 2 <= len(word) <= 100 for word in words) or len(words) > 40:
        reader.fault(name, "field_long")
        return None
    return words or None


def equipment_in(reader: FieldReader) -> list[str]:
    things = reader.list("equipment")
    if len(things) > 20 or any(len(one) > 40 for one in things):
        reader.fault("equipment", "field_long")
        return []
    return things


def lengths_in(reader: FieldReader, name: str, given: Mapping[str, Any]) -> list[int]:
    """Minutes of each showing in turn, as far as somebody has said any; a blank between is the usual."""
    said = [reader.whole(talk(name, number), 0, 600) for number in range(MOST_SHOWINGS)]
    while said and said[-1] is None:
        said.pop()
    usual = int(given.get("intro", 0) if name == "intros" else given.get("debate", 0))
    return [
        (usual if name == "intros" or number == 0 else 0) if minutes is None else minutes
        for number, minutes in enumerate(said)
    ]
