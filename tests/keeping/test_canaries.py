"""Whoever leaves is found nowhere afterwards: canaries in every field that a person can type, through real doors.

The whole database is written out by its own tool and read as text, then every file, every key of the
broker and every letter.
"""

import asyncio
import os
import subprocess
from pathlib import Path

import httpx
import obstore
import pytest
from redis import Redis

from festival import letters
from festival.db import rows
from festival.people import person as person_with_id
from festival.settings import Settings
from festival.tables import new_id
from keeping import erasure, mentions, naming
from media.bucket import BucketStore
from media.storage import Store
from ops.postgres import client_program
from screenings.guests import GuestForm, add_guest
from submissions import amending
from submissions import uploads as uploading
from submissions.amending import Amendment
from submissions.questions import QuestionForm, add_question
from tests.api.test_uploads import FILM, Uploads, b64
from tests.builders import a_film, a_person, an_edition, has_seen, sign_in, the_viewer
from workers import tasks

SRT = "1\n00:00:01,000 --> 00:00:03,000\n{} parle\n"


def dump() -> str:
    """All rows of all tables as text."""
    url = os.environ["DATABASE_OWNER_URL"]
    done = subprocess.run(
        [client_program("pg_dump", server=15), "--dbname", url, "--data-only", "--no-owner"],
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode()


def places_of(word: str) -> list[str]:
    """Everywhere where this word still stands, with what stands around it."""
    found, table, word = [], "", word.casefold()
    for line in dump().splitlines():
        table = line if line.startswith("COPY ") else table
        if (at := line.casefold().find(word)) >= 0:
            found.append(f"{table[:40]}: …{line[max(0, at - 100) : at + 100]}")
    settings = Settings.read()
    for folder in (settings.media_root, settings.mailbox):
        for path in folder.rglob("*") if folder else []:
            said = path.name.casefold().encode() + (path.read_bytes().lower() if path.is_file() else b"")
            found += [str(path)] if word.encode() in said else []
    with Redis.from_url(os.environ["REDIS_URL"]) as redis:
        for key in redis.scan_iter(count=1000):
            said = key.lower() + (redis.dump(key) or b"").lower()
            found += [f"redis {key!r}"] if word.encode() in said else []
    return found


async def carried_out(erasure_id: str) -> None:
    """The job as a worker does it; its time is said to have come."""
    [line] = await rows(
        """UPDATE outbox SET due_at = now() WHERE task = 'erase_person' AND args->>'erasure' = {}
           RETURNING id""",
        erasure_id,
    )
    await tasks.work(line["id"], worker="test")
    [done] = await rows("SELECT state FROM erasure WHERE id = {}", erasure_id)
    [fault] = await rows("SELECT fault FROM outbox WHERE id = {}", line["id"])
    assert done["state"] == "done", fault


class Canary:
    """A word that stands nowhere else, and a person who writes it everywhere."""

    def __init__(self) -> None:
        self.word = f"zéphyr{new_id()[:10]}"
        self.plain = self.word.replace("é", "e")

    def name(self) -> str:
        return f"{self.word.title()} Canari"


@pytest.fixture
def canary() -> Canary:
    return Canary()


async def registered(client: httpx.AsyncClient, canary: Canary, edition: object) -> str:
    base = f"/api/v1/{edition.slug}"  # type: ignore[attr-defined]
    answer = await client.post(
        f"{base}/registration",
        json={"email": f"{canary.plain}@example.org", "name": canary.name()},
    )
    assert answer.status_code == 202
    [row] = await rows("SELECT id FROM person WHERE email_key = {}", f"{canary.plain}@example.org")
    return str(row["id"])


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, app, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Where films lie, for the door and for workers."""
    if request.param == "s3":
        far = BucketStore(tmp_path, request.getfixturevalue("bucket"))
        monkeypatch.setattr(app.state, "store", far)
        monkeypatch.setattr(tasks, "store_of", lambda _: far)
    return app.state.store


def lies(store: Store, files: list[str]) -> list[str]:
    """Whatever lies on the disk or in the bucket under these names."""
    here = [str(path) for path in store.root.rglob("*")]
    there = [one["path"] for listed in obstore.list(store.objects) for one in listed] if store.is_remote else []
    return [place for place in [*here, *there] if any(file in place for file in files)]


async def test_a_maker_who_leaves_is_found_nowhere(client, canary: Canary, store: Store) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition, name="Opérateur")
    person = await person_with_id(await registered(client, canary, edition))
    word, base = canary.word, f"/api/v1/{edition.slug}"
    client.headers["user-agent"] = f"Mozilla {canary.plain}"
    await sign_in(client, person)
    entry = {
        "title": word, "titles": {"fr": word, "en": word}, "synopses": {"fr": f"{word} rit", "en": word},
        "directors": [canary.name()],
    }  # fmt: skip
    made = await client.post(f"{base}/submissions", json=entry)
    assert made.status_code == 201, made.text
    submission = made.json()["id"]
    typed = await client.post(
        f"/fr/{edition.slug}/submissions/{submission}",
        data={"_csrf": client.headers["x-csrf-token"], "version": "1", "year": f"l'an {word}",
              "title": word, "countries": word, "title_fr": word},
    )  # fmt: skip
    assert typed.status_code in {303, 422}
    uploads = Uploads(client, base, submission)
    told = f"submission {b64(submission)},filename {b64(word + '.mp4')},note {b64(word)}"
    begun = await uploads.create(upload_metadata=told)
    assert begun.status_code == 201, begun.text
    await uploads.send(begun.headers["location"], FILM, 0)
    await asyncio.gather(*uploading.HAND_OVERS.values())
    files = [row["id"] for row in await rows("SELECT id FROM film_file WHERE submission = {}", submission)]
    for key in (*files, f"{files[0]}early"):
        (folder := store.work_folder(f"{key}made")).joinpath("poster.jpg").write_bytes(b"a poster")
        store.publish(folder, key)
    assert store.master_size(files[0]) == len(FILM)
    await rows(
        "UPDATE film_file SET facts = jsonb_build_object('duration', 60.0, 'container', {}::text) WHERE submission = {} RETURNING id",
        word, submission,
    )  # fmt: skip
    brought = await client.put(
        f"{base}/submissions/{submission}/subtitles/fr", params={"name": f"{word}.srt"},
        content=SRT.format(word).encode(), headers={"content-type": "text/plain"},
    )  # fmt: skip
    assert brought.status_code in {200, 201}, brought.text
    key = await client.post(f"{base}/tokens", json={"name": word, "scopes": ["entries"]})
    assert key.status_code == 201, key.text
    declined, _ = await a_film(edition, person, title=word, status="declined")
    contact = await add_question(
        edition, QuestionForm(labels={"fr": "Contact", "en": "Contact"}), by=operator
    )
    await amending.amend(
        edition, declined,
        Amendment(answers={contact: f"{word} répond"}, reason=f"{word} l'a écrit", version=1),
        viewer=await the_viewer(operator, edition), by=operator,
    )  # fmt: skip
    assert places_of(word)

    plan = await erasure.plan_for(person)
    assert {film.goes for film in plan.films} == {True}
    asked = await erasure.ask(person, by=person, edition=edition)
    assert asked.state == "asked"
    assert "filed" in plan.asks
    assert places_of(word), "an operator looks first"
    await erasure.carry_out(asked.id, edition=edition, by=operator)
    await carried_out(asked.id)

    assert places_of(word) == []
    assert places_of(canary.plain) == []
    assert lies(store, files) == []
    assert await rows("SELECT id FROM submission WHERE id = ANY({})", [submission, declined]) == []
    assert (await client.get(f"{base}/me")).status_code == 401


async def test_a_reviewer_who_leaves_keeps_the_votes_counted_and_says_nothing_any_more(
    client, canary: Canary
) -> None:
    """Sheets keep their figures; opinion, remarks and reasons go, and nobody is named."""
    edition = await an_edition(phase="selection")
    operator = await a_person("operator", edition=edition, name="Opérateur")
    maker = await a_person("filmmaker", edition=edition)
    chair = await a_person("chair", edition=edition, name="Présidente")
    film, file = await a_film(edition, maker)
    other, _ = await a_film(edition, maker, title="Autre")
    person = await person_with_id(await registered(client, canary, edition))
    base = f"/api/v1/{edition.slug}"
    await sign_in(client, operator)
    for part in ("reviewer", "programmer"):
        invited = await client.post(
            f"{base}/operator/people",
            json={"email": person.email, "name": canary.name(), "part": part},
        )
        assert invited.status_code == 201, invited.text
    await sign_in(client, person)
    await has_seen(person, file)
    sheet = {"writing": 4, "image": 3, "sound": 5, "space": 2, "opinion": f"{canary.word} pense. " * 20}
    given = await client.put(
        f"{base}/committee/submissions/{film}/review",
        json={"sheet": sheet, "version": 0, "give": True}, headers={"if-match": '"0"'},
    )  # fmt: skip
    assert given.status_code == 200, given.text
    again = await client.put(
        f"{base}/committee/submissions/{film}/review",
        json={"sheet": {**sheet, "image": 1}, "version": 1, "give": True}, headers={"if-match": '"1"'},
    )  # fmt: skip
    assert again.status_code == 200, again.text
    remark = await client.post(
        f"{base}/committee/submissions/{film}/notes", json={"text": canary.word, "at_seconds": 3}
    )
    assert remark.status_code == 201, remark.text
    aside = await client.post(
        f"{base}/committee/submissions/{other}/recusal", json={"reason": f"ami de {canary.word}"}
    )
    assert aside.status_code in {200, 201, 204}, aside.text
    await sign_in(client, chair)
    await client.post(
        f"{base}/committee/submissions/{other}/recusals/{person.id}/lifting",
        json={"reason": f"{canary.name()} s'était trompé"},
    )
    assert len(places_of(canary.word)) > 5

    asked = await erasure.ask(person, by=person, edition=edition)
    plan = await erasure.plan_for(person)
    assert {"part", "sheets"} <= set(plan.asks)
    assert "review" in {line.table for line in plan.stays}
    await erasure.carry_out(asked.id, edition=edition, by=operator)
    await carried_out(asked.id)

    assert places_of(canary.word) == []
    assert places_of(canary.plain) == []
    [kept] = await rows("SELECT scores, opinion, seen FROM review WHERE person = {}", person.id)
    assert (kept["scores"]["writing"], kept["opinion"], kept["seen"]) == (4, "", 1.0)
    [aside] = await rows("SELECT reason FROM recusal WHERE person = {}", person.id)
    assert aside["reason"] == ""


async def test_somebody_named_by_others_is_found_and_put_out_of_sight(
    client, canary: Canary
) -> None:
    """A guest, a director, a word in a note: found however it is spelt; a published fact only where picked."""
    edition, abroad = await an_edition(phase="selection"), await an_edition()
    programmer = await a_person("programmer", "operator", edition=edition)
    maker = await a_person("filmmaker", edition=edition)
    name = canary.name()
    draft, _ = await a_film(edition, maker, title=f"Chez {name}", status="draft")
    chosen, _ = await a_film(edition, maker, title=f"{name.upper()} danse", status="accepted")
    elsewhere, _ = await a_film(abroad, maker, title=f"{name} ailleurs")
    await rows(
        """UPDATE film SET synopses = jsonb_build_object('fr', {}::text)
           WHERE id IN (SELECT film FROM submission WHERE id = ANY({})) RETURNING id""",
        f"Avec {name}.",
        [draft, chosen, elsewhere],
    )
    await add_guest(
        edition, GuestForm(name=name, qualities={"fr": f"{name}, actrice"}), by=programmer
    )

    found = await mentions.search([name.replace("é", "e")], edition=edition.id)
    assert sorted((m.table, m.is_public) for m in found) == [
        ("film", False), ("film", True), ("film_file", False), ("film_file", False), ("guest", False),
        ("record", False),
    ]  # fmt: skip
    gone = await erasure.erase_name(
        edition, name, where=[m.where for m in found if not m.is_public], by=programmer
    )

    assert gone == 5
    titles = {row["id"]: row["title"] for row in await rows(
        "SELECT s.id, f.title FROM submission s JOIN film f ON f.id = s.film WHERE s.id = ANY({})",
        [draft, chosen, elsewhere],
    )}  # fmt: skip
    assert titles == {
        draft: "Chez [effacé]", chosen: f"{name.upper()} danse", elsewhere: f"{name} ailleurs",
    }  # fmt: skip
    [guest] = await rows("SELECT name, qualities FROM guest WHERE edition = {}", edition.id)
    assert guest == {"name": "[effacé]", "qualities": {"fr": "[effacé], actrice"}}
    await erasure.erase_name(edition, name, where=[f"film.{row['film']}" for row in await rows(
        "SELECT film FROM submission WHERE id = ANY({})", [chosen, elsewhere])], by=programmer)  # fmt: skip
    left = places_of(canary.word)
    assert sorted(place.split()[1] for place in left) == ["public.film", "public.film_file"], left


async def test_nobody_writes_to_whom_is_no_longer_there(house) -> None:
    edition = await an_edition()
    person = await a_person("filmmaker", edition=edition)
    made = await erasure.ask(person, by=person, edition=edition)
    await carried_out(made.id)

    gone = await person_with_id(person.id)
    await letters.write("erasure_asked", gone, occasion=new_id(), edition=edition, days=3)

    assert await rows("SELECT id FROM letter WHERE person = {}", person.id) == []


@pytest.mark.parametrize("name", ["Anne_B 100% \\ Ça", "D'Arc \"Jo\" J. R.", "Ünal-Öz", "Strauß", "Παπαδόπουλος"])
async def test_signs_that_mean_something_elsewhere_are_letters_of_a_name(house, name: str) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, title=f"Avec {name}, seule")
    await rows(
        """UPDATE film SET directors = jsonb_build_array({}::text) WHERE id IN (
             SELECT film FROM submission WHERE id = {}) RETURNING id""",
        f"et {name}",
        film,
    )

    found = await mentions.search([name.replace("'", "’").replace("-", " ")], edition=edition.id)

    [one] = [mention for mention in found if mention.table == "film"]
    assert {"title", "directors"} <= set(one.columns)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Éléonore Le Gall", "É́léonore\nLE-gall"),
        ("Straße", "«STRASSE»"),
        ("STRAẞE", "la straße’s"),
        ("ﬁnn ½", "Finn\t1⁄2"),
        ("Ł. Ünal_Öz", "(ł.\u00a0u\u0308nal_oz)"),
        ("a" * 200, f"{'A' * 200} …"),
        ("n.le@b-c.example", "\\n.LE@b-c.example"),
    ],
)
async def test_where_a_name_stands_stand_all_its_words_in_a_text_and_in_json(
    house, name: str, text: str
) -> None:
    """Rows without them are not read: a name that an index missed would never be put out of sight."""
    assert naming.spans(text, [name])
    [found] = await rows(
        "SELECT words_in({}::text) AS plain, words_in(unescaped(jsonb_build_array({}::text))) AS json",
        text,
        text,
    )
    assert set(naming.words(name)) <= set(found["plain"])
    assert set(naming.words(name)) <= set(found["json"])


async def test_large_tables_are_searched_by_an_index_of_the_columns_that_are_held(house) -> None:
    """A column that has come since would make the database read every row, until its index is made anew."""
    for table in mentions.BY_WORDS:
        said = await mentions.words_of(table)
        plan = await rows(
            f"EXPLAIN SELECT FROM \"{table}\" t WHERE {said} @> ARRAY['ada', 'byron']"
        )
        assert f"{table}_words" in str(plan), table


async def test_a_name_in_more_places_than_a_page_shows_goes_from_all_of_them(
    house, monkeypatch
) -> None:
    monkeypatch.setattr(mentions, "BATCH", 2)
    monkeypatch.setattr(mentions, "MOST", 3)
    edition = await an_edition()
    operator, maker = (
        await a_person("operator", edition=edition),
        await a_person("filmmaker", edition=edition),
    )
    person = await a_person("filmmaker", edition=edition, name="Zéphyrine")
    films = [await a_film(edition, maker, title=f"{n}, Zephyrine") for n in range(5)]
    for film, _ in films:
        await rows(
            "INSERT INTO letter (id, person, edition, kind, occasion, about, subject, body) VALUES ({}, {}, {}, 'submitted',"
            " {}, {}, 'Zéphyrine', '') RETURNING id",
            new_id(), maker.id, edition.id, new_id(), film,
        )  # fmt: skip
    own = [f"film.{row['film']}" for row in await rows(
        "SELECT film FROM submission WHERE id = ANY({})", [film for film, _ in films])]  # fmt: skip

    asked = await erasure.ask_on_behalf(person.id, edition=edition, reason="demande", by=operator)
    await erasure.carry_out(asked.id, edition=edition, by=operator, also=own)
    await carried_out(asked.id)

    [left] = await rows(
        "SELECT (SELECT count(*) FROM film WHERE title ILIKE '%phyrine%') AS films,"
        " (SELECT count(*) FROM letter WHERE subject ILIKE '%phyrine%') AS letters"
    )
    assert left == {"films": 0, "letters": 0}
