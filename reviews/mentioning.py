"""Who is called by name in what somebody writes. Pure."""

import re
import unicodedata
from collections.abc import Mapping

SIGN = re.compile(r"(?<!\w)@(?=\w)")


def mentioned(text: str, names: Mapping[str, str]) -> set[str]:
    """The people of `names` (name by id) that are called with `@`: by their whole name, or by the first word
    of it where nobody else begins so. Accents and capitals do not matter; of several names the longest counts.
    """
    called: dict[str, set[str]] = {}
    for person, name in names.items():
        if words := folded(name).split():
            called.setdefault(" ".join(words), set()).add(person)
            called.setdefault(words[0], set()).add(person)
    whole = {" ".join(folded(name).split()) for name in names.values()}
    found: set[str] = set()
    said = folded(text)
    for sign in SIGN.finditer(said):
        rest = " ".join(said[sign.end() :].split())
        fits = [name for name in called if begins(rest, name)]
        if not fits:
            continue
        name = max(fits, key=len)
        if name in whole or len(called[name]) == 1:
            found |= called[name]
    return found


def begins(rest: str, name: str) -> bool:
    """Whether the words go on with this name, and not with a longer word."""
    return rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum()


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
