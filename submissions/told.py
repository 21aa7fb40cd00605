"""What stands in a field of an entry, or was answered to a question, as a person reads it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from festival.language import country, day, figure, length, listed, t, text_in, tongue
from submissions.asking import OPTIONED, AskedQuestion, QuestionKind
from submissions.premieres import EarlierShowing, typed_showing


def told(lang: str, name: str, value: Any) -> str:
    """A field's value; nothing where it says nothing."""
    if value in (None, "", [], {}):
        return ""
    return TOLD[name](lang, value) if name in TOLD else str(value)


def told_both(lang: str, name: str, before: Any, after: Any) -> tuple[str, str]:
    """What stood and what stands; of a text in several languages those in which it differs."""
    if TOLD.get(name) is told_by_language:
        was, now_is = before or {}, after or {}
        differ = [one for one in {**now_is, **was} if was.get(one) != now_is.get(one)]
        before, after = (
            {one: side[one] for one in differ if one in side} for side in (was, now_is)
        )
    return told(lang, name, before), told(lang, name, after)


def told_by_language(lang: str, value: Mapping[str, str]) -> str:
    return " · ".join(f"{tongue(lang, one)} : {text}" for one, text in value.items())


def told_credits(lang: str, value: Mapping[str, Sequence[str]]) -> str:
    return " · ".join(
        t(
            lang,
            "filmmaker.credit",
            role=t(lang, f"filmmaker.field.credit_{role}"),
            names=listed(lang, names),
        )
        for role, names in value.items()
    )


def names_of(called: Callable[[str, str], str]) -> Callable[[str, Any], str]:
    return lambda lang, value: listed(lang, (called(lang, code) for code in value))


TOLD: dict[str, Callable[[str, Any], str]] = {
    "declared_seconds": length,
    "countries": names_of(country),
    "languages": names_of(tongue),
    "subtitles": names_of(tongue),
    "directors": listed,
    "credits": told_credits,
    "shown": lambda lang, value: " · ".join(
        typed_showing(lang, msgspec.convert(one, EarlierShowing)) for one in value
    ),
    "premiere": lambda lang, value: t(lang, f"filmmaker.premiere.{value}"),
    "titles": told_by_language,
    "synopses": told_by_language,
}


def told_answer(lang: str, question: AskedQuestion, value: Any) -> str:
    """An answer in words: options by their names, a day as it is said."""
    if value is None:
        return ""
    if question.kind in OPTIONED:
        names = {option.key: option.names for option in question.options}
        return listed(lang, (text_in(lang, names.get(key)) or key for key in value))
    if question.kind is QuestionKind.DATE:
        return day(lang, date.fromisoformat(value), style="full")
    return figure(lang, value) if question.kind is QuestionKind.NUMBER else str(value)


def line_of(lang: str, label: str, before: str, after: str) -> str:
    """`Durée : 1 h 44, au lieu de 1 h 40`."""
    return t(lang, "corrections.line", field=label, before=before or "–", after=after or "–")
