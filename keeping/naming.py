"""A name in a text, however it is spelt there: found, and put out of sight. Pure.

Letters are compared without case, accents or width, blanks count as one; a name inside a longer word is
another word.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

GONE = "[effacé]"
LEAST_LETTERS = 3  # of a name that is looked for: two letters stand in every text


def folded(text: str) -> str:
    """As names are compared: `Éléonore  ŁE GALL` → `eleonore łe gall`."""
    return " ".join("".join(letter for letter, _ in _letters(text)).split())


def _letters(text: str) -> list[tuple[str, int]]:
    """Each folded letter with its place in the text."""
    return [
        (letter, place)
        for place, sign in enumerate(text)
        for letter in unicodedata.normalize("NFKD", sign).casefold()
        if not unicodedata.combining(letter)
    ]


def pattern_of(name: str) -> re.Pattern[str]:
    """The folded name as whole words, whatever blanks, hyphens or points stand between them."""
    parts = [re.escape(part) for part in re.split(r"[\s\-.’']+", folded(name)) if part]
    return re.compile(r"(?<!\w)" + r"[\s\-.’']+".join(parts) + r"(?!\w)")


def words(name: str) -> list[str]:
    """Runs of Latin letters and digits in a folded name, as the database's `words_in` has them: where the name
    stands in a text, so do all of these. None of a name in another alphabet.
    """
    return sorted(set(re.findall(r"[a-z0-9]{1,64}", folded(name))))


def can_be_sought(name: str) -> bool:
    return sum(sign.isalnum() for sign in name) >= LEAST_LETTERS


def spans(text: str, names: Iterable[str]) -> list[tuple[int, int]]:
    """Where any of these names stands, as places of the text itself."""
    letters = _letters(text)
    plain = "".join(letter for letter, _ in letters)
    found = sorted(
        (letters[match.start()][1], letters[match.end() - 1][1] + 1)
        for name in names
        if can_be_sought(name)
        for match in pattern_of(name).finditer(plain)
    )
    whole: list[tuple[int, int]] = []
    for start, end in found:
        if whole and start < whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return [(start, _with_marks(text, end)) for start, end in whole]


def _with_marks(text: str, end: int) -> int:
    """Accents that stand as signs of their own behind a letter go with it."""
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def redacted(text: str, names: Sequence[str], *, most: int | None = None) -> str:
    """The text without these names; `most` is how many signs its column holds."""
    parts, last = [], 0
    for start, end in spans(text, names):
        parts += [text[last:start], GONE]
        last = end
    return "".join([*parts, text[last:]])[:most]


def without(value: Any, names: Sequence[str]) -> Any:
    """The same for every text of a JSON value; its shape stays."""
    if isinstance(value, str):
        return redacted(value, names)
    if isinstance(value, list):
        return [without(one, names) for one in value]
    if isinstance(value, dict):
        return {key: without(one, names) for key, one in value.items()}
    return value


def around(text: str, names: Sequence[str], *, width: int = 40) -> str:
    """The first place where one of these names stands, with some words on either side."""
    found = spans(text, names)
    if not found:
        return ""
    start, end = max(0, found[0][0] - width), found[0][1] + width
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
