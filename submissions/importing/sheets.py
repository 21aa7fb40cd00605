"""A list as it comes, CSV or XLSX, into rows of text: bounded on every side, nothing in it is ever reckoned. Pure.

Formulas are not evaluated: of a cell the value that its own program last showed is read.
"""

import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from xml.etree.ElementTree import ParseError

import msgspec
import openpyxl

from festival.errors import Refused
from festival.spreadsheets import unguarded
from media.encodings import NoText
from media.encodings import read as decoded

MOST_BYTES = 20 * 10**6
MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_CELLS = 1_000_000
MOST_UNPACKED = 200 * 10**6
MOST_PARTS = 2_000  # files inside one workbook
LONGEST_CELL = 20_000
SEPARATORS = ",;\t|"
SNIFFED = 60  # records by which a separator is known
PIECE = 256 * 1024
ZIP = b"PK\x03\x04"
OTHERS = (b"%PDF", b"{\\rtf", b"<!DOCTYPE", b"<html")  # papers and pages, whose signs are text, too
DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
LOST = "\ufffd"
BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, SyntaxError, LookupError, ValueError, TypeError, AttributeError,
    ArithmeticError, OSError, EOFError, RuntimeError,
)  # fmt: skip
"""What openpyxl raises over a workbook that is none."""


class RawList(msgspec.Struct, frozen=True):
    """`rows` are (number in a spreadsheet, cells): the header is row 1, blank rows are left out.

    Each row has as many cells as there are headers, or more where it is too long.
    """

    kind: str
    encoding: str
    separator: str
    headers: list[str]
    rows: list[tuple[int, list[str]]]


def read(raw: bytes) -> RawList:
    """`Refused` with the reason where it is no list, or larger than a list may be."""
    if not raw.strip(b"\0 \t\r\n"):
        raise Refused("file:sheet_empty")
    if len(raw) > MOST_BYTES:
        raise Refused("file:sheet_large", most=MOST_BYTES // 10**6)
    if raw.startswith(ZIP):
        return shaped("xlsx", "", "", cells_of_workbook(raw))
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(OTHERS):
        raise Refused("file:sheet_unreadable")
    text, encoding = text_of(raw)
    separator = separator_of(text)
    return shaped("csv", encoding, separator, records(text, separator))


def shaped(kind: str, encoding: str, separator: str, records: Iterable[list[str]]) -> RawList:
    rows: list[tuple[int, list[str]]] = []
    headers: list[str] = []
    cells = 0
    for number, record in enumerate(records, 1):
        line = trimmed([clean(cell) for cell in record])
        cells += len(record)
        if number > MOST_ROWS + 1:
            raise Refused("file:sheet_rows", most=MOST_ROWS)
        if len(line) > MOST_COLUMNS or cells > MOST_CELLS:
            raise Refused("file:sheet_cells", columns=MOST_COLUMNS, cells=MOST_CELLS)
        if not headers:
            if any(line):
                headers = line
        elif any(line):
            rows.append((number, line + [""] * (len(headers) - len(line))))
    if len(headers) < 2 or not rows:
        raise Refused("file:sheet_headers")
    return RawList(kind, encoding, separator, headers, rows)


def trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at its end."""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def clean(cell: str) -> str:
    """No sign that a text may not hold: `\ufffd` stands for each, and its row is told."""
    kept = "".join(c if c.isprintable() or c in "\n\t" else written(c) for c in cell)
    return unguarded(kept.strip())[: LONGEST_CELL + 1]


def written(sign: str) -> str:
    """Line ends of all kinds are lines; marks that nobody sees stay; controls and halves of signs are lost."""
    if sign in "\r\v\f\x85\u2028\u2029":
        return "\n"
    return (
        LOST if ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 or 0xD800 <= ord(sign) < 0xE000 else sign
    )


# CSV


def text_of(raw: bytes) -> tuple[str, str]:
    try:
        reading = decoded(raw)
    except NoText:
        raise Refused("file:sheet_unreadable") from None
    if "\0" in reading.text or reading.text.count(LOST) > len(reading.text) // 50:
        raise Refused("file:sheet_unreadable")
    return reading.text, reading.encoding


def separator_of(text: str) -> str:
    """The one by which most records have the same number of cells; `sep=;` in the first line says it outright."""
    first = text.lstrip("\ufeff").partition("\n")[0].strip().lower()
    if len(first) == 5 and first.startswith("sep=") and first[4] in SEPARATORS:
        return first[4]
    return max(SEPARATORS, key=lambda separator: evenness(text, separator))


def evenness(text: str, separator: str) -> float:
    lengths: Counter[int] = Counter()
    try:
        for number, record in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        ):
            if number >= SNIFFED:
                break
            lengths[len(record)] += bool(record)
    except csv.Error:
        return 0.0
    length, times = max(lengths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
    return times / max(1, lengths.total()) * (length > 1) + min(length, 50) / 1000


def records(text: str, separator: str) -> Iterator[list[str]]:
    """Strict about quotes: one that never closes would swallow all rows after it."""
    reader = csv.reader(
        io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator, strict=True
    )
    try:
        for record in reader:
            if not (reader.line_num == 1 and ("".join(record[:1]).lower()[:4] == "sep=")):
                yield record
    except csv.Error:
        raise Refused("file:sheet_quotes", line=reader.line_num) from None


# XLSX


def cells_of_workbook(raw: bytes) -> Iterator[list[str]]:
    """The first sheet that is shown."""
    unpack_counted(raw)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=True, keep_links=False, keep_vba=False
        )
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheet = (shown or book.worksheets)[0]
        sheet.reset_dimensions()  # what a file says of its own size is not believed
        for record in sheet.iter_rows(values_only=True):
            yield [text_in_cell(value) for value in record[: MOST_COLUMNS + 1]]
    except Refused:
        raise
    except BROKEN:
        raise Refused("file:sheet_unreadable") from None


def unpack_counted(raw: bytes) -> None:
    """Every part is unpacked once and counted as it comes, whatever its own header says."""
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or any(part.flag_bits & 1 for part in parts):
                raise Refused("file:sheet_unreadable")
            for part in parts:
                with packed.open(part) as stream:
                    last = b""
                    while piece := stream.read(PIECE):
                        left -= len(piece)
                        if left < 0:
                            raise Refused("file:sheet_bomb", most=MOST_UNPACKED // 10**6)
                        if any(mark in last + piece for mark in DECLARED):
                            raise Refused("file:sheet_unreadable")
                        last = piece[-16:]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError):
        raise Refused("file:sheet_unreadable") from None


def text_in_cell(value: object) -> str:
    """As its reader would have typed it: whole numbers without a point, days and hours as ISO says them."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 2**53:
            text = str(int(value))
        case datetime() if value.time() == time():
            text = value.date().isoformat()
        case datetime():
            text = value.isoformat(" ", "seconds")
        case time():
            text = value.isoformat("seconds")
        case timedelta():
            minutes, seconds = divmod(int(value.total_seconds()), 60)
            text = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            text = str(value)
    return text
