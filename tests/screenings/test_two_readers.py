"""Calendars and lists say the same to programs that we did not write, whatever a film is called."""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
import vobject
from icalendar import Calendar

from festival.clock import in_zone
from screenings.exports import frab, schedule
from screenings.exports.ical import calendar
from tests.screenings.test_changelog import a_document, a_programme, a_screening

pytestmark = pytest.mark.unit

HOSTILE = {
    "comma": "Un, deux; trois\\quatre",
    "line": "Nuit\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Volé",
    "colon": 'A: "b" ; TZID=Mars:20270101',
    "long": "Ü" * 400,
    "right": "\u202eגרביטציה\u202c · سفر",
    "joined": "👩\u200d🚀 sort",
    "formula": "=HYPERLINK(A1)",
    "markup": "</event><script>alert(1)</script>&amp;",
}


def hostile():
    names = list(HOSTILE)
    shows = [a_screening(name, datetime(2027, 11, 26, 8 + at, tzinfo=UTC)) for at, name in enumerate(names)]
    films = [a_programme(name, titles={"fr": HOSTILE[name]}) for name in names]
    return a_document(*shows, programmes=films)


def as_one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() or c == "\u200d" else " " for c in text).split())


def test_two_readers_find_the_same_screenings_in_a_calendar():
    document = hostile()
    written = calendar(document, "fr", url="https://example.org/fr/ici/")

    ours = list(Calendar.from_ical(written).walk("VEVENT"))
    theirs = vobject.readOne(written.decode()).vevent_list

    assert len(ours) == len(theirs) == len(HOSTILE)
    assert [str(e["summary"]) for e in ours] == [e.summary.value for e in theirs]
    assert [str(e["summary"]) for e in ours] == [as_one_line(text) for text in HOSTILE.values()]
    assert [e.decoded("dtstart").astimezone(UTC) for e in ours] == [s.starts_at for s in document.screenings]
    assert [e.dtstart.value.astimezone(UTC) for e in theirs] == [s.starts_at for s in document.screenings]
    assert [str(e["uid"]) for e in ours] == [e.uid.value for e in theirs]
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))


def test_a_calendar_fetched_twice_is_the_same_bytes():
    assert calendar(hostile(), "fr", url="https://example.org/") == calendar(
        hostile(), "fr", url="https://example.org/"
    )


def test_frab_is_one_document_of_all_screenings_in_both_of_its_forms():
    with in_zone("Europe/Paris"):
        made = schedule.published(hostile())
        xml = ET.fromstring(frab.as_xml(made, "fr", url="https://example.org/"))
        plain = json.loads(json.dumps(frab.as_json(made, "fr", url="https://example.org/")))

    listed = [
        event
        for day in plain["schedule"]["conference"]["days"]
        for room in day["rooms"].values()
        for event in room
    ]
    assert len(xml.findall(".//event")) == len(listed) == len(HOSTILE)
    assert xml.findall(".//script") == []
    assert {e.get("guid") for e in xml.findall(".//event")} == {e["guid"] for e in listed}
