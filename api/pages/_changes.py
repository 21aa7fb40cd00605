"""What the record says of a change, in words: which field, what stood, what stands."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from api.pages import _rooms, _rules, _sections
from festival.language import has_words, listed, moment, spoken, t, text_in, tongue
from festival.tables import ALPHABET


class ChangeTold(NamedTuple):
    """One field; before or after are empty where there was nothing."""

    field: str
    before: str
    after: str


NAME_OF_A_ROW = re.compile(f"[{ALPHABET}]{{16}}")
"""Nobody reads it, where nothing is known of what it names."""


def changes_in(
    lang: str, details: dict[str, Any], names: Mapping[str, str] | None = None
) -> list[ChangeTold]:
    """Every field that an act changed, made or took away, in the order in which it was written.

    `names` are how rows are called that may stand in one: sections by their letters.
    """
    stood, stands, changes = (fields_in(details, key) for key in ("gone", "made", "changes"))
    pairs = {name: (stood.get(name), stands.get(name)) for name in [*stood, *stands]}
    pairs |= {name: (before, after) for name, (before, after) in changes.items()}
    told = [
        change_of(lang, name, *(called(one, names or {}) for one in pair))
        for name, pair in pairs.items()
    ]
    asked = fields_in(details, "questions")
    return [
        one._replace(field=text_in(lang, asked[one.field])) if one.field in asked else one
        for one in told
        if one.before or one.after
    ]


def called(value: Any, names: Mapping[str, str]) -> Any:
    """What a row's name stands for; an unknown one for nothing that can be read."""
    if isinstance(value, list):
        told = [called(one, names) for one in value]
        return [one for one in told if one != ""]
    if isinstance(value, str) and NAME_OF_A_ROW.fullmatch(value):
        return names.get(value, "")
    return value


def change_of(lang: str, name: str, before: Any, after: Any) -> ChangeTold:
    """One field; a technical rule in the words that its form has for it."""
    if called := _rules.called(lang, name):
        return ChangeTold(called, *(_rules.value_told(lang, name, one) for one in (before, after)))
    before, after = (_sections.rules_told(lang, one) for one in (before, after))
    values = (
        _rooms.value_told(lang, name, one) or code_of(lang, name, one) or value_of(lang, one)
        for one in (before, after)
    )
    return ChangeTold(name_of(lang, name), *values)


def fields_in(details: dict[str, Any], key: str) -> dict[str, Any]:
    """Fields of a row that the desk wrote down under `key`; other acts count there, or say nothing."""
    found = details.get(key)
    return found if isinstance(found, dict) else {}


def other_details(details: dict[str, Any]) -> dict[str, Any]:
    """What an act wrote down beside its changes."""
    told = {
        key
        for key in ("changes", "made", "gone", "questions")
        if isinstance(details.get(key), dict)
    }
    return {name: value for name, value in details.items() if name not in told}


def name_of(lang: str, field: str) -> str:
    key = f"operator.field.{field}"
    return t(lang, key) if has_words(key) else field


def code_of(lang: str, field: str, value: Any) -> str:
    """A value that is a code, in its words; nothing where it has none."""
    key = f"operator.value.{field}.{value}"
    return t(lang, key) if isinstance(value, str) and has_words(key) else ""


def value_of(lang: str, value: Any) -> str:
    """A value as a person reads it; texts by language each behind their language."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return t(lang, "desk.yes" if value else "desk.no")
    if isinstance(value, dict) and value.keys() == {"key", "names"}:  # an option that can be chosen
        return value_of(lang, value["names"])
    if isinstance(value, dict):
        names = {
            name: tongue(lang, name) if name in spoken() else name_of(lang, name) for name in value
        }
        return " · ".join(f"{names[name]}: {value_of(lang, one)}" for name, one in value.items())
    if isinstance(value, list):
        return listed(lang, [value_of(lang, one) for one in value])
    return when_told(lang, str(value))


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*")


def when_told(lang: str, text: str) -> str:
    """A moment by the clock on the edition's wall; any other text as it stands."""
    if not MOMENT.fullmatch(text):
        return text
    try:
        return moment(lang, datetime.fromisoformat(text))
    except ValueError:
        return text
