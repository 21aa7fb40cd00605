"""A large edition, written by SQL with the house's own constraints kept.

`films` entries, `people` in the committee, `scores` sheets, `lines` of the record, and `screenings` in eleven rooms
of six days; `before` says how many editions came before it. Somebody of each part is among them, with a session:
`Seeded`.
"""

import argparse
import os
from typing import Any

import asyncpg
import msgspec

from bench.fuller import furnished
from bench.load import filled, headers_of, seeded

SLUG, ROOMS, DAYS, DISTRIBUTED = "load", 11, 6, 60
PROGRAMMES = """
UPDATE edition SET phase = 'programme', first_day = '2027-02-03', days = {days},
  places = '{"fr": "Helsinki", "en": "Helsinki"}' WHERE id = '{x}load';
UPDATE film SET titles = jsonb_build_object('fr', title, 'en', title), countries = '["FR", "FI"]',
  languages = '["fr"]', synopses = jsonb_build_object(
    'fr', repeat('Une longue nuit en orbite. ', 20), 'en', repeat('A long night in orbit. ', 20)),
  declared_seconds = 5700 WHERE id LIKE '{x}f%';
UPDATE submission SET status = 'accepted', pending = 'accepted' WHERE edition = '{x}load' AND id IN
  (SELECT '{x}s' || n FROM generate_series(1, {programmes}) n);
UPDATE member SET person = '{x}m1' WHERE submission LIKE '{x}e%';
INSERT INTO venue (id, edition, name) VALUES ('{x}venue', '{x}load', 'Kinopalatsi');
INSERT INTO screen (id, edition, venue, name, seats, hours, turnaround, position)
  SELECT '{x}screen' || n, '{x}load', '{x}venue', 'Kinopalatsi ' || n, 200,
    (SELECT jsonb_agg(jsonb_build_array(0, 1800)) FROM generate_series(1, {days})), 20, n
  FROM generate_series(1, {rooms}) n;
INSERT INTO programme (id, edition, kind, titles, section, intro, debate, showings)
  SELECT '{x}prog' || n, '{x}load', 'film', jsonb_build_object('fr', 'Comète ' || n, 'en', 'Comet ' || n), '{x}loadc',
    5, 0, 3
  FROM generate_series(1, {programmes}) n;
INSERT INTO programme_film (id, programme, submission, position)
  SELECT '{x}pf' || n, '{x}prog' || n, '{x}s' || n, 0 FROM generate_series(1, {programmes}) n;
INSERT INTO grid (id, edition, version) VALUES ('{x}grid', '{x}load', 1);
INSERT INTO screening (id, stable, grid, programme, number, screen, starts_at, film_ends_at, ends_at, clears_at)
  SELECT '{x}w' || n, '{x}st' || n, '{x}grid', '{x}prog' || 1 + n % {programmes}, n / {programmes},
    '{x}screen' || 1 + n % {a_day} % {rooms},
    at, at + interval '100 minutes', at + interval '100 minutes', at + interval '120 minutes'
  FROM (SELECT n, timestamptz '2027-02-03 07:00Z' + (n / {a_day}) * interval '1 day'
          + (n % {a_day} / {rooms}) * interval '2 hours' AS at
        FROM generate_series(0, {screenings} - 1) n) made;
INSERT INTO record (at, person, edition, act, subject, details)
  SELECT now() - n * interval '3 seconds', '{x}p' || 1 + n % {people}, '{x}load', 'review_given',
    '{x}s' || 1 + n % {films}, '{}'
  FROM generate_series(1, {lines}) n;
INSERT INTO person (id, email, email_key, name) VALUES
  ('{x}oper', '{x}oper@example.org', '{x}oper@example.org', 'Operator'),
  ('{x}prog', '{x}prog@example.org', '{x}prog@example.org', 'Programmer');
INSERT INTO role (id, person, edition, part, sections) VALUES
  ('{x}roleoper', '{x}oper', '{x}load', 'operator', '[]'), ('{x}roleprog', '{x}prog', '{x}load', 'programmer', '[]'),
  ('{x}rolechair', '{x}p1', '{x}load', 'chair', '[]');
"""


class Seeded(msgspec.Struct, frozen=True):
    """Headers of one of each part; of the committee `chair` reviews, too, and `maker` has sixty entries."""

    chair: dict[str, str]
    programmer: dict[str, str]
    operator: dict[str, str]
    maker: dict[str, str]


def figures(reader: argparse.ArgumentParser) -> None:
    """The figures of an edition as words of a command."""
    usual = {
        "films": 3000, "people": 120, "scores": 300_000, "lines": 1_000_000, "screenings": 187, "before": 3,
    }  # fmt: skip
    for name, figure in usual.items():
        reader.add_argument(f"--{name}", type=int, default=figure)


async def large(given: argparse.Namespace) -> Seeded:
    """Write it into an empty house of `DATABASE_URL`, with all else that lies there and `before` editions of as many
    films, a hundredth of the sheets and a tenth of the lines; and vacuum: all came in one breath.
    """
    whose, less = await written(given), {"scores": given.scores // 100, "lines": given.lines // 10}
    editions = [argparse.Namespace(**{**vars(given), **less, "x": f"was{n}"}) for n in range(given.before)]
    for edition in editions:
        await written(edition)
    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        for edition in (given, *editions):
            await furnished(owner, told_of(edition))
        await owner.execute("UPDATE film_figure SET reckoned = asked WHERE submission LIKE 'was%'")
        await owner.execute("UPDATE figure_clock SET reckoned = asked WHERE edition LIKE 'was%'")
        await owner.execute("VACUUM (FULL, ANALYZE) film_figure")
        await owner.execute("VACUUM ANALYZE")
    finally:
        await owner.close()
    return whose


async def written(given: argparse.Namespace) -> Seeded:
    """`given.x` begins every id, where a database has more of such editions."""
    given.readers, given.uploads = 1, DISTRIBUTED
    x = getattr(given, "x", "")
    whose = await seeded(given)
    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        await owner.execute(filled(PROGRAMMES, told_of(given)))
        for person in ("oper", "prog"):
            whose[person] = await signed_in(owner, x + person)
    finally:
        await owner.close()
    return Seeded(
        chair=whose["p1"], programmer=whose["prog"], operator=whose["oper"], maker=whose["m1"]
    )


def told_of(given: argparse.Namespace) -> dict[str, Any]:
    """The names in the texts of SQL, and what stands for them."""
    usual = {"x": "", "programmes": max(75, -(-given.screenings // 3))}
    return {**usual, **vars(given), "days": DAYS, "rooms": ROOMS, "a_day": -(-given.screenings // DAYS)}


async def signed_in(connection: asyncpg.Connection, person: str) -> dict[str, str]:
    from festival.sessions import digest, new_token

    token = new_token()
    await connection.execute(
        "INSERT INTO session (id, person, content, expires_at) VALUES ($1, $2, '{}', now() + interval '1 day')",
        digest(token), person,
    )  # fmt: skip
    return headers_of(token)
