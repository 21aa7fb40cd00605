"""A large edition, written by SQL with the house's own constraints kept.

`films` entries, `people` in the committee, `scores` sheets, `lines` of the record, and `screenings` in eleven rooms
of six days. Somebody of each part is among them, with a session: `Seeded`.
"""

import argparse
import os
from typing import Any

import asyncpg
import msgspec

from bench.load import seeded

SLUG, ROOMS, DAYS, DISTRIBUTED = "load", 11, 6, 60
PROGRAMMES = """
UPDATE edition SET phase = 'programme', first_day = '2027-02-03', days = {days},
  places = '{"fr": "Helsinki", "en": "Helsinki"}' WHERE id = 'load';
UPDATE film SET titles = jsonb_build_object('fr', title, 'en', title), countries = '["FR", "FI"]',
  languages = '["fr"]', synopses = jsonb_build_object(
    'fr', repeat('Une longue nuit en orbite. ', 20), 'en', repeat('A long night in orbit. ', 20)),
  declared_seconds = 5700 WHERE id LIKE 'f%';
UPDATE submission SET status = 'accepted', pending = 'accepted' WHERE edition = 'load' AND id IN
  (SELECT 's' || n FROM generate_series(1, {programmes}) n);
UPDATE member SET person = 'm1' WHERE submission LIKE 'e%';
INSERT INTO venue (id, edition, name) VALUES ('venue', 'load', 'Kinopalatsi');
INSERT INTO screen (id, edition, venue, name, seats, hours, turnaround, position)
  SELECT 'screen' || n, 'load', 'venue', 'Kinopalatsi ' || n, 200,
    (SELECT jsonb_agg(jsonb_build_array(0, 1800)) FROM generate_series(1, {days})), 20, n
  FROM generate_series(1, {rooms}) n;
INSERT INTO programme (id, edition, kind, titles, section, intro, debate, showings)
  SELECT 'prog' || n, 'load', 'film', jsonb_build_object('fr', 'Comète ' || n, 'en', 'Comet ' || n), 'loadc', 5, 0, 3
  FROM generate_series(1, {programmes}) n;
INSERT INTO programme_film (id, programme, submission, position)
  SELECT 'pf' || n, 'prog' || n, 's' || n, 0 FROM generate_series(1, {programmes}) n;
INSERT INTO grid (id, edition, version) VALUES ('grid', 'load', 1);
INSERT INTO screening (id, stable, grid, programme, number, screen, starts_at, film_ends_at, ends_at, clears_at)
  SELECT 'w' || n, 'st' || n, 'grid', 'prog' || 1 + n % {programmes}, n / {programmes}, 'screen' || 1 + n % {rooms},
    at, at + interval '100 minutes', at + interval '100 minutes', at + interval '120 minutes'
  FROM (SELECT n, timestamptz '2027-02-03 07:00Z' + (n / {rooms} % {days}) * interval '1 day'
          + (n / {rooms} / {days}) * interval '2 hours' AS at
        FROM generate_series(0, {screenings} - 1) n) made;
INSERT INTO record (at, person, edition, act, subject, details)
  SELECT now() - n * interval '3 seconds', 'p' || 1 + n % {people}, 'load', 'review_given', 's' || 1 + n % {films}, '{}'
  FROM generate_series(1, {lines}) n;
INSERT INTO person (id, email, email_key, name) VALUES
  ('oper', 'oper@example.org', 'oper@example.org', 'Operator'),
  ('prog', 'prog@example.org', 'prog@example.org', 'Programmer');
INSERT INTO role (id, person, edition, part, sections) VALUES
  ('roleoper', 'oper', 'load', 'operator', '[]'), ('roleprog', 'prog', 'load', 'programmer', '[]'),
  ('rolechair', 'p1', 'load', 'chair', '[]');
"""


class Seeded(msgspec.Struct, frozen=True):
    """Headers of one of each part; of the committee `chair` reviews, too, and `maker` has sixty entries."""

    chair: dict[str, str]
    programmer: dict[str, str]
    operator: dict[str, str]
    maker: dict[str, str]


def figures(reader: argparse.ArgumentParser) -> None:
    """The figures of an edition as words of a command."""
    usual = {"films": 3000, "people": 120, "scores": 300_000, "lines": 1_000_000, "screenings": 187}
    for name, figure in usual.items():
        reader.add_argument(f"--{name}", type=int, default=figure)


async def large(given: argparse.Namespace) -> Seeded:
    """Write it into an empty house of `DATABASE_URL`, and vacuum: all came in one breath."""
    given.readers, given.uploads = 1, DISTRIBUTED
    whose = await seeded(given)
    told: dict[str, Any] = {
        **vars(given), "days": DAYS, "rooms": ROOMS, "programmes": max(75, -(-given.screenings // 3)),
    }  # fmt: skip
    text = PROGRAMMES
    for name, figure in told.items():
        text = text.replace(f"{{{name}}}", str(figure))
    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        await owner.execute(text)
        await owner.execute("VACUUM (FULL, ANALYZE) film_figure")
        await owner.execute("VACUUM ANALYZE")
        for person in ("oper", "prog"):
            whose[person] = await signed_in(owner, person)
    finally:
        await owner.close()
    return Seeded(
        chair=whose["p1"], programmer=whose["prog"], operator=whose["oper"], maker=whose["m1"]
    )


async def signed_in(connection: asyncpg.Connection, person: str) -> dict[str, str]:
    from festival.sessions import digest, new_token

    token = new_token()
    await connection.execute(
        "INSERT INTO session (id, person, content, expires_at) VALUES ($1, $2, '{}', now() + interval '1 day')",
        digest(token), person,
    )  # fmt: skip
    return {"cookie": f"session={token}"}
