"""A list is read as it was saved, bounded on every side, and nothing in it is reckoned."""

import io
import zipfile

import openpyxl
import pytest

from festival.errors import Refused
from submissions.importing import sheets
from submissions.importing.columns import checked, guessed
from submissions.importing.reading import Reader, names_in

pytestmark = pytest.mark.unit

LIST = "N°;Titre;Durée\n1;L’été;1 h 30\n2;Œuvre;12\n"


def a_workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_and_separator_are_found(encoding: str, separator: str) -> None:
    read = sheets.read(LIST.replace(";", separator).encode(encoding))

    assert read.separator == separator
    assert read.headers == ["N°", "Titre", "Durée"]
    assert read.rows == [(2, ["1", "L’été", "1 h 30"]), (3, ["2", "Œuvre", "12"])]


def test_a_line_in_quotes_may_hold_lines_and_separators_and_rows_keep_their_number() -> None:
    read = sheets.read(b'id,title\n\n1,"one, two\nthree"\n2,""" so"""\n')

    assert read.rows == [(3, ["1", "one, two\nthree"]), (4, ["2", '" so"'])]


def test_of_a_workbook_values_are_read_and_formulas_are_not() -> None:
    read = sheets.read(a_workbook(["id", "title", "minutes"], [1, "=1+1", 90.0], [2, "Nuit", 12.5]))

    assert (read.kind, read.headers) == ("xlsx", ["id", "title", "minutes"])
    assert read.rows == [(2, ["1", "", "90"]), (3, ["2", "Nuit", "12.5"])]


def test_an_apostrophe_that_an_export_put_before_a_sign_goes_again() -> None:
    assert sheets.read(b"id,title\n1,'=Equal\n2,'Tis\n").rows == [(2, ["1", "=Equal"]), (3, ["2", "'Tis"])]


def a_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for n in range(3):
            packed.writestr(f"xl/worksheets/sheet{n}.xml", b"\0" * (80 * 1024**2))
    return file.getvalue()


def with_entities() -> bytes:
    file = io.BytesIO(a_workbook(["id", "title"], [1, "x"]))
    out = io.BytesIO()
    with zipfile.ZipFile(file) as known, zipfile.ZipFile(out, "w") as made:
        for part in known.infolist():
            text = known.read(part)
            if part.filename == "xl/workbook.xml":
                text = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa">]>' + text
            made.writestr(part.filename, text)
    return out.getvalue()


@pytest.mark.parametrize(("code", "raw"), [
    ("sheet_empty", b" \n"),
    ("sheet_headers", b"one\n1\n"),
    ("sheet_headers", b"id,title\n"),
    ("sheet_quotes", b'id,title\n1,"never closed\n2,B\n'),
    ("sheet_unreadable", bytes(range(256)) * 40),
    ("sheet_unreadable", b"PK\x03\x04 and nothing more"),
    ("sheet_unreadable", with_entities()),
    ("sheet_unreadable", b"%PDF-1.4\n1 0 obj, 2\n" * 9),
    ("sheet_bomb", a_bomb()),
    ("sheet_rows", b"id,title\n" + b"1,x\n" * 50_001),
    ("sheet_cells", b",".join(b"x" for _ in range(201)) + b"\n1,2\n"),
    ("sheet_large", b"x" * (20 * 10**6 + 1)),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_what_is_no_list_or_too_large_is_named(code: str, raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        sheets.read(raw)

    assert refused.value.codes == (f"file:{code}",)


FILMFREEWAY = ["Project Title", "Synopsis", "Submission Date", "Duration", "Country of Origin", "Tracking Number",
               "Project Title (Original Language)", "Synopsis (Original Language)", "Submission Categories",
               "Completion Date", "Directors", "First Name", "Last Name", "Email", "Language"]  # fmt: skip


@pytest.mark.parametrize(("heads", "fields"), [
    (FILMFREEWAY, ["title_en", "synopsis_en", "", "runtime", "countries", "tracking", "title", "synopsis_fr",
                   "section", "year", "directors", "maker_first", "maker_last", "email", "languages"]),
    (["N° de suivi", "Titre", "Réalisateur·rice", "Durée", "Pays", "Année", "Courriel", "Synopsis"],
     ["tracking", "title", "directors", "runtime", "countries", "year", "email", "synopsis_fr"]),
    (["Tracking Number", "Project Title"], ["tracking", "title"]),
    (["id", "title", "genre"], ["tracking", "title", ""]),
])  # fmt: skip
def test_columns_are_guessed_from_their_heads(heads: list[str], fields: list[str]) -> None:
    assert guessed(heads) == fields


@pytest.mark.parametrize(("columns", "codes"), [
    (["title", "year"], {"columns_0:tracking_column"}),
    (["tracking", "title", "title"], {"columns_2:column_twice"}),
    (["tracking", "title", "password_hash"], {"columns_2:column_unknown"}),
])  # fmt: skip
def test_columns_that_cannot_be_meant_are_all_named(columns: list[str], codes: set[str]) -> None:
    with pytest.raises(Refused) as refused:
        checked(columns, width=len(columns))

    assert set(refused.value.codes) == codes


def a_reader(*columns: str) -> Reader:
    sections = {"C": {"fr": "Compétition", "en": "Competition"}, "S": {"fr": "Courts", "en": "Shorts"}}
    return Reader(columns, sections=sections, categories={"Short Films": "S"})


@pytest.mark.parametrize(("field", "words", "key", "value", "code"), [
    ("runtime", "00:14:30", "declared_seconds", 870, ""),
    ("runtime", "104", "declared_seconds", 6240, ""),
    ("runtime", "0", "declared_seconds", None, "runtime_unreadable"),
    ("year", "June 1, 2026", "year", 2026, ""),
    ("year", "2025-2026", "year", None, "year_unreadable"),
    ("section", "courts", "section", "S", ""),
    ("section", "c", "section", "C", ""),
    ("section", "Short Films, Animation", "section", "S", ""),
    ("section", "Longs", "section", "", "category_unknown"),
    ("countries", "Bosnia & Herzegovina; Corée du Sud", "countries", ["BA", "KR"], ""),
    ("countries", "France; Frnce", "countries", [], "country_unknown"),
    ("languages", "sans paroles", "languages", ["zxx"], ""),
    ("premiere", "World Premiere", "premiere", "world", ""),
    ("premiere", "Galaxy", "premiere", "", "premiere_unknown"),
])  # fmt: skip
def test_a_cell_is_read_as_the_entrys_page_reads_it(
    field: str, words: str, key: str, value: object, code: str
) -> None:
    row = a_reader("tracking", "title", field).read(["1", "Nuit", words])

    assert row.entry[key] == value
    assert [fault.code for fault in row.faults] == ([code] if code else [])
    assert not row.is_stopped
    kept = field in {"runtime", "year", "countries", "languages"} and code
    assert row.unread == ({field: words} if kept else {})


@pytest.mark.parametrize(("words", "names"), [
    ("Lau, Flora", ["Lau, Flora"]),
    ("Jane Doe, John Smith", ["Jane Doe", "John Smith"]),
    ("Jane Doe; Doe, John", ["Jane Doe", "Doe, John"]),
])  # fmt: skip
def test_names_are_parted_where_they_can_be(words: str, names: list[str]) -> None:
    assert names_in(words) == names


@pytest.mark.parametrize(("cells", "code"), [
    (["", "Nuit"], "tracking_missing"), (["1", " "], "title_missing"), (["1", "x" * 201], "title_long"),
    (["1", "a\ufffdb"], "sign_lost"),
])  # fmt: skip
def test_what_stops_a_row(cells: list[str], code: str) -> None:
    row = a_reader("tracking", "title").read(cells)

    assert row.is_stopped
    assert [fault.code for fault in row.faults] == [code]


def test_a_translated_title_stands_for_one_that_the_list_leaves_empty() -> None:
    row = a_reader("tracking", "title", "title_en").read(["1", "", "Night"])

    assert (row.entry["title"], row.entry["titles"], row.faults) == ("Night", {"en": "Night"}, [])
    assert checked(["tracking", "title_en"], width=2) == ["tracking", "title_en"]
