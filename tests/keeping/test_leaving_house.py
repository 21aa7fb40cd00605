"""Somebody leaves while a worker makes their film's copy: the real house, its logs, its broker and its disk."""

import time
from pathlib import Path

import pytest
from redis import Redis

from festival.sessions import digest, new_token
from festival.tables import new_id
from ops.client import Door
from ops.demo_clips import draw
from ops.demo_films import Clip
from tests.keeping.test_canaries import places_of

pytestmark = pytest.mark.slow


def a_door(site, edition: str, slug: str, address: str, scope: str) -> Door:
    key = "cfs_" + new_token()
    site.sql(
        """INSERT INTO token (id, person, edition, digest, name, scopes, created_at, expires_at)
           SELECT $1, id, $2, $3, 'test', jsonb_build_array($4::text), now(), now() + interval '1 day'
           FROM person WHERE email_key = $5""",
        new_id(), edition, digest(key), scope, address,
    )  # fmt: skip
    return Door(site.base_url, slug, key)


def until(fact, patience: float = 120.0):
    ends = time.monotonic() + patience
    while not (found := fact()) and time.monotonic() < ends:
        time.sleep(0.2)
    return found


def in_logs(site, word: str) -> list[str]:
    return [str(path) for path in Path(site.var).glob("*.log") if word in path.read_text(errors="replace").casefold()]


def test_a_maker_leaves_while_a_copy_of_their_film_is_made(site, tmp_path: Path) -> None:
    edition, slug = site.an_edition("l")
    word = f"zephyr{new_id()[:10]}"
    maker, operator = f"{word}@example.org", f"op.{slug}@example.org"
    site.person(maker, edition=edition, parts=["filmmaker"])
    site.person(operator, edition=edition, parts=["operator"])
    site.sql("UPDATE person SET name = $1 WHERE email_key = $2", f"{word} Canari", maker)
    films, desk = (a_door(site, edition, slug, *one) for one in ((maker, "entries"), (operator, "operate")))
    film = films.post("/submissions", {"title": word, "directors": [f"{word} Canari"]})["id"]
    clip = draw(Clip(seconds=60), tmp_path, word, seed=3)
    films.upload(clip, film)
    [person] = site.sql("SELECT id FROM person WHERE email_key = $1", maker)
    running = until(lambda: site.sql(
        """SELECT o.id, n.id AS file FROM outbox o JOIN film_file n ON n.id = o.args->>'file'
           WHERE n.submission = $1 AND o.task IN ('make_screener', 'inspect_film') AND o.leased_until > now()""", film))  # fmt: skip
    assert running, "a worker has it in hand"

    made = desk.post("/operator/privacy/requests", {"person": person["id"], "reason": "Par lettre."})
    desk.post(f"/operator/privacy/{made['id']}/carrying-out", {})
    done = until(lambda: site.sql("SELECT told FROM erasure WHERE id = $1 AND state = 'done'", made["id"]))

    assert done, site.sql("SELECT task, fault, attempt FROM outbox WHERE args->>'erasure' = $1", made["id"])
    time.sleep(5)  # what was stopped has ended by now, and left nothing that it could still write
    assert places_of(word) == []
    assert in_logs(site, word) == []
    file = running[0]["file"]
    media = Path(site.var) / "media"
    assert [str(path) for path in media.rglob("*") if file in str(path) or running[0]["id"] in str(path)] == []
    with Redis.from_url(site.env["REDIS_URL"]) as redis:
        assert redis.ping(), "the broker lives"
    assert until(lambda: site.sql("SELECT 1 FROM pulse WHERE part = 'relay' AND at > now() - interval '5 seconds'"))
    assert site.sql("SELECT id FROM outbox WHERE parked_at IS NOT NULL AND args->>'file' = $1", file) == []
