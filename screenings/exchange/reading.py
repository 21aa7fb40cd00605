"""A grid as it comes, CSV, XLSX, frab (JSON or XML) or JSON, into lines: where, when, and how long. Pure.

What a line says of its day and hour is the wall's: an hour with a zone is taken to the edition's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from lxml import etree

from festival.clock import zone
from festival.codes import bare
from festival.errors import Refused
from submissions.importing import sheets

MOST_BYTES = 8 * 10**6
MOST_LINES = 5_000
LONGEST = 200
OURS = "cinema-for-space/grid"
HEADS = {
    "title": ("title", "titre", "programme", "program", "film", "event", "seance"),
    "screen": ("screen", "room", "salle", "ecran"),
    "venue": ("venue", "lieu", "cinema", "house"),
    "starts_at": ("starts at", "start", "starts", "begins", "debut", "commence"),
    "day": ("date", "day", "jour"),
    "hour": ("hour", "time", "heure", "start time"),
    "minutes": ("minutes", "duration", "duree", "length", "runtime", "min"),
    "ends_at": ("ends at", "end", "ends", "fin", "finit"),
    "key": ("id", "key", "code", "guid", "programme id", "identifiant", "identifier"),
    "showing": ("number", "showing", "numero"),
    "locked": ("locked", "verrouillee", "lock"),
}
"""Columns by the words that head them, without case and accents; `day` with `hour`, or `starts_at`."""
DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
CLOCK = re.compile(r"(\d{1,2})[:h.](\d{2})(?::\d{2})?")
YES = frozenset({"yes", "oui", "true", "1", "x"})


class GridLine(msgspec.Struct, frozen=True, kw_only=True):
    """One screening of a file. `starts_at` is a wall clock's ISO moment; `minutes` 0 is not said.

    `whole`: those minutes count talk and debate, too. `wrong` is the code of what cannot be read.
    """

    number: int
    title: str
    screen: str
    starts_at: str = ""
    minutes: int = 0
    whole: bool = False
    venue: str = ""
    key: str = ""
    showing: int | None = None
    locked: bool = False
    wrong: str = ""

    @property
    def programme(self) -> str:
        """By which lines belong to one programme: its name in the file, or its title."""
        return self.key or bare(self.title)


class RawGrid(msgspec.Struct, frozen=True):
    kind: str
    lines: list[GridLine]


def read(raw: bytes) -> RawGrid:
    """`Refused` where it is no grid, or larger than one may be; a faulty line stays, with its fault."""
    if len(raw) > MOST_BYTES:
        raise Refused("file:sheet_large", most=MOST_BYTES // 10**6)
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in {b"{", b"["}:
        kind, lines = from_json(raw)
    elif start == b"<":
        kind, lines = "frab-xml", list(from_xml(raw))
    else:
        kind, lines = from_sheet(raw)
    if not lines:
        raise Refused("file:grid_file_empty")
    if len(lines) > MOST_LINES:
        raise Refused("file:grid_long", most=MOST_LINES)
    return RawGrid(kind, lines)


def line(number: int, said: Mapping[str, Any], *, whole: bool = False) -> GridLine:
    """What a row says, whatever it came in."""
    title, screen = (short(said.get(name)) for name in ("title", "screen"))
    fields: dict[str, Any] = {
        "number": number,
        "title": title,
        "screen": screen,
        "venue": short(said.get("venue")),
        "key": short(said.get("key")),
        "whole": whole,
        "locked": str(said.get("locked", "")).strip().casefold() in YES,
    }
    wrong = "" if title else "title_absent"
    wrong = wrong or ("" if screen else "screen_absent")
    try:
        begins = start_of(said)
        fields["starts_at"] = begins.isoformat(timespec="minutes")
        fields["minutes"] = minutes_of(said, begins)
        showing = str(said.get("showing") or "").strip()
        fields["showing"] = number_of(showing) - 1 if showing else None
    except UnreadableLine as fault:
        wrong = wrong or str(fault)
    return GridLine(**fields, wrong=wrong)


class UnreadableLine(ValueError):
    """Its text is the code of the fault."""


def short(value: Any) -> str:
    text = "" if value is None else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST]


def number_of(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 99):
        raise UnreadableLine("showing_unreadable")
    return int(text)


def start_of(said: Mapping[str, Any]) -> datetime:
    text, day = str(said.get("starts_at") or "").strip(), str(said.get("day") or "").strip()
    if day and (hour := str(said.get("hour") or "").strip() or text):
        return datetime.combine(day_of(day), datetime.min.time()) + timedelta(
            minutes=clock_of(hour)
        )
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        parts = text.replace(",", " ").split()
        if len(parts) != 2:
            raise UnreadableLine("start_unreadable") from None
        return datetime.combine(day_of(parts[0]), datetime.min.time()) + timedelta(
            minutes=clock_of(parts[1])
        )
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone())
    return moment.replace(tzinfo=None, second=0, microsecond=0)


def day_of(text: str) -> date:
    """`2027-11-26`, `26.11.2027`, `26/11/2027`; an hour behind it is passed over."""
    bare_day = text.split("T", maxsplit=1)[0].split(maxsplit=1)[0]
    try:
        if found := DAY_FIRST.fullmatch(bare_day):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(bare_day)
    except ValueError:
        raise UnreadableLine("start_unreadable") from None


def clock_of(text: str) -> int:
    """Minutes after midnight; 25:30 is the small hours of the next morning."""
    found = CLOCK.fullmatch(text)
    if found is None or int(found[1]) > 30 or int(found[2]) > 59:
        raise UnreadableLine("start_unreadable")
    return int(found[1]) * 60 + int(found[2])


def minutes_of(said: Mapping[str, Any], begins: datetime) -> int:
    """`105`, `1:45`, `01:45:00`; or what lies between start and end. Nothing said is 0."""
    text = str(said.get("minutes") or "").strip()
    if not text and (ends := str(said.get("ends_at") or "").strip()):
        return between(begins, ends)
    if not text:
        return 0
    if text.isascii() and text.isdigit():
        minutes = int(text[:5])
    elif found := CLOCK.fullmatch(text):
        minutes = int(found[1]) * 60 + int(found[2])
    else:
        raise UnreadableLine("minutes_unreadable")
    if not 0 < minutes <= 24 * 60:
        raise UnreadableLine("minutes_unreadable")
    return minutes


def between(begins: datetime, text: str) -> int:
    if CLOCK.fullmatch(text):
        ends = datetime.combine(begins.date(), datetime.min.time()) + timedelta(
            minutes=clock_of(text)
        )
        ends += timedelta(days=1) if ends <= begins else timedelta()
    else:
        ends = start_of({"starts_at": text})
    minutes = int((ends - begins).total_seconds()) // 60
    if not 0 < minutes <= 24 * 60:
        raise UnreadableLine("minutes_unreadable")
    return minutes


# Sheets


def from_sheet(raw: bytes) -> tuple[str, list[GridLine]]:
    """Columns by their heads; without a title, a screen and a start there is no grid."""
    sheet = sheets.read(raw)
    columns = {at: field for at, head in enumerate(sheet.headers) if (field := field_of(head))}
    named = set(columns.values())
    missing = [field for field in ("title", "screen") if field not in named]
    if "starts_at" not in named and not {"day", "hour"} <= named:
        missing.append("starts_at")
    if missing:
        raise Refused(*[f"file:grid_column_{field}" for field in missing])
    lines = [
        line(number, {field: cells[at] for at, field in columns.items()})
        for number, cells in sheet.rows[: MOST_LINES + 1]
    ]
    return sheet.kind, lines


def field_of(head: str) -> str:
    name = bare(head)
    return next((field for field, names in HEADS.items() if name in names), "")


# JSON


def from_json(raw: bytes) -> tuple[str, list[GridLine]]:
    try:
        told = msgspec.json.decode(raw.lstrip(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("file:grid_unreadable") from None
    readers: list[tuple[str, Callable[[Any], Iterable[GridLine]]]] = [
        ("json", from_ours), ("frab-json", from_frab), ("json", from_list),
    ]  # fmt: skip
    for kind, reader in readers:
        try:
            lines = list(reader(told))
        except (KeyError, TypeError, AttributeError, ValueError):
            continue
        if lines:
            return kind, lines
    raise Refused("file:grid_unreadable")


def from_ours(told: Any) -> Iterator[GridLine]:
    """As `GET …/grid.json` gives it."""
    if told["format"] != OURS:
        raise ValueError
    titles = {one["id"]: one["titles"] for one in told["programmes"]}
    for number, one in enumerate(told["screenings"], 1):
        names = titles.get(one["programme"], {})
        yield line(
            number,
            {
                **one,
                "title": one.get("title") or next(iter(names.values()), ""),
                "key": one["programme"],
                "showing": int(one["number"]) + 1,
                "locked": "yes" if one.get("locked") else "",
            },
        )


def from_frab(told: Any) -> Iterator[GridLine]:
    days = told["schedule"]["conference"]["days"]
    events = (event for day in days for room in day["rooms"].values() for event in room)
    for number, event in enumerate(events, 1):
        yield line(number, frab_fields(event), whole=True)


def frab_fields(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event of frab: its whole slot is told; several of one code are showings of one programme."""
    return {
        "title": event.get("title"),
        "screen": event.get("room"),
        "starts_at": event.get("date"),
        "minutes": event.get("duration"),
        "key": event.get("code") or "",
    }


def from_list(told: Any) -> Iterator[GridLine]:
    """Films with their screenings, or screenings; a column may be called as in a sheet."""
    number = 0
    for one in told:
        shows = one.get("screenings")
        for show in [{}] if shows is None else shows:
            number += 1
            yield line(number, {**by_field(one), **by_field(show)})


def by_field(said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in said.items():
        field = field_of(name.replace("_", " "))
        if name == "film" and isinstance(value, int):
            field = "key"  # a number names a film, and is no title
        if field and isinstance(value, str | int | float):
            found[field] = int(value) if isinstance(value, float) and value.is_integer() else value
    return found


# frab's XML


def from_xml(raw: bytes) -> Iterator[GridLine]:
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise Refused("file:grid_unreadable")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(raw.lstrip(b"\xef\xbb\xbf \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused("file:grid_unreadable") from None
    for number, event in enumerate(root.iterfind("day/room/event"), 1):
        said = {child.tag: child.text for child in event if isinstance(child.tag, str)}
        said.setdefault("room", event.getparent().get("name"))
        said["code"] = event.get("code") or said.get("code") or ""
        if not said.get("date"):
            day = event.getparent().getparent().get("date", "")
            said["date"] = f"{day} {said.get('start', '')}"
        yield line(number, frab_fields(said), whole=True)
