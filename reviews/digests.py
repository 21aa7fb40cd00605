"""A letter a day to each member who has something to read in the talk: how much, and of which films.

It tells no word of what was said. What was told once is not told again; a letter that has come to nothing
by the time it goes, because all of it was read or one of its films is not for its reader any more, is dropped.
"""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from festival import letters
from festival.access import PhaseRights
from festival.clock import in_zone, now, zone
from festival.db import rows, transaction
from festival.language import t
from festival.people import person as person_of
from festival.record import record
from festival.tables import Edition, Letter, Phase, new_id
from festival.texts import film_title
from reviews.evidence import seated
from reviews.talk import hears, rights_now

KIND = "talk_digest"
FROM_HOUR = 8
STILL_WRITTEN = timedelta(minutes=5)
"""An act that began to write may end that late: what is younger waits for the next letter."""
NAMED = 12

_GROUPED = " GROUP BY me.id, s.id, f.id ORDER BY me.id, f.title, s.id"


def unread(rights: PhaseRights) -> str:
    """SQL: a row for each reader and film; of an edition, of one reader or of all (none named), up to a moment."""
    return f"""
SELECT me.id AS person, s.id, f.title, f.titles, count(*)::int AS remarks,
  bool_or(EXISTS (SELECT 1 FROM talk_mention m WHERE m.remark = r.id AND m.person = me.id)) AS names_me
FROM talk_remark r JOIN submission s ON s.id = r.submission JOIN film f ON f.id = s.film
JOIN film_file n ON n.submission = s.id AND n.state = 'released'
JOIN person me ON me.id IN (SELECT person FROM role WHERE edition = s.edition)
LEFT JOIN talk_mark k ON k.submission = s.id AND k.person = me.id
LEFT JOIN talk_wish w ON w.edition = s.edition AND w.person = me.id
WHERE s.edition = {{}} AND ({{}} = '' OR me.id = {{}}) AND s.status NOT IN ('draft', 'withdrawn')
  AND r.person <> me.id AND r.created_at <= {{}} AND coalesce(w.is_on, true)
  AND r.created_at > coalesce(k.read_at, '-infinity') AND {seated("r.person")} AND {hears("me.id", rights)}"""


async def carry_out() -> None:
    """Once an hour: in every edition whose morning has come, whoever has something new to read."""
    for row in await rows(
        """SELECT DISTINCT s.edition AS id FROM talk_remark r JOIN submission s ON s.id = r.submission
           JOIN edition e ON e.id = s.edition WHERE e.phase <> {} AND r.created_at > now() - interval '60 days'""",
        Phase.ARCHIVED,
    ):
        edition = await Edition.objects().get(Edition.id == row["id"])
        if edition is not None:
            await tell_all(edition)


async def tell_all(edition: Edition) -> int:
    """How many letters were written now."""
    until = now() - STILL_WRITTEN
    with in_zone(edition.zone):
        here = now().astimezone(zone())
    if here.hour < FROM_HOUR:
        return 0
    found = await rows(
        unread(await rights_now(edition.id)) + " AND r.created_at > coalesce(w.told_at, '-infinity')" + _GROUPED,
        edition.id, "", "", until,
    )  # fmt: skip
    by_person: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        by_person.setdefault(row["person"], []).append(row)
    written = 0
    for person, films in by_person.items():
        written += await tell(edition, person, films, day=str(here.date()), until=until)
    return written


async def tell(
    edition: Edition, person: str, films: list[dict[str, Any]], *, day: str, until: datetime
) -> bool:
    """One letter, and how far it told, in one act; a second one of the same day is none."""
    async with transaction():
        written = await letters.write(
            KIND, await person_of(person), occasion=f"talk:{edition.id}:{person}:{day}",
            edition=edition, link="/committee/talk",
            films=partial(named, films=films), remarks=partial(counted, films=films),
        )  # fmt: skip
        if written:
            await rows(
                """INSERT INTO talk_wish (id, edition, person, told_at, films)
                   VALUES ({}, {}, {}, {}, {}::jsonb)
                   ON CONFLICT (edition, person) DO UPDATE
                     SET told_at = excluded.told_at, films = excluded.films RETURNING id""",
                new_id(), edition.id, person, until, json.dumps([one["id"] for one in films]),
            )  # fmt: skip
            await record("talk_told", person, edition=edition.id, films=len(films))
    return written


def counted(language: str, *, films: list[dict[str, Any]]) -> str:
    return t(language, "talk.digest.remarks", n=sum(one["remarks"] for one in films))


def named(language: str, *, films: list[dict[str, Any]]) -> str:
    """A line a film, those that call the reader first."""
    lines = [
        t(
            language,
            "talk.digest.named" if one["names_me"] else "talk.digest.film",
            title=film_title(language, film=one),
            n=one["remarks"],
        )
        for one in sorted(films, key=lambda one: not one["names_me"])
    ]
    more = len(lines) - NAMED
    return "\n".join(
        [*lines[:NAMED], *([t(language, "talk.digest.more", n=more)] if more > 0 else [])]
    )


async def still_true(letter: Letter) -> bool:
    """Asked when it is about to go: whether something is still unread, and every film still its reader's."""
    edition = await Edition.objects().get(Edition.id == letter.edition)
    wish = await rows(
        "SELECT is_on, films FROM talk_wish WHERE edition = {} AND person = {}",
        letter.edition,
        letter.person,
    )
    if edition is None or not wish or not wish[0]["is_on"]:
        return False
    told, rights = wish[0]["films"], await rights_now(edition.id)
    still = await rows(
        f"""SELECT s.id FROM submission s JOIN person me ON me.id = {{}}
            JOIN film_file n ON n.submission = s.id AND n.state = 'released'
            WHERE s.id = ANY({{}}) AND s.status NOT IN ('draft', 'withdrawn') AND {hears("me.id", rights)}""",
        letter.person,
        told,
    )
    waiting = await rows(unread(rights) + _GROUPED, edition.id, letter.person, letter.person, now())
    return {one["id"] for one in still} == set(told) and bool(
        {one["id"] for one in waiting} & set(told)
    )
