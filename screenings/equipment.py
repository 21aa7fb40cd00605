"""What a screen has and a programme asks for: words of the trade, compared letter by letter."""

from collections.abc import Iterable

KNOWN = (
    "dcp",
    "2k",
    "4k",
    "3d",
    "hfr",
    "35mm",
    "16mm",
    "70mm",
    "dome",
    "5.1",
    "7.1",
    "atmos",
    "sound_loop",
    "audio_description",
    "subtitle_projector",
    "interpreter_booth",
    "mic",
    "stage",
    "piano",
    "streaming",
)
"""What most houses are asked for, each with its words; a house may have others, which are their own words."""


def settled(words: Iterable[str]) -> list[str]:
    """Each once, in small letters and with single blanks, so that `4K ` is what `4k` asks for."""
    told = (" ".join(word.split()).casefold() for word in words)
    return list(dict.fromkeys(word for word in told if word))


def offered(used: Iterable[str]) -> list[str]:
    """What a form can tick: the known ones, then whatever is used in this edition already."""
    return [*KNOWN, *sorted(set(settled(used)) - set(KNOWN))]
