"""A rule of the plan as a form has it: its numbers typed, read and written back. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from api.pages._typed import start_of
from festival.errors import Refused
from festival.language import decimal
from units.times import DAY, clock_face

Sent = Mapping[str, str]
TypedFields = dict[str, str]
MOST_BANDS = 7
WHOLE = re.compile(r"\d{1,5}")
TENTHS = re.compile(r"(\d{1,3})(?:[.,](\d))?")


class NumberForm(Struct, frozen=True):
    """How one number stands in a form: the fields of a value, and the value of the fields."""

    typed: Callable[[str, Any, str], TypedFields]
    read: Callable[[str, Sent], Any]


def whole(name: str, sent: Sent) -> int:
    text = sent.get(name, "").strip()
    if not WHOLE.fullmatch(text):
        raise Refused(f"{name}:number_unreadable")
    return int(text)


def whole_or_none(name: str, sent: Sent) -> int | None:
    return whole(name, sent) if sent.get(name, "").strip() else None


def plain(name: str, value: Any, _: str) -> TypedFields:
    return {name: "" if value is None else str(value)}


def flag(name: str, value: Any, _: str) -> TypedFields:
    return {name: "yes" if value else ""}


def clock_typed(name: str, value: Any, _: str) -> TypedFields:
    return {name: clock_face(value % DAY)}


def tenths_typed(name: str, value: Any, lang: str) -> TypedFields:
    return {name: decimal(lang, value / 10)}


def tenths(name: str, sent: Sent) -> int:
    if not (found := TENTHS.fullmatch(sent.get(name, "").strip())):
        raise Refused(f"{name}:number_unreadable")
    return int(found[1]) * 10 + int(found[2] or 0)


def meal_typed(_: str, value: Any, __: str) -> TypedFields:
    begins, ends, need = value
    return {
        "meal_from": clock_face(begins % DAY),
        "meal_to": clock_face(ends % DAY),
        "meal_need": str(need),
    }


def meal(_: str, sent: Sent) -> list[int]:
    return [
        start_of(sent.get("meal_from", ""), field="meal_from"),
        start_of(sent.get("meal_to", ""), field="meal_to"),
        whole("meal_need", sent),
    ]


def bands_typed(_: str, value: Any, __: str) -> TypedFields:
    """The first part of the day begins with the day, whatever its hour."""
    fields: TypedFields = {}
    for n, (begins, weight) in enumerate(value):
        fields |= {
            f"band{n}_from": clock_face(begins % DAY) if n else "",
            f"band{n}_weight": str(weight),
        }
    return fields


def bands(_: str, sent: Sent) -> list[list[int]]:
    """A part without a weight is none; in the order of the day, however they were typed."""
    parts = [[0, whole("band0_weight", sent)]]
    for n in range(1, MOST_BANDS):
        begins, weight = (sent.get(f"band{n}_{one}", "").strip() for one in ("from", "weight"))
        if begins or weight:
            start = start_of(begins, field=f"band{n}_from")
            parts.append([start, whole(f"band{n}_weight", sent)])
    return sorted(parts)


FORMS: dict[str, NumberForm] = {
    "premiere_first": NumberForm(flag, lambda name, sent: sent.get(name, "") != ""),
    "repeat_other_band": NumberForm(flag, lambda name, sent: sent.get(name, "") != ""),
    "repeat_gap": NumberForm(plain, whole_or_none),
    "bands": NumberForm(bands_typed, bands),
    "divisor": NumberForm(tenths_typed, tenths),
    "meal": NumberForm(meal_typed, meal),
    "late": NumberForm(clock_typed, lambda name, sent: start_of(sent.get(name, ""), field=name)),
    "morning": NumberForm(clock_typed, lambda name, sent: start_of(sent.get(name, ""), field=name)),
}
WHOLE_FORM = NumberForm(plain, whole)
"""Minutes, days, times: a whole number, and nothing else."""


def typed(numbers: Mapping[str, Any], lang: str) -> TypedFields:
    """Every field of these numbers, as somebody would type them."""
    fields: TypedFields = {}
    for name, value in numbers.items():
        fields |= FORMS.get(name, WHOLE_FORM).typed(name, value, lang)
    return fields


def read(names: tuple[str, ...], sent: Sent) -> dict[str, Any]:
    """The numbers of a rule from its form; `Refused` with every field that says none."""
    numbers: dict[str, Any] = {}
    faults: list[str] = []
    for name in names:
        try:
            numbers[name] = FORMS.get(name, WHOLE_FORM).read(name, sent)
        except Refused as error:
            faults += error.codes
    if faults:
        raise Refused(*faults)
    return numbers
