"""Where a film was shown to the public before, and what premiere it can still be. Pure."""

import re
from collections.abc import Collection, Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from festival import codes
from festival.language import country

HERE = "FR"
EUROPE = frozenset(
    [
        "AD",
        "AL",
        "AT",
        "AX",
        "BA",
        "BE",
        "BG",
        "BY",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FO",
        "FR",
        "GB",
        "GG",
        "GI",
        "GR",
        "HR",
        "HU",
        "IE",
        "IM",
        "IS",
        "IT",
        "JE",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "MD",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "RU",
        "SE",
        "SI",
        "SJ",
        "SK",
        "SM",
        "UA",
        "VA",
        "XK",
    ]
)
"""The United Nations' Europe (M49, 150), with Cyprus and Kosovo."""
YEAR = re.compile(r"(18|19|20)\d\d")
MOST_SHOWINGS = 60


class EarlierShowing(msgspec.Struct, frozen=True, kw_only=True):
    """A public screening: the festival, cinema or channel, the ISO 3166 code of its country, the year if known."""

    where: Annotated[str, Meta(max_length=200)] = ""
    country: Annotated[str, Meta(min_length=2, max_length=100)]
    year: Annotated[int, Meta(ge=1888, le=2100)] | None = None


EarlierShowings = Annotated[list[EarlierShowing], Meta(max_length=MOST_SHOWINGS)]


def premiere_of(shown: Iterable[EarlierShowing], made_in: Collection[str]) -> str:
    """What a screening here would be. Countries where the film was made do not count against an
    international premiere, as festivals reckon it; France always counts: it is here.
    """
    places = {one.country for one in shown}
    if not places:
        return "world"
    if HERE in places:
        return "none"
    if places <= set(made_in):
        return "international"
    return "national" if places & EUROPE else "european"


class ShowingsUnread(ValueError):
    """Lines that name no country, each with the countries that may be meant."""

    def __init__(self, lines: list[codes.Unknown]) -> None:
        self.lines = lines


def showings_in(text: str) -> list[EarlierShowing]:
    """`2026, Locarno, Suisse`, one a line; `ShowingsUnread` with each line that does not end in a country."""
    read, wrong = [], []
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            read.append(showing_in(line))
        except codes.Unknown as error:
            wrong.append(codes.Unknown(line.strip(), error.nearest))
    if wrong:
        raise ShowingsUnread(wrong)
    return read


def showing_in(line: str) -> EarlierShowing:
    """The country stands last; a year stands wherever it likes. `codes.Unknown` without a country."""
    parts = [part.strip() for part in line.split(",") if part.strip()]
    year = next((part for part in parts if YEAR.fullmatch(part)), None)
    parts = [part for part in parts if part is not year]
    sizes = [size for size in (3, 2) if codes.is_name(parts[-size:], codes.country_code)]
    size = next(iter(sizes), 1)  # `Korea, Republic of` is one
    return EarlierShowing(
        where=", ".join(parts[:-size])[:200],
        country=codes.country_code(", ".join(parts[-size:])),
        year=int(year) if year else None,
    )


def typed_showing(lang: str, showing: EarlierShowing) -> str:
    """As it is read again: `2026, Locarno, Suisse`."""
    name = country(lang, showing.country)
    return ", ".join(filter(None, [str(showing.year or ""), showing.where, name]))
