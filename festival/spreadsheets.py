"""Lists for a spreadsheet, CSV or XLSX, in which nothing that somebody typed is ever taken for a formula. Pure.

A cell that begins, after blanks and marks that nobody sees, with a sign by which some program begins a
formula gets an apostrophe before it; `unguarded` takes it away again.
"""

import csv
import io
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

BOM = "\ufeff"  # by which Excel knows that it reads UTF-8
FORMULA = frozenset("=+-@|%\t\r")
UNSEEN = frozenset("\ufeff\u200b\u200c\u200d\u2060\u00ad\u180e")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST = 32_000  # signs of one cell that Excel opens
IN_MEMORY = 4 * 1024**2
PIECE = 256 * 1024


def is_formula(text: str) -> bool:
    """Whether some program would reckon it: full-width signs are signs, too."""
    for sign in text:
        if sign in FORMULA:
            return True
        if not (sign.isspace() or sign in UNSEEN):
            return unicodedata.normalize("NFKC", sign)[:1] in FORMULA
    return False


def guarded(text: str) -> str:
    return f"'{text}" if is_formula(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text


def cell(value: Any) -> str | int | float:
    """What stands in a cell: numbers as they are, moments as ISO says them, words guarded."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    return guarded(ILLEGAL.sub("", text)[:LONGEST])


def csv_line(values: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([cell(value) for value in values])
    return line.getvalue()


async def csv_pieces(
    heads: Sequence[str], lines: AsyncIterator[Sequence[Any]]
) -> AsyncIterator[bytes]:
    """A list as it goes out, a few hundred lines at a time."""
    piece = [BOM + csv_line(heads)]
    async for line in lines:
        piece.append(csv_line(line))
        if len(piece) >= 500:
            yield "".join(piece).encode()
            piece = []
    yield "".join(piece).encode()


async def xlsx_pieces(
    heads: Sequence[str], lines: AsyncIterator[Sequence[Any]], *, title: str
) -> AsyncIterator[bytes]:
    """A workbook of one sheet. A word is written as a word, whatever it looks like."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "1")
    sheet.freeze_panes = "A2"
    sheet.append([word(sheet, head) for head in heads])
    async for line in lines:
        sheet.append([word(sheet, value) for value in line])
    with SpooledTemporaryFile(IN_MEMORY) as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def word(sheet: Any, value: Any) -> WriteOnlyCell:
    known = cell(value)
    made = WriteOnlyCell(sheet, value=known)
    if isinstance(known, str):
        made.data_type = "s"
    return made
