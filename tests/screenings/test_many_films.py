"""An edition of three thousand films, a thousand of them chosen: every page of the planning rooms can still be used."""

import json
import time

import pytest

from festival.db import rows
from festival.tables import new_id
from tests.builders import a_section, sign_in
from tests.screenings.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

FILMS, CHOSEN, IN_PROGRAMMES = 3000, 1000, 600
LONGEST_S, LARGEST = 20.0, 1_000_000  # of a page, on a very busy machine: a quiet one takes a second
PAGES = (
    "grid", "programmes", "programmes?page=9", "candidates", "candidates?page=30", "blocks", "audiences", "pairs", "rules",
    "guests", "guests/new", "shared", "shared/jury/new", "shared/resource/new", "venues", "reservations", "plans",
    "comments", "variants", "exchange", "happenings", "robustness", "publication", "what-if",
)  # fmt: skip


async def many_films(world: World) -> None:
    """By SQL: films of many countries and lengths, all with a released file; some stand in programmes."""
    films, submissions, programmes = ([new_id() for _ in range(FILMS)] for _ in range(3))
    sections = [(await a_section(world.edition, letter)).id for letter in "CS"]
    seconds = [600 + 37 * (n % 300) if n % 3 else 5400 + 11 * (n % 200) for n in range(FILMS)]
    await rows(
        """INSERT INTO film (id, title, titles, director, directors, synopses, year, countries, languages,
             declared_seconds, premiere)
           SELECT id, 'Nuit ' || n, jsonb_build_object('en', 'Night ' || n), 'Ada ' || n % 900, jsonb_build_array('Ada'),
             jsonb_build_object(), 2026, to_jsonb(ARRAY[(ARRAY['FR','GE','JP','BR','SN','CA','IN','MX'])[1 + n % 8]]),
             to_jsonb(ARRAY[(ARRAY['fr','ka','ja','pt','wo','en','hi','es'])[1 + n % 7]]), seconds, 'none'
           FROM unnest({}::text[], {}::int[]) WITH ORDINALITY AS r (id, seconds, n) RETURNING id""",
        films, seconds,
    )  # fmt: skip
    await rows(
        """INSERT INTO submission (id, edition, film, status, section, rights_confirmed)
           SELECT id, {}, film, CASE WHEN n <= {} THEN 'accepted' ELSE 'submitted' END,
             ({}::text[])[1 + n % 2], true
           FROM unnest({}::text[], {}::text[]) WITH ORDINALITY AS r (id, film, n) RETURNING id""",
        world.edition.id, CHOSEN, sections, submissions, films,
    )  # fmt: skip
    await rows(
        """INSERT INTO film_file (id, submission, state, name, size, facts, verdict)
           SELECT id, submission, 'released', 'film.mp4', 9, jsonb_build_object('duration', seconds), {}::jsonb
           FROM unnest({}::text[], {}::text[], {}::int[]) AS r (id, submission, seconds) RETURNING id""",
        json.dumps({"outcome": "sound"}), [new_id() for _ in films], submissions, seconds,
    )  # fmt: skip
    shown = programmes[:IN_PROGRAMMES]
    await rows(
        """INSERT INTO programme (id, edition, kind, titles, section, showings)
           SELECT id, {}, 'film', jsonb_build_object('fr', 'Nuit ' || n, 'en', 'Night ' || n),
             ({}::text[])[1 + n % 2], 2
           FROM unnest({}::text[]) WITH ORDINALITY AS r (id, n) RETURNING id""",
        world.edition.id, sections, shown,
    )  # fmt: skip
    await rows(
        """INSERT INTO programme_film (id, programme, submission, position)
           SELECT id, programme, submission, 0
           FROM unnest({}::text[], {}::text[], {}::text[]) AS r (id, programme, submission) RETURNING id""",
        [new_id() for _ in shown], shown, submissions[:IN_PROGRAMMES],
    )  # fmt: skip
    world.programmes, world.films = shown, submissions


async def test_every_page_of_the_planning_rooms_can_be_used(client) -> None:
    world = await World().build()
    await many_films(world)
    await world.place(0, 900)
    await sign_in(client, world.by)
    base, slow = f"/fr/{world.edition.slug}/programmer", []
    paths = [*PAGES, f"programmes/{world.programmes[3]}", f"candidates/{world.films[-1]}", f"films/{world.films[0]}"]

    for path in paths:
        began = time.monotonic()
        answer = await client.get(f"{base}/{path}")
        took = time.monotonic() - began
        if answer.status_code != 200 or took > LONGEST_S or len(answer.content) > LARGEST:
            slow.append((path, answer.status_code, round(took, 1), len(answer.content)))

    assert slow == []
