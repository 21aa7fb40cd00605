"""What an entry must say, and everything that is still missing from it. Pure."""

from typing import Annotated

import msgspec
from msgspec import Meta

Title = Annotated[str, Meta(max_length=200)]
Synopsis = Annotated[str, Meta(max_length=2000)]
Code = Annotated[str, Meta(min_length=2, max_length=40)]
Codes = Annotated[list[Code], Meta(max_length=12)]

SYNOPSIS_LEAST = 20
PREMIERES = ("world", "international", "european", "national", "none")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The form as it is filled in; a draft may be anything, a filing must be whole."""

    title: Title = ""
    title_en: Title = ""
    synopsis_fr: Synopsis = ""
    synopsis_en: Synopsis = ""
    section: Annotated[str, Meta(max_length=1)] = ""
    year: Annotated[int, Meta(ge=1888, le=2100)] | None = None
    countries: Codes = []
    languages: Codes = []
    subtitles: Codes = []
    director: Title = ""
    declared_seconds: Annotated[int, Meta(ge=1, le=86400)] | None = None
    premiere: Annotated[str, Meta(pattern="^(world|international|european|national|none)$")] = (
        "none"
    )
    rights_confirmed: bool = False


def faults(
    entry: Entry, *, sections: dict[str, tuple[int, int]], file_is_released: bool
) -> list[str]:
    """`field:code` for all that keeps this entry from being filed, in the order of the form.

    `sections` maps each letter to its least and most seconds.
    """
    length = entry.declared_seconds
    least, most = sections.get(entry.section, (0, 0))
    checks = [
        ("title:title_missing", not entry.title.strip()),
        ("title_en:title_en_missing", not entry.title_en.strip()),
        ("director:director_missing", not entry.director.strip()),
        ("section:section_missing", entry.section not in sections),
        ("year:year_missing", entry.year is None),
        ("countries:countries_missing", not entry.countries),
        ("languages:languages_missing", not entry.languages),
        ("declared_seconds:runtime_missing", length is None),
        ("declared_seconds:runtime_outside_section",
         length is not None and entry.section in sections and not least <= length <= most),
        ("synopsis_fr:synopsis_fr_short", len(entry.synopsis_fr.strip()) < SYNOPSIS_LEAST),
        ("synopsis_en:synopsis_en_short", len(entry.synopsis_en.strip()) < SYNOPSIS_LEAST),
        ("rights_confirmed:rights_missing", not entry.rights_confirmed),
        ("file:file_not_released", not file_is_released),
    ]  # fmt: skip
    return [code for code, is_wrong in checks if is_wrong]
