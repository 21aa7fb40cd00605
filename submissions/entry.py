"""What an entry must say, and everything that is still missing from it. Pure."""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import codes, texts
from festival.errors import Refused
from festival.language import OFFICIAL, country, is_visible, listed, t, tongue, with_plain_signs
from submissions.asking import (
    CREDIT_ROLES,
    PLAIN_FORM,
    AnswerValues,
    EntryForm,
    column_of,
    missing_answers,
)
from submissions.premieres import EarlierShowings, premiere_of

Title = Annotated[str, Meta(max_length=200)]
Code = Annotated[str, Meta(min_length=2, max_length=100)]
Codes = Annotated[list[Code], Meta(max_length=40)]
ShownName = Annotated[str, Meta(min_length=1, max_length=200)]
ShownNames = Annotated[list[ShownName], Meta(max_length=60)]
CreditRole = Annotated[str, Meta(pattern=f"^({'|'.join(CREDIT_ROLES)})$")]
Credits = dict[CreditRole, ShownNames]

SYNOPSIS_LEAST = 20
PREMIERES = ("world", "international", "european", "national", "none")
BETWEEN_NAMES = ", "
WAYS = [
    re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{1,2}):(?P<s>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,3}):(?P<s>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,3})"),
    re.compile(r"(?P<h>\d{1,2}) *h *(?P<m>\d{1,2})"),
    re.compile(
        r"(?:(?P<h>\d{1,2}) *h)? *(?:(?P<m>\d{1,3}) *(?:min|mn|m|′))? *(?:(?P<s>\d{1,2}) *s)?"
    ),
]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The form as it is filled in; a draft may be anything, a filing must be whole.

    `title` is the film's own; `titles` and `synopses` are one text a language. Countries are ISO 3166
    codes, languages and subtitles BCP 47 tags or `["zxx"]` for *none*; their names are understood, too.
    `director` is `directors` in one line: whoever gives it alone names one person. `credits` are the other
    names, by role, in the order in which they were written. `premiere` follows from `shown` wherever
    anything is said there: public screenings of before.
    `answers` are those to the edition's own questions; a question that is not in it keeps its answer.
    """

    title: Title = ""
    titles: texts.ShortTexts = {}
    synopses: texts.LongTexts = {}
    section: Annotated[str, Meta(max_length=1)] = ""
    year: Annotated[int, Meta(ge=1888, le=2100)] | None = None
    countries: Codes = []
    languages: Codes = []
    subtitles: Codes = []
    directors: ShownNames = []
    director: Annotated[str, Meta(max_length=60 * 202)] = ""
    credits: Credits = {}
    declared_seconds: Annotated[int, Meta(ge=1, le=86400)] | None = None
    premiere: Annotated[str, Meta(pattern="^(|world|international|european|national|none)$")] = ""
    shown: EarlierShowings = []
    rights_confirmed: bool = False
    answers: AnswerValues = {}


def seconds_of(text: str) -> int:
    """`1 h 44`, `1:44:07`, `14:30`, `104 min`, `104`; ValueError for anything else."""
    bare = " ".join(with_plain_signs(text.lower()).split())
    match = next((written for way in WAYS if (written := way.fullmatch(bare))), None)
    parts = {} if match is None else {k: int(v) for k, v in match.groupdict().items() if v}
    if not parts:
        raise ValueError(text)
    hours, minutes, seconds = (parts.get(part, 0) for part in "hms")
    if seconds >= 60 or ("h" in parts and minutes >= 60):
        raise ValueError(text)
    return hours * 3600 + minutes * 60 + seconds


def letters(text: str) -> int:
    """How many signs a reader sees of it, blanks between words included."""
    return len("".join(sign for sign in text if sign.isspace() or is_visible(sign)).strip())


def settled(entry: Entry) -> Entry:
    """Names of countries and languages as codes, directors as a list; `Refused` names what is neither."""
    faults: dict[str, Unresolved | None] = {}
    codes_of: dict[str, list[str]] = {}
    for field, (code_of, called, fault) in CODED.items():
        codes_of[field], unknown = resolved(getattr(entry, field), code_of)
        if unknown:
            faults[f"{field}:{fault}"] = Unresolved(unknown, called)
        if codes.NONE in codes_of[field] and len(codes_of[field]) > 1:
            faults[f"{field}:none_alone"] = None
    names = [name.strip() for name in entry.directors if is_visible(name)]
    line = entry.director.strip() if is_visible(entry.director) else ""
    names = names or ([line] if line else [])
    if line and line != BETWEEN_NAMES.join(names):
        faults["directors:directors_disagree"] = None
    if any(len(name) > 200 for name in names):
        faults["directors:field_long"] = None
    if faults:
        unknown_words = {code.partition(":")[2]: words for code, words in faults.items() if words}
        raise Refused(*faults, **unknown_words)
    line = BETWEEN_NAMES.join(names)
    told_in = {name: texts.settled(name, getattr(entry, name)) for name in ("titles", "synopses")}
    return msgspec.structs.replace(
        entry,
        **codes_of,
        **told_in,
        directors=names,
        director=line,
        credits=settled_credits(entry.credits),
        **settled_premiere(entry.shown, codes_of["countries"]),
    )


def settled_premiere(shown: EarlierShowings, made_in: Collection[str]) -> dict[str, Any]:
    """Countries as codes, and what follows; where nothing is said of before, a premiere stays what it is."""
    if not shown:
        return {}
    known, unknown = [], []
    for one in shown:
        try:
            known.append(msgspec.structs.replace(one, country=codes.country_code(one.country)))
        except codes.Unknown as error:
            unknown.append(error)
    if unknown:
        raise Refused("shown:showing_unread", showing_unread=Unresolved(unknown, country))
    return {"shown": known, "premiere": premiere_of(known, made_in)}


def settled_credits(given: Credits) -> Credits:
    """Roles in the order of the form; each name once in a role, and no role without a name."""
    shown = {
        role: list(dict.fromkeys(name.strip() for name in given.get(role, ()) if is_visible(name)))
        for role in CREDIT_ROLES
    }
    return {role: names for role, names in shown.items() if names}


CODED: dict[str, tuple[Callable[[str], str], Callable[[str, str], str], str]] = {
    "countries": (codes.country_code, country, "country_unknown"),
    "languages": (codes.language_code, tongue, "language_unknown"),
    "subtitles": (codes.language_code, tongue, "caption_unknown"),
}


def resolved(
    words: Iterable[str], code_of: Callable[[str], str]
) -> tuple[list[str], list[codes.Unknown]]:
    """(codes, each once; the words that are none)."""
    resolved_codes: list[str] = []
    unknown: list[codes.Unknown] = []
    for word in words:
        try:
            resolved_codes.append(code_of(word))
        except codes.Unknown as error:
            unknown.append(error)
    return list(dict.fromkeys(resolved_codes)), unknown


class Unresolved:
    """Words that are no code, said in either language, each with what may have been meant."""

    def __init__(self, unknown: list[codes.Unknown], called: Callable[[str, str], str]) -> None:
        self.unknown, self.called = unknown, called

    def __call__(self, lang: str) -> str:
        return listed(lang, (self._word(lang, word) for word in self.unknown))

    def _word(self, lang: str, unknown: codes.Unknown) -> str:
        if not unknown.nearest:
            return t(lang, "common.word", word=unknown.word)
        names = listed(lang, (self.called(lang, code) for code in unknown.nearest))
        return t(lang, "common.word.maybe", word=unknown.word, names=names)


def faults(
    entry: Entry,
    *,
    sections: Collection[str],
    file_is_released: bool,
    unread: Iterable[str] = (),
    form: EntryForm = PLAIN_FORM,
    answered: Iterable[str] = (),
) -> list[str]:
    """`field:code` for all that keeps this entry from being filed: fields in the order of the form, then questions.

    `sections` are the letters that the edition has: which films they take is another question
    (`submissions/eligibility.py`). `unread` are fields whose words were kept as typed, because they
    could not be read. `form` says what is asked for by now, `answered` are the questions that have an
    answer.
    """
    kept = list(unread)
    wrong = [
        *(code for name, code in lacking(entry, sections) if form.requires(name)),
        *missing_answers(form.questions, answered),
    ]
    if not file_is_released:
        wrong.append("file:file_not_released")
    return [
        *(f"{field}:field_unread" for field in kept),
        *(code for code in wrong if code.partition(":")[0] not in kept),
    ]


def lacking(entry: Entry, sections: Iterable[str]) -> Iterable[tuple[str, str]]:
    """(field, `field:code`) of all that is not said, whether or not anybody asks for it."""
    said = {
        "title:title_missing": is_visible(entry.title),
        **{
            f"{field}:{field}_missing": is_visible(entry.titles.get(language, ""))
            for field, language in texts.fields_of("titles", OFFICIAL[1:]).items()
        },
        "section:section_missing": entry.section in sections,
        "year:year_missing": entry.year is not None,
        "declared_seconds:runtime_missing": entry.declared_seconds is not None,
        "premiere:premiere_missing": bool(entry.premiere),
        "directors:director_missing": bool(entry.directors),
        "credits:credits_missing": bool(entry.credits),
        "countries:countries_missing": bool(entry.countries),
        "languages:languages_missing": bool(entry.languages),
        "subtitles:subtitles_missing": bool(entry.subtitles),
        **{
            f"{field}:{field}_short": letters(entry.synopses.get(language, "")) >= SYNOPSIS_LEAST
            for field, language in texts.fields_of("synopses", OFFICIAL).items()
        },
        "rights_confirmed:rights_missing": entry.rights_confirmed,
    }
    for code, is_said in said.items():
        if not is_said:
            field = code.partition(":")[0]
            yield column_of(field), code
