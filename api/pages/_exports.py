"""A grid as a file, for spreadsheets and for other machines."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from festival import spreadsheets
from screenings.exports import frab, schedule
from screenings.exports.schedule import ExportedSchedule

FORMATS = ("grid.csv", "grid.xlsx", "grid.json", "schedule.json", "schedule.xml")
"""`grid` is ours, `schedule` is frab's."""
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "xml": "application/xml; charset=utf-8",
    "pdf": "application/pdf",
}


def own_file(name: str) -> dict[str, str]:
    """Headers of a file that somebody takes away, and that is kept nowhere between."""
    return {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }


async def file_of(made: ExportedSchedule, name: str, lang: str, *, url: str = "") -> bytes:
    """A schedule in one of the `FORMATS`; `url` is where its programme can be read."""
    heads, json = schedule.heads(lang), msgspec.json.encode
    lines = schedule.lines(made, lang)
    writers: dict[str, Callable[[], Any]] = {
        "grid.csv": lambda: spreadsheets.csv_pieces(heads, lines),
        "grid.xlsx": lambda: spreadsheets.xlsx_pieces(heads, lines, title=made.name),
        "grid.json": lambda: json(schedule.ours(made)),
        "schedule.json": lambda: json(frab.as_json(made, lang, url=url)),
        "schedule.xml": lambda: frab.as_xml(made, lang, url=url),
    }
    written = writers[name]()
    return written if isinstance(written, bytes) else await whole(written)


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])
