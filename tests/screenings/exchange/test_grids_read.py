"""A grid is read from whatever it comes in; what cannot be read is told by its line, and never guessed."""

import json

import pytest

from festival.errors import Refused
from screenings.exchange.reading import read

pytestmark = pytest.mark.unit

FRAB_XML = """<?xml version="1.0" encoding="utf-8"?>
<schedule><generator name="frab" version="0.7"/><version>3</version>
<conference><title>Nuits</title><acronym>n</acronym><days>1</days></conference>
<day index="1" date="2027-11-26" start="2027-11-26T10:00:00+01:00" end="2027-11-27T03:59:00+01:00">
<room name="Orion"><event guid="g1" id="1" code="ABC"><date>2027-11-26T18:30:00+01:00</date><start>18:30</start>
<duration>01:45</duration><room>Orion</room><title>Nuit &amp; jour</title></event>
<event guid="g2" id="2"><start>21:00</start><duration>00:30</duration><title>Fête</title></event></room>
</day></schedule>"""
FRAB_JSON = json.dumps({"schedule": {"version": "3", "conference": {"days": [
    {"index": 1, "date": "2027-11-26", "rooms": {"Orion": [
        {"code": "ABC", "date": "2027-11-26T17:30:00Z", "start": "18:30", "duration": "01:45", "room": "Orion",
         "title": "Nuit & jour"},
    ]}},
]}}})  # fmt: skip


def told(raw: str | bytes) -> list[tuple]:
    found = read(raw.encode() if isinstance(raw, str) else raw)
    return [(one.title, one.screen, one.starts_at, one.minutes, one.wrong) for one in found.lines]


@pytest.mark.parametrize("text", [
    "Titre;Salle;Début;Durée\nNuit;Orion;2027-11-26 18:30;105\n",
    "title,room,date,time,duration\nNuit,Orion,26/11/2027,18h30,1:45\n",
    "FILM\tSCREEN\tDay\tHour\tEnd\nNuit\tOrion\t26.11.2027\t18:30\t20:15\n",
    "\ufeffsep=;\ntitle;screen;starts_at;minutes\nNuit;Orion;2027-11-26T18:30;105\n",
    "titre,salle,debut,fin\nNuit,Orion,2027-11-26 18:30,2027-11-26 20:15\n",
])  # fmt: skip
def test_columns_are_known_by_their_heads_in_either_language(text) -> None:
    assert told(text) == [("Nuit", "Orion", "2027-11-26T18:30", 105, "")]


def test_frab_is_read_in_both_its_shapes_and_counts_the_whole_slot() -> None:
    xml, of_json = read(FRAB_XML.encode()), read(FRAB_JSON.encode())

    assert (xml.kind, of_json.kind) == ("frab-xml", "frab-json")
    assert told(FRAB_XML) == [
        ("Nuit & jour", "Orion", "2027-11-26T18:30", 105, ""), ("Fête", "Orion", "2027-11-26T21:00", 30, ""),
    ]  # fmt: skip
    assert told(FRAB_JSON) == [("Nuit & jour", "Orion", "2027-11-26T18:30", 105, "")]
    assert [(one.key, one.whole) for one in xml.lines] == [("ABC", True), ("", True)]


def test_films_with_their_screenings_are_a_grid_too() -> None:
    films = [{"film": 7, "title": "Nuit", "minutes": 90, "screenings": [
        {"starts_at": "2026-02-04T20:30", "screen": "K 7"}, {"starts_at": "2026-02-05T20:00", "screen": "K 9"},
    ]}]  # fmt: skip

    found = read(json.dumps(films).encode()).lines

    assert [(one.key, one.title, one.screen, one.minutes) for one in found] == [
        ("7", "Nuit", "K 7", 90), ("7", "Nuit", "K 9", 90),
    ]  # fmt: skip


@pytest.mark.parametrize(("row", "wrong"), [
    (",Orion,2027-11-26 18:30,90", "title_absent"), ("Nuit,,2027-11-26 18:30,90", "screen_absent"),
    ("Nuit,Orion,vendredi,90", "start_unreadable"), ("Nuit,Orion,2027-13-26 18:30,90", "start_unreadable"),
    ("Nuit,Orion,2027-11-26 99:30,90", "start_unreadable"), ("Nuit,Orion,2027-11-26 18:30,long", "minutes_unreadable"),
    ("Nuit,Orion,2027-11-26 18:30,0", "minutes_unreadable"),
])  # fmt: skip
def test_a_line_that_cannot_be_read_says_why_and_the_others_stay(row, wrong) -> None:
    found = told(f"title,screen,start,minutes\n{row}\nJour,Orion,2027-11-26 21:00,90\n")

    assert [one[-1] for one in found] == [wrong, ""]


@pytest.mark.parametrize(("raw", "codes"), [
    (b"", {"file:sheet_empty"}), (b"{}", {"file:grid_unreadable"}), (b"[]", {"file:grid_unreadable"}),
    (b"[[[[", {"file:grid_unreadable"}), (b"<html><p>", {"file:grid_unreadable"}),
    (b"<schedule/>", {"file:grid_file_empty"}),
    (b'<!DOCTYPE x [<!ENTITY a "b">]><schedule>&a;</schedule>', {"file:grid_unreadable"}),
    (b"a,b\n1,2\n", {"file:grid_column_title", "file:grid_column_screen", "file:grid_column_starts_at"}),
    (b"[" * 100_000, {"file:grid_unreadable"}), (b'{"schedule": 3}', {"file:grid_unreadable"}),
])  # fmt: skip
def test_what_is_no_grid_is_refused_in_words(raw, codes) -> None:
    with pytest.raises(Refused) as no:
        read(raw)

    assert set(no.value.codes) == codes
