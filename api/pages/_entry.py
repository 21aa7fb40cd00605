"""The entry form: what people type into an `Entry`, and back again; what is still open, by step."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import msgspec
from babel import Locale

from api.forms import code_of
from festival.errors import Refused
from festival.language import LANGUAGES
from submissions.entry import Entry

TEXTS = ("title", "title_en", "director", "section", "synopsis_fr", "synopsis_en", "premiere")
LISTS = ("countries", "languages", "subtitles")
STEPS: dict[str, tuple[str, ...]] = {
    "film": ("title", "title_en", "section", "year", "declared_seconds"),
    "makers": ("director", "countries", "languages"),
    "synopsis": ("synopsis_fr", "synopsis_en"),
    "file": ("file",),
    "rights": ("rights_confirmed",),
}
WAYS = [
    re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{1,2}):(?P<s>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,3}):(?P<s>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,3})"),
    re.compile(r"(?P<h>\d{1,2}) *h *(?P<m>\d{1,2})"),
    re.compile(
        r"(?:(?P<h>\d{1,2}) *h)? *(?:(?P<m>\d{1,3}) *(?:min|mn|m|′))? *(?:(?P<s>\d{1,2}) *s)?"
    ),
]


def seconds_of(text: str) -> int:
    """`1 h 44`, `1:44:07`, `14:30`, `104 min`, `104`; ValueError for anything else."""
    bare = " ".join(text.lower().split())
    found = next((match for way in WAYS if (match := way.fullmatch(bare))), None)
    parts = {} if found is None else {k: int(v) for k, v in found.groupdict().items() if v}
    if not parts:
        raise ValueError(text)
    hours, minutes, seconds = (parts.get(part, 0) for part in "hms")
    if seconds >= 60 or ("h" in parts and minutes >= 60):
        raise ValueError(text)
    return hours * 3600 + minutes * 60 + seconds


def length_typed(seconds: int | None) -> str:
    """As somebody would type it; seconds only where there are some."""
    if seconds is None:
        return ""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    if rest:
        return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f"{hours} h {minutes:02d}" if hours else f"{minutes} min"


@cache
def language_codes() -> dict[str, str]:
    """`anglais`, `english` and `en` are one language."""
    return {
        name.casefold(): code
        for language in LANGUAGES
        for code, name in Locale(language).languages.items()
    }


def language_name(lang: str, code: str) -> str:
    return str(Locale(lang).languages.get(code, code))


def listed(text: str) -> list[str]:
    """Commas between, no empty one, none twice."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def typed(entry: Entry, lang: str) -> dict[str, str]:
    """The form's fields as they stand in the rows."""
    return {
        **{name: getattr(entry, name) for name in TEXTS},
        "year": str(entry.year or ""),
        "runtime": length_typed(entry.declared_seconds),
        "countries": ", ".join(entry.countries),
        "languages": ", ".join(language_name(lang, code) for code in entry.languages),
        "subtitles": ", ".join(language_name(lang, code) for code in entry.subtitles),
        "rights_confirmed": "yes" if entry.rights_confirmed else "",
    }


def kept(form: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, to be shown again whatever it is."""
    names = (*TEXTS, *LISTS, "year", "runtime", "rights_confirmed")
    return {name: str(form.get(name, "")).replace("\r\n", "\n") for name in names}


def entry_from(fields: Mapping[str, str]) -> Entry:
    """The entry; `Refused` with every ill-formed field. An empty one is no fault in a draft."""
    given: dict[str, Any] = {name: fields[name] for name in TEXTS if fields[name]}
    faults: list[str] = []
    given["countries"] = listed(fields["countries"])
    for name in ("languages", "subtitles"):
        given[name] = [language_codes().get(one.casefold(), one) for one in listed(fields[name])]
    given["rights_confirmed"] = bool(fields["rights_confirmed"])
    if fields["year"].strip():
        given["year"] = fields["year"].strip()
    if fields["runtime"].strip():
        try:
            given["declared_seconds"] = seconds_of(fields["runtime"])
        except ValueError:
            faults.append("declared_seconds:runtime_unreadable")
    faults += list(ill_formed(given))
    if faults:
        raise Refused(*faults)
    return msgspec.convert(given, Entry, strict=False)


def ill_formed(given: dict[str, Any]) -> Iterable[str]:
    """Each field alone, so that all faults are told at once."""
    for name, value in given.items():
        try:
            msgspec.convert({name: value}, Entry, strict=False)
        except msgspec.ValidationError as error:
            yield f"{name}:{code_of(str(error))}"


class Step(msgspec.Struct, frozen=True):
    """One line of the task list: `done`, `begun` or `open`, with what it lacks."""

    name: str
    state: str
    lacks: int


def steps(fields: Mapping[str, str], missing: list[str]) -> list[Step]:
    """What is done of the entry, in the order of the form."""
    wrong = [code.partition(":")[0] for code in missing]
    return [_step(name, fields, [f for f in wrong if f in own]) for name, own in STEPS.items()]


def _step(name: str, fields: Mapping[str, str], lacks: list[str]) -> Step:
    if not lacks:
        return Step(name, "done", 0)
    typed_names = ["runtime" if own == "declared_seconds" else own for own in STEPS[name]]
    begun = any(fields.get(field) for field in typed_names)
    return Step(name, "begun" if begun else "open", len(lacks))
