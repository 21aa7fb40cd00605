"""A cell into an answer to an edition's own question. Pure."""

import re
from datetime import date
from typing import NamedTuple

from festival.codes import bare
from festival.errors import Refused
from submissions.asking import (
    AnswerValue,
    AskedQuestion,
    QuestionKind,
    number_from,
    settled_answer,
)

THOUSANDS = re.compile(r"[-−]?[1-9]\d{0,2},\d{3}")
ISO_DAY = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[ T]\d{1,2}:\d{2}.*)?")
DAY_OF_YEAR = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")


class Reply(NamedTuple):
    """An answer, or the code of why there is none, with the words that it is about.

    `is_kept`: what cannot be read stays in the entry as it was typed; a choice has no field to type in.
    """

    value: AnswerValue = None
    code: str = ""
    words: str = ""
    is_kept: bool = False


def reply_in(question: AskedQuestion, words: str) -> Reply:
    """Any cell is a reply, with or without a value."""
    if not words:
        return Reply()
    if question.kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
        return choice_in(question, words)
    try:
        return Reply(settled_answer(question, value_in(question, words)))
    except Refused as error:
        return Reply(None, error.codes[0], words, is_kept=True)


def value_in(question: AskedQuestion, words: str) -> AnswerValue:
    match question.kind:
        case QuestionKind.NUMBER:
            return number_in(words)
        case QuestionKind.DATE:
            return day_in(words)
        case _:
            return words


def number_in(words: str) -> float:
    """`12,000` is twelve in France and a thousand times more in Britain: nobody can know which."""
    if THOUSANDS.fullmatch("".join(words.split())):
        raise Refused("answer_number_twofold")
    return number_from(words)


def day_in(words: str) -> str:
    """`2027-05-14`, `14/05/2027`, `14.5.2027`; `05/14/2027` where it can be nothing else."""
    text = words.strip()
    if iso := ISO_DAY.fullmatch(text):
        year, month, day = map(int, iso[1].split("-"))
        return day_of(year, month, day)
    if not (found := DAY_OF_YEAR.fullmatch(text)):
        raise Refused("answer_date_unreadable")
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] == "." or first > 12 or first == second:
        return day_of(year, second, first)
    if second > 12:
        return day_of(year, first, second)
    raise Refused("answer_date_twofold")


def day_of(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise Refused("answer_date_unreadable") from None


def choice_in(question: AskedQuestion, words: str) -> Reply:
    """Options by any of their names; of several those that are known stay, and the others are told."""
    keys, unknown = options_in(question, words)
    if unknown:
        one = question.kind is QuestionKind.CHOICE
        return Reply(None if one else keys or None, "answer_option_unknown", "; ".join(unknown))
    try:
        return Reply(settled_answer(question, keys))
    except Refused as error:
        return Reply(None, error.codes[0], words)


def options_in(question: AskedQuestion, words: str) -> tuple[list[str], list[str]]:
    """(keys; words that are no option), split at `;`, `|` and lines, and at commas that no name holds."""
    names = named_options(question)
    keys: list[str] = []
    unknown: list[str] = []
    for part in filter(None, map(str.strip, re.split(r"[;|\n]", words))):
        pieces = part.split(",")
        while pieces:
            said = [",".join(pieces[:end]).strip() for end in range(len(pieces), 0, -1)]
            name = next((one for one in said if one in names or bare(one) in names), "")
            key = names.get(name) or names.get(bare(name), "")
            if key:
                keys.append(key)
            elif said[-1]:
                unknown.append(said[-1])
            pieces = pieces[name.count(",") + 1 :]
    known = [option.key for option in question.options]
    return sorted(set(keys), key=known.index), unknown


def named_options(question: AskedQuestion) -> dict[str, str]:
    """Name → key: as it is written, and bare where only one option is called so."""
    written = [(name, option.key) for option in question.options for name in option.names.values()]
    plain: dict[str, set[str]] = {}
    for name, key in written:
        plain.setdefault(bare(name), set()).add(key)
    sure = {name: keys.pop() for name, keys in plain.items() if name and len(keys) == 1}
    return sure | dict(written)
