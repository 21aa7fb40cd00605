"""School sessions, reckoned and not ticked: what is for the young, on a weekday, in school hours. Pure."""

from datetime import datetime, time

from festival.clock import in_zone, zone
from screenings.document import Document, PublicProgramme

WEEKDAYS = range(5)
HOURS = (time(8), time(16))


def in_school_hours(moment: datetime) -> bool:
    """By the clock on the wall."""
    wall = moment.astimezone(zone())
    return wall.weekday() in WEEKDAYS and HOURS[0] <= wall.time() <= HOURS[1]


def is_for_the_young(programme: PublicProgramme) -> bool:
    """All of it."""
    return bool(programme.films) and all(film.youth_from is not None for film in programme.films)


def school_sessions(document: Document) -> set[str]:
    """Screenings to which classes come, by their stable ids."""
    young = {one.id for one in document.programmes if is_for_the_young(one)}
    with in_zone(document.zone):
        return {
            one.id
            for one in document.screenings
            if one.programme in young and in_school_hours(one.starts_at)
        }
