"""Names covered in a text, for sections whose committee must not know who made a film. Pure."""

import re
import unicodedata
from collections.abc import Iterable

COVER = "▇▇▇▇"
"""As long for everybody: it does not tell how long a name is."""
LEAST_SIGNS = 3
WORD = re.compile(r"[^\W\d_]+")
TOGETHER = re.compile(rf"{COVER}(?:[\s’'\-]+{COVER})+")


def bare(text: str) -> str:
    """Without accents and case."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    ).casefold()


def covered(text: str, names: Iterable[str]) -> str:
    """The text with every word of these names covered, whatever its accents, where it is written as a name is: with
    a capital letter. `rose` stays where Rose made the film.
    """
    hidden = {
        bare(word) for name in names for word in WORD.findall(name) if len(word) >= LEAST_SIGNS
    }

    def cover(found: re.Match[str]) -> str:
        word = found[0]
        return COVER if word[:1].isupper() and bare(word) in hidden else word

    seen = unicodedata.normalize("NFC", text)
    return TOGETHER.sub(COVER, WORD.sub(cover, seen)) if hidden else text
