"""A no at the door: its number of HTTP, and its words in the language of whoever is told."""

from typing import Any

from festival.errors import Busy, Conflict, FestivalError, Missing, NotAllowed, Refused
from festival.language import has_words, spoken, t, text_in

STATUS: dict[type[FestivalError], int] = {
    Refused: 422,
    NotAllowed: 403,
    Missing: 404,
    Conflict: 409,
    Busy: 503,
}


def status_of(error: FestivalError | None) -> int:
    """A page that shows a refusal says so in its number, too."""
    return 200 if error is None else STATUS[type(error)]


def words_of(language: str, code: str, values: dict[str, Any]) -> str:
    """The sentence of `code` or `field:code`; a code without one stands for itself.

    A value that is called as the field, and has names itself, is for the words of that field alone.
    """
    field, _, name = code.rpartition(":")
    called = values.get("questions", {}).get(field)
    if called:
        values = {**values, "question": text_in(language, called)}
    own = values.get(field)
    if isinstance(own, dict):
        values = {**values, **own}
    return t(language, f"error.{name}", **values) if has_words(f"error.{name}") else name


def told_of(language: str, error: FestivalError | None) -> list[tuple[str, str]]:
    """(field, words) of every code, for the summary on top of a form; none where nothing is wrong."""
    if error is None:
        return []
    return [
        (code.rpartition(":")[0], words_of(language, code, error.values)) for code in error.codes
    ]


def plain_values(values: dict[str, Any]) -> dict[str, Any]:
    """What a program reads beside the codes; what differs by language is there in each."""
    plain = {k: v for k, v in values.items() if isinstance(v, str | int | float | list | dict)}
    for name, value in values.items():
        if callable(value):
            plain |= {f"{name}_{language}": value(language) for language in spoken()}
    return plain
