"""A schedule as frab, pentabarf's heir, has it, in JSON and XML: what signs, players and programme apps read."""

import re
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from lxml import etree

from festival.clock import at, zone
from festival.language import text_in
from screenings.exports.schedule import ExportedSchedule, Room, Show, day_number, days_of
from units.times import DAY, DAY_TURNS

GENERATOR = "Cinéma for Space"
SCHEMA = "https://c3voc.de/schedule/schema.json"
NAMES = uuid.UUID("6c3f9c1e-6f0a-5b43-8f53-3d1b9b2f7a10")
"""Under which every screening has the same guid for ever."""
MINUTES_APART = "00:05"


def guid(name: str) -> str:
    return str(uuid.uuid5(NAMES, name))


def duration(show: Show) -> str:
    """The whole slot, `HH:MM`."""
    minutes = int((show.ends_at - show.starts_at).total_seconds()) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def local(moment: datetime) -> str:
    return moment.astimezone(zone()).isoformat(timespec="seconds")


def bounds(day: date) -> tuple[str, str]:
    """A day of the festival, from four in the morning to a minute before the next one."""
    return local(at(day, DAY_TURNS)), local(at(day, DAY + DAY_TURNS) - timedelta(minutes=1))


def by_room(schedule: ExportedSchedule, number: int) -> list[tuple[Room, list[Show]]]:
    """Rooms that show something on this day, in their order, each with its screenings."""
    shows = [show for show in schedule.shows if day_number(schedule, show) == number]
    return [
        (room, sorted(found, key=lambda show: show.starts_at))
        for room in schedule.rooms
        if (found := [show for show in shows if show.screen == room.id])
    ]


def names_of(schedule: ExportedSchedule) -> dict[str, str]:
    """What each room is called: with its house where two have the same name."""
    counted: dict[str, int] = {}
    for room in schedule.rooms:
        counted[room.name] = counted.get(room.name, 0) + 1
    return {
        room.id: room.name if counted[room.name] == 1 else f"{room.name} ({room.venue})"
        for room in schedule.rooms
    }


def event(schedule: ExportedSchedule, show: Show, room: str, lang: str, url: str) -> dict[str, Any]:
    title = text_in(lang, show.titles)
    slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
    return {
        "guid": guid(show.id),
        "code": show.programme,
        "id": int(guid(show.id)[:7], 16),
        "date": local(show.starts_at),
        "start": show.starts_at.astimezone(zone()).strftime("%H:%M"),
        "duration": duration(show),
        "room": room,
        "slug": f"{schedule.slug}-{show.programme}-{slug}"[:120],
        "url": f"{url}films/{show.programme}" if url else "",
        "title": title,
        "subtitle": ", ".join(show.films) if show.kind == "block" else "",
        "track": text_in(lang, show.section) if show.section else None,
        "type": show.kind,
        "language": lang,
        "abstract": "",
        "description": "",
        "persons": [{"name": name, "public_name": name} for name in dict.fromkeys(show.people)],
        "links": [],
    }


def as_json(schedule: ExportedSchedule, lang: str, *, url: str = "") -> dict[str, Any]:
    rooms = names_of(schedule)
    days = days_of(schedule)
    return {
        "$schema": SCHEMA,
        "generator": {"name": GENERATOR},
        "schedule": {
            "url": url,
            "version": str(schedule.number or ""),
            "base_url": url,
            "conference": {
                "acronym": schedule.slug,
                "title": schedule.name,
                "start": days[0].isoformat(),
                "end": days[-1].isoformat(),
                "daysCount": schedule.days,
                "timeslot_duration": MINUTES_APART,
                "time_zone_name": zone().key,
                "rooms": [
                    {"name": rooms[room.id], "guid": guid(room.id), "description": room.venue,
                     "capacity": room.seats}
                    for room in schedule.rooms
                ],
                "days": [
                    {
                        "index": number + 1,
                        "date": day.isoformat(),
                        "day_start": bounds(day)[0],
                        "day_end": bounds(day)[1],
                        "rooms": {
                            rooms[room.id]: [
                                event(schedule, show, rooms[room.id], lang, url) for show in shows
                            ]
                            for room, shows in by_room(schedule, number)
                        },
                    }
                    for number, day in enumerate(days)
                ],
            },
        },
    }  # fmt: skip


def as_xml(schedule: ExportedSchedule, lang: str, *, url: str = "") -> bytes:
    told = as_json(schedule, lang, url=url)["schedule"]
    conference = told["conference"]
    root = etree.Element("schedule")
    etree.SubElement(root, "generator", name=GENERATOR)
    etree.SubElement(root, "version").text = told["version"]
    head = etree.SubElement(root, "conference")
    for name, key in (
        ("title", "title"), ("acronym", "acronym"), ("start", "start"), ("end", "end"), ("days", "daysCount"),
        ("timeslot_duration", "timeslot_duration"), ("time_zone_name", "time_zone_name"),
    ):  # fmt: skip
        etree.SubElement(head, name).text = str(conference[key])
    guids = {room["name"]: room["guid"] for room in conference["rooms"]}
    for day in conference["days"]:
        held = etree.SubElement(
            root, "day", index=str(day["index"]), date=day["date"], start=day["day_start"],
            end=day["day_end"],
        )  # fmt: skip
        for room, events in day["rooms"].items():
            house = etree.SubElement(held, "room", name=printable(room), guid=guids[room])
            for one in events:
                house.append(event_element(one))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def event_element(one: dict[str, Any]) -> Any:
    made = etree.Element("event", guid=one["guid"], id=str(one["id"]), code=one["code"])
    for name in (
        "date", "start", "duration", "room", "slug", "url", "title", "subtitle", "track", "type", "language",
        "abstract", "description",
    ):  # fmt: skip
        etree.SubElement(made, name).text = printable(one[name] or "")
    persons = etree.SubElement(made, "persons")
    for person in one["persons"]:
        etree.SubElement(persons, "person").text = printable(person["name"])
    etree.SubElement(made, "links")
    return made


def printable(text: str) -> str:
    """What XML can hold: somebody's words have no controls in them."""
    return "".join(c if c.isprintable() else " " for c in text)
