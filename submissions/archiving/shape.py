"""What an archive is: its version, its members, its manifest. Pure.

A tar file, not compressed (films are already): first `format`, then rows and films, at last `manifest.json`,
by which everything before is judged. Nothing else may be in it.
"""

import re

import msgspec

VERSION = 1
FORMAT = f"cinema-for-space archive {VERSION}\n".encode()
FIRST, LAST = "format", "manifest.json"
SEALED = b"age-encryption.org/v1"
MOST_LINE = 64 * 1024**2  # bytes of one row
MOST_MANIFEST = 64 * 1024**2
PIECE = 1024**2
ROWS = re.compile(r"rows/([a-z_]{1,63})\.jsonl")
FILES = re.compile(
    r"(masters|copies)/([A-Za-z0-9]{1,32})/((?:[A-Za-z0-9_][A-Za-z0-9._-]{0,99}/){0,4}[A-Za-z0-9_][A-Za-z0-9._-]{0,99})"
)


class ArchivedTable(msgspec.Struct, frozen=True, kw_only=True):
    """`sha256` is of the member, `canonical` of its rows in the order of their text, as a house would write them."""

    rows: int
    sha256: str
    canonical: str
    columns: list[str]


class ArchivedFile(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class ArchiveManifest(msgspec.Struct, frozen=True, kw_only=True):
    """`missing` are files that a row names and that were not there; `without` was left out on purpose."""

    version: int
    edition: str
    slug: str
    name: str
    made_at: str
    tables: dict[str, ArchivedTable]
    files: dict[str, ArchivedFile]
    without: list[str] = []
    missing: list[str] = []
    left_out: dict[str, str] = {}
