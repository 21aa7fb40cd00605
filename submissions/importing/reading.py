"""One row of a list into the fields of an entry, with everything that could not be read. Pure.

What stops a row (`STOPS`): it has no tracking number, another row of the list has the same, or no title.
Anything else is a remark: the entry is brought in, and what could not be read of it is kept as it was
typed (`unread`), as the entry's own form keeps it.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from festival import codes
from festival.codes import bare
from festival.errors import Refused
from festival.language import country, is_visible, tongue
from festival.people import checked_email
from submissions.entry import CODED, Unresolved, resolved, seconds_of
from submissions.importing.columns import MAKER, Questions, text_fields, title_fields
from submissions.importing.replies import reply_in
from submissions.importing.sheets import LOST

STOPS = frozenset(
    {
        "tracking_missing",
        "tracking_long",
        "tracking_twice",
        "title_missing",
        "title_long",
        "sign_lost",
        "film_twice",
        "entries_many",
    }
)
KEPT_AS_TYPED = ("year", "runtime", "countries", "languages", "subtitles")
LONGEST = {"tracking": 120, "title": 200, "titles": 200, "synopses": 2000, "name": 200}
MOST_NAMES, MOST_CODES = 60, 40
SHOWN = 200  # signs of a value that a fault repeats
YEAR = re.compile(r"(?<!\d)(?:18[89]\d|19\d\d|20\d\d)(?!\d)")
PREMIERES = {
    "world": "world, world premiere, premiere mondiale, mondiale, wp",
    "international": "international, international premiere, premiere internationale, internationale, ip",
    "european": "european, european premiere, premiere europeenne, europeenne, ep",
    "national": "national, national premiere, french premiere, premiere francaise, premiere nationale,"
                " country premiere, francaise, nationale",
    "none": "none, no, aucune, no premiere, non, pas de premiere",
}  # fmt: skip


class CellFault(msgspec.Struct, frozen=True):
    """Where, what and why: `column` counts from 0, and is -1 where the whole row is meant.

    `maybe` are codes of countries or languages that may have been meant.
    """

    column: int
    code: str
    value: str = ""
    field: str = ""
    maybe: list[str] = []


class RowReading(msgspec.Struct, kw_only=True):
    """`entry` has a key for each field that the list speaks of, and no other."""

    tracking: str
    entry: dict[str, Any] = {}
    unread: dict[str, str] = {}
    email: str = ""
    maker: str = ""
    faults: list[CellFault] = []

    @property
    def is_stopped(self) -> bool:
        return any(fault.code in STOPS for fault in self.faults)


class Reader:
    """Reads the rows of one list; equal words are looked up once.

    `sections` are letter → names by language; `categories` says of further words which letter they mean;
    `questions` are those that a column may answer. In a list of own films (`is_own`) the film itself stands for a
    number that is missing.
    """

    def __init__(
        self,
        columns: Sequence[str],
        *,
        sections: Mapping[str, Mapping[str, str]],
        categories: Mapping[str, str],
        questions: Questions | None = None,
        is_own: bool = False,
    ) -> None:
        self.is_own = is_own
        self.places: dict[str, list[int]] = {}
        for at, field in enumerate(columns):
            if field:
                self.places.setdefault(field, []).append(at)
        self.width = len(columns)
        self.sections = {bare(letter): letter for letter in sections}
        self.sections |= {
            bare(name): key for key, names in sections.items() for name in names.values()
        }
        self.sections |= {bare(word): letter for word, letter in categories.items()}
        self.questions = {
            field: one for field, one in (questions or {}).items() if field in self.places
        }
        self.memory: dict[tuple[str, str], Any] = {}

    def read(self, cells: Sequence[str]) -> RowReading:
        row = RowReading(tracking=self.text(cells, "tracking"))
        if len(cells) > self.width and any(cells[self.width :]):
            row.faults.append(CellFault(-1, "row_long", " | ".join(cells[self.width :])[:SHOWN]))
        self.refuse_lost(cells, row)
        self.read_tracking(row)
        self.read_texts(cells, row)
        for field, read in READERS.items():
            if field in self.places:
                read(self, cells, row)
        self.read_answers(cells, row)
        self.read_maker(cells, row)
        if self.is_own and not row.tracking:
            row.tracking = film_key(row.entry)
        return row

    def text(self, cells: Sequence[str], field: str) -> str:
        """What stands in the columns of a field, several of them on lines of their own."""
        found = [
            cells[at]
            for at in self.places.get(field, ())
            if at < len(cells) and is_visible(cells[at])
        ]
        return "\n".join(found)

    def fault(
        self, row: RowReading, field: str, code: str, value: str, maybe: Sequence[str] = ()
    ) -> None:
        at = self.places.get(field, [-1])[0]
        row.faults.append(CellFault(at, code, value[:SHOWN], field, list(maybe)))

    def keep(
        self, row: RowReading, field: str, code: str, value: str, maybe: Sequence[str] = ()
    ) -> None:
        """A remark; the entry keeps the words as they were typed."""
        self.fault(row, field, code, value, maybe)
        if field in KEPT_AS_TYPED:
            row.unread[field] = value

    def recalled(self, field: str, value: str, look: Callable[[str], Any]) -> Any:
        """The same words are looked up once in a list."""
        key = (field, value)
        if key not in self.memory:
            self.memory[key] = look(value)
        return self.memory[key]

    def refuse_lost(self, cells: Sequence[str], row: RowReading) -> None:
        for field, places in self.places.items():
            for at in places:
                if at < len(cells) and LOST in cells[at]:
                    row.faults.append(CellFault(at, "sign_lost", cells[at][:SHOWN], field))

    def read_tracking(self, row: RowReading) -> None:
        if not row.tracking and not self.is_own:
            self.fault(row, "tracking", "tracking_missing", "")
        elif len(row.tracking) > LONGEST["tracking"]:
            self.fault(row, "tracking", "tracking_long", row.tracking)

    def read_texts(self, cells: Sequence[str], row: RowReading) -> None:
        titles = [self.text(cells, field) for field in ("title", *title_fields())]
        told_first = next((title for title in titles if title), "")
        title = " ".join(told_first.split())
        row.entry["title"] = title
        if not title:
            self.fault(row, "title", "title_missing", "")
        elif len(title) > LONGEST["title"]:
            self.fault(row, "title", "title_long", title)
        for field, (column, language) in text_fields().items():
            if field not in self.places:
                continue
            text = self.text(cells, field)
            told = row.entry.setdefault(column, {})
            if len(text) > LONGEST[column]:
                self.fault(row, field, "field_long", text)
                row.unread[field] = text
                text = ""
            told[language] = text

    def read_section(self, cells: Sequence[str], row: RowReading) -> None:
        words = self.text(cells, "section")
        letter = self.recalled("section", words, self.letter_of) if words else ""
        if letter is None:
            self.fault(row, "section", "category_unknown", words)
        row.entry["section"] = letter or ""

    def letter_of(self, words: str) -> str | None:
        """The first of several categories that the edition has; nothing for one that is to be left out."""
        parts = [words, *re.split(r"[,;|\n]", words)]
        return next(
            (self.sections[key] for part in parts if (key := bare(part)) in self.sections), None
        )

    def read_year(self, cells: Sequence[str], row: RowReading) -> None:
        words = self.text(cells, "year")
        years = set(YEAR.findall(words))
        row.entry["year"] = int(years.pop()) if len(years) == 1 else None
        if words and row.entry["year"] is None:
            self.keep(row, "year", "year_unreadable", words)

    def read_runtime(self, cells: Sequence[str], row: RowReading) -> None:
        words = self.text(cells, "runtime")
        row.entry["declared_seconds"] = (
            self.recalled("runtime", words, length_of) if words else None
        )
        if words and row.entry["declared_seconds"] is None:
            self.keep(row, "runtime", "runtime_unreadable", words)

    def read_directors(self, cells: Sequence[str], row: RowReading) -> None:
        names = names_in(self.text(cells, "directors"))
        if len(names) > MOST_NAMES or any(len(name) > LONGEST["name"] for name in names):
            self.fault(row, "directors", "field_long", "; ".join(names))
            row.unread["directors"] = "\n".join(names)[:6000]
            names = []
        row.entry["directors"] = names

    def read_codes(self, field: str, cells: Sequence[str], row: RowReading) -> None:
        words = self.text(cells, field)
        known, unknown = (
            self.recalled(field, words, lambda text: codes_in(field, text)) if words else ([], [])
        )
        fault = ""
        if codes.NONE in known and len(known) > 1:
            fault = "none_alone"
        elif len(known) > MOST_CODES:
            fault = "field_long"
        for one in unknown:
            self.keep(row, field, CODED[field][2], one.word, one.nearest)
        if fault:
            self.keep(row, field, fault, words)
        if unknown or fault:
            row.unread[field] = words
        row.entry[field] = [] if unknown or fault else list(known)

    def read_premiere(self, cells: Sequence[str], row: RowReading) -> None:
        words = self.text(cells, "premiere")
        row.entry["premiere"] = premiere_named().get(bare(words), "") if words else ""
        if words and not row.entry["premiere"]:
            self.fault(row, "premiere", "premiere_unknown", words)

    def read_answers(self, cells: Sequence[str], row: RowReading) -> None:
        for field, question in self.questions.items():
            words = self.text(cells, field)
            reply = self.recalled(field, words, partial(reply_in, question))
            if reply.code:
                self.fault(row, field, reply.code, reply.words)
            if reply.is_kept:
                row.unread[field] = words
            row.entry.setdefault("answers", {})[question.id] = reply.value

    def read_maker(self, cells: Sequence[str], row: RowReading) -> None:
        parts = [self.text(cells, field) for field in MAKER[2:]]
        name = self.text(cells, "maker") or " ".join(part for part in parts if part)
        row.maker = " ".join(name.split())[:120]
        if address := self.text(cells, "email"):
            try:
                row.email = checked_email(address)
            except Refused:
                self.fault(row, "email", "email_invalid", address)


READERS: dict[str, Callable[[Reader, Sequence[str], RowReading], None]] = {
    "section": Reader.read_section,
    "year": Reader.read_year,
    "runtime": Reader.read_runtime,
    "directors": Reader.read_directors,
    "countries": lambda reader, cells, row: reader.read_codes("countries", cells, row),
    "languages": lambda reader, cells, row: reader.read_codes("languages", cells, row),
    "subtitles": lambda reader, cells, row: reader.read_codes("subtitles", cells, row),
    "premiere": Reader.read_premiere,
}


BY_FILM = "~"  # how a key begins that no list has brought


def film_key(entry: Mapping[str, Any]) -> str:
    """The same for one title by the same directors, however they are typed."""
    title = entry.get("title", "")
    words = [bare(title) or title, *sorted(map(bare, entry.get("directors", [])))]
    return BY_FILM + hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def number_in(tracking: str) -> str:
    """As its list has it; nothing where the film stands for it."""
    return "" if tracking.startswith(BY_FILM) else tracking


def length_of(words: str) -> int | None:
    """Seconds, as the entry's page reads them; nothing where they cannot be read."""
    try:
        seconds = seconds_of(words)
    except ValueError:
        return None
    return seconds if 1 <= seconds <= 86400 else None


def names_in(words: str) -> list[str]:
    """Names between `;`, `|` or on lines; between commas where each part is a whole name: `Lau, Flora` is one."""
    parts = [part.strip() for part in re.split(r"[;|\n]", words)]
    if len(parts) == 1 and "," in words:
        between = [part.strip() for part in words.split(",")]
        parts = between if all(" " in part for part in between if part) else parts
    return list(dict.fromkeys(" ".join(part.split()) for part in parts if is_visible(part)))


def codes_in(field: str, words: str) -> tuple[list[str], list[codes.Unknown]]:
    code_of = CODED[field][0]
    return resolved(codes.split(words, code_of), code_of)


def premiere_named() -> dict[str, str]:
    return {word.strip(): code for code, words in PREMIERES.items() for word in words.split(",")}


def in_words(fault: CellFault, lang: str, field_name: str) -> dict[str, Any]:
    """What the sentence `import.fault.<code>` may name, in a reader's language."""
    called = {"countries": country, "languages": tongue, "subtitles": tongue}.get(fault.field)
    word: Any = fault.value
    if called and fault.maybe:
        word = Unresolved([codes.Unknown(fault.value, fault.maybe)], called)(lang)
    return {"value": word, "field": field_name, "most": LONGEST.get(fault.field, 2000)}
