"""What the bytes of a text say, when nothing in them says how they were saved. Pure.

Unicode proves itself. For anything else the language that its bringer named is the best witness:
each encoding that such a file may have is tried, and the reading that looks most like it is kept.
"""

import codecs
import unicodedata

import charset_normalizer
import msgspec

from media.alphabets import encodings_of, letters_of, names_of, script_named

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 24_000
"""Bytes of words with a letter beyond ASCII that a guess is judged by."""

LEAST_LETTERS = 12
"""Below this many letters no script is missed: two cries and a name are no evidence."""

PROOF = 5
"""So many letters that can be read as UTF-8 for each that cannot: no accident makes them."""

LOST = "\ufffd"
KEPT_SIGNS = frozenset(
    "’‘“”«»–—…‹›„‚¿¡·•♪♫°№©®™€£¥ª º§\u00a0\u200e\u200f\u202f\u200b\u200c\u200d\u00ad\u3000"
)
HYPHENS = frozenset("’‘'·-‑\u00ad\u200b\u200c\u200d\u200e\u200f")
COMMON = (("gb2312", b"\xb0\xd7"), ("big5", b"\xa4\xc6"), ("euc_jp", b"\xb0\xcf"))
"""Where each schoolbook of ideographs stands in its code: the first bytes of its letters."""


class NoText(Exception):
    """These bytes are no text at all."""


class Reading(msgspec.Struct, frozen=True):
    """`is_sure` when the bytes themselves prove the encoding, not only the language that was told."""

    text: str
    encoding: str
    is_sure: bool


def read(raw: bytes, *, language: str = "") -> Reading:
    """The text and how it was saved; `language` is a BCP 47 tag, or nothing when nobody knows."""
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            text = raw[len(mark) :].decode(encoding, "replace")
            return Reading(text, encoding, is_sure=LOST not in text)
    if b"\0" in raw:
        return wide(raw)
    if b"\x1b$" in raw:  # Japanese in seven bits is ASCII to every other eye
        return guessed(raw, language)
    text = raw.decode("utf-8", "replace")
    whole, lost = sum(not letter.isascii() for letter in text), text.count(LOST)
    is_proof = whole - lost >= PROOF * max(lost, 1) or not whole
    if is_proof or not (language or lost):
        return Reading(text, "utf-8", is_sure=not lost)
    return guessed(raw, language)


def wide(raw: bytes) -> Reading:
    """UTF-16 without its mark: the noughts beside digits and line ends stand on one side only."""
    even, odd = raw[::2].count(0), raw[1::2].count(0)
    if len(raw) % 2 or max(even, odd) < len(raw) / 20 or min(even, odd) * 10 > max(even, odd):
        raise NoText
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = raw.decode(encoding, "replace")
    return Reading(text, encoding, is_sure=LOST not in text)


def guessed(raw: bytes, language: str) -> Reading:
    """The likeliest of the encodings that a file in this language may have; the first wins a draw."""
    words = sample(raw)
    tried = ("utf-8", *candidates(words, language))
    costs = {name: cost(words.decode(name, "replace"), language) for name in tried}
    whole = words.decode("utf-8", "ignore")
    followers = len(whole.encode()) - len(whole)  # bytes that can only stand behind another
    costs["utf-8"] -= 2 * followers  # each is no accident
    best = min(tried, key=lambda name: costs[name])
    text = raw.decode(best, "replace")
    return Reading(text, best, is_sure=best == "utf-8" and LOST not in text)


def sample(raw: bytes) -> bytes:
    """Its first words with a byte beyond ASCII; no encoding that we try has a space within a letter."""
    if b"\x1b$" in raw:
        return raw[:SAMPLE]
    words: list[bytes] = []
    length = 0
    for word in raw.split():
        if word.isascii():
            continue
        words.append(word[:SAMPLE])
        length += len(word) + 1
        if length > SAMPLE:
            break
    return b" ".join(words)


def candidates(words: bytes, language: str) -> tuple[str, ...]:
    """Of a language whose habits we do not know, a library guesses beside the commonest."""
    if known := encodings_of(language):
        return known
    best = charset_normalizer.from_bytes(words).best()
    return ("cp1252", best.encoding) if best else ("cp1252",)


def cost(text: str, language: str) -> int:
    """How little this looks like the language: the lower the likelier. Only what is not ASCII speaks."""
    letters, names = letters_of(language), names_of(language)
    total = sum(cost_of(letter, letters, names) for letter in text if not letter.isascii())
    return total + 2 * sum(map(breaks, text.split()))


def cost_of(letter: str, letters: frozenset[str], names: frozenset[str]) -> int:
    if letter in KEPT_SIGNS:
        return 0
    kind = unicodedata.category(letter)
    if letter == LOST or kind in {"Cc", "Cn", "Co", "Cs"}:
        return 4
    if kind[0] in "LM":
        if letter in letters or (not letters and script_named(letter) in names):
            return 0 if is_rare(letter) else -1
        return 2 if names else 0
    is_wide = unicodedata.east_asian_width(letter) in "WF" and names & {"CJK", "HANGUL"}
    return 0 if is_wide else 1


def is_rare(letter: str) -> bool:
    """Wrongly read bytes give ideographs and syllables that no schoolbook has."""
    name = script_named(letter)
    if name == "CJK":
        return not any(is_within(letter, codec, first) for codec, first in COMMON)
    return name == "HANGUL" and not is_within(letter, "euc_kr", b"\xb0\xc8")


def is_within(letter: str, codec: str, first: bytes) -> bool:
    try:
        return first[0] <= letter.encode(codec)[0] <= first[1]
    except UnicodeEncodeError:
        return False


def breaks(word: str) -> int:
    """Places where no language writes so; between two letters of ASCII there is none."""
    near = zip(word, word[1:], word[2:] + " ", strict=False)
    return sum(is_break(*three) for three in near if not (three[0] + three[1]).isascii())


def is_break(before: str, letter: str, after: str) -> bool:
    """A capital behind a small letter, a letter of another script, a sign between two letters."""
    if letter.isalpha():
        is_latin = script_named(letter) == "LATIN"
        if before.isdigit():
            return is_latin
        is_mixed = before.isalpha() and is_latin != (script_named(before) == "LATIN")
        return is_mixed or (before.islower() and letter.isupper())
    is_sign = (
        not letter.isalnum() and letter not in HYPHENS and unicodedata.category(letter)[0] != "M"
    )
    return is_sign and before.isalpha() and after.isalpha()


def is_unlike(text: str, language: str) -> bool:
    """Whether a text can hardly be in this language: other letters, or signs that nobody writes."""
    names, letters = names_of(language), letters_of(language)
    written = [letter for letter in text if letter.isalpha()]
    if not names or len(written) < LEAST_LETTERS:
        return False
    own = sum(script_named(letter) in names for letter in written)
    if own * 2 < len(written):
        return True
    beyond = [letter for letter in text if not letter.isascii()]
    strange = sum(is_strange(letter, letters, names) for letter in beyond)
    return strange > 3 and strange * 3 > len(beyond) and strange * 50 > len(written)


def is_strange(letter: str, letters: frozenset[str], names: frozenset[str]) -> bool:
    return cost_of(letter, letters, names) > 0


def spelled(encoding: str) -> str:
    """As people know it: `cp1251` is *Windows-1251*."""
    known = {"cp932": "Shift-JIS", "cp949": "EUC-KR", "big5hkscs": "Big5", "mac_roman": "Mac Roman"}
    if encoding in known:
        return known[encoding]
    if encoding.startswith("cp12"):
        return f"Windows-{encoding[2:]}"
    name = encoding.replace("_", "-").upper()
    return name.replace("ISO8859", "ISO-8859").replace("ISO2022", "ISO-2022").replace("CP", "IBM")
