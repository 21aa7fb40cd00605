"""What is sent twice happens once, and is answered the same."""

import asyncio
import base64
import re

import httpx
import pytest

from api import limits
from festival import people
from festival.db import rows
from festival.tables import Role
from tests.api.test_subtitles import SRT, Film
from tests.api.test_uploads import FILM, a_draft
from tests.builders import a_person, an_edition, sign_in

# Doors whose answers hold secrets, or whose counts must stay: each may be tried again freely.
NOT_ONCE = {
    "POST /api/v1/{edition}/registration",
    "POST /api/v1/{edition}/links",
    "POST /api/v1/{edition}/links/{token}",
    "POST /api/v1/{edition}/sessions",
    "DELETE /api/v1/{edition}/sessions",
    "DELETE /api/v1/{edition}/sessions/{session_id}",
    "DELETE /api/v1/{edition}/sessions/all",
    "POST /{lang}/{edition}/account/sign-in",
    "POST /{lang}/{edition}/account/sign-out",
    "POST /{lang}/{edition}/account/links",
    "POST /{lang}/{edition}/account/links/{token}",
    "POST /{lang}/{edition}/account/registration",
    "POST /{lang}/{edition}/account/password",
    "POST /{lang}/{edition}/account/sessions/ending",
    "POST /{lang}/{edition}/account/sessions/{session_id}/ending",
    # Second factors, and keys that die when they are used: their answers hold secrets, or open sessions.
    "POST /api/v1/founding/{token}",
    "POST /{lang}/founding/{token}",
    "POST /api/v1/{edition}/addresses/{token}",
    "POST /{lang}/{edition}/account/addresses/{token}",
    "POST /api/v1/{edition}/sessions/proof",
    "POST /{lang}/{edition}/account/proof",
    "POST /api/v1/{edition}/sessions/code",
    "POST /{lang}/{edition}/account/sign-in/code",
    *(f"POST {place}{what}" for place in ("/api/v1/{edition}", "/{lang}/{edition}/account")
      for what in ("/second-factor", *(f"/second-factor/{one}" for one in ("confirmation", "recovery-codes", "removal")))),
    # A passkey's challenge is good for one answer; with the first one come recovery codes.
    *(f"POST /api/v1/{{edition}}/{one}" for one in (
        "sessions/passkey", "sessions/passkey/options", "sessions/proof/passkey", "passkeys", "passkeys/recovery-codes",
    )),
    *(f"POST /{{lang}}/{{edition}}/account/{one}" for one in (
        "sign-in/passkey", "proof/passkey", "passkeys", "passkeys/recovery-codes",
    )),
    # What is erased would stand in the kept answer; wrong codes must stay counted.
    "POST /api/v1/{edition}/me/erasure",
    "POST /{lang}/{edition}/account/leaving",
    *(f"POST {home}/operator/privacy/{what}" for home in ("/api/v1/{edition}", "/{lang}/{edition}")
      for what in ("names", "search")),
    "PUT /api/v1/{edition}/submissions/{submission_id}/code",
    "POST /{lang}/{edition}/submissions/{submission_id}/code",
    # They only read what was typed.
    "POST /api/v1/{edition}/operator/people/lists/reading",
    "POST /{lang}/{edition}/operator/people/lists/reading",
    "POST /{lang}/{edition}/operator/site/{text}/preview",
}  # fmt: skip
"""Doors whose answers are not kept, each because of what it would keep."""


async def entries_of(person) -> int:
    found = await rows("SELECT count(*) AS n FROM member WHERE person = {}", person.id)
    return int(found[0]["n"])


async def a_maker(client, *parts: str):
    edition = await an_edition()
    maker = await a_person(*(parts or ("filmmaker",)), edition=edition)
    await sign_in(client, maker)
    return edition, maker


def test_every_door_that_makes_something_does_it_once(app) -> None:
    left_out = {
        f"{method} {route.path_format}"
        for route in app.routes
        for method, (handler, _) in getattr(route, "route_handler_map", {}).items()
        if handler.opt.get("once", True) is False
    }

    assert left_out == NOT_ONCE


async def test_twenty_at_once_with_one_key_make_one_entry(client) -> None:
    edition, maker = await a_maker(client)

    told = await asyncio.gather(*(
        client.post(
            f"/api/v1/{edition.slug}/submissions", json={"title": "Nuit"},
            headers={"idempotency-key": "one"},
        )
        for _ in range(20)
    ))  # fmt: skip

    assert {answer.status_code for answer in told} == {201}
    assert len({answer.text for answer in told}) == 1
    assert await entries_of(maker) == 1


@pytest.mark.parametrize(("place", "body"), [
    ("venues", {"name": "Palais"}), ("guests", {"name": "Ada"}), ("programmes", {"title_fr": "A", "title_en": "A", "own_minutes": 60, "kind": "event"}),
    ("operator/people", {"email": "new.{}@example.org", "part": "reviewer"}),
])  # fmt: skip
async def test_what_makes_something_makes_it_once(client, place, body) -> None:
    edition, _ = await a_maker(client, "programmer", "operator")
    body = {name: value.format(edition.id) if isinstance(value, str) else value for name, value in body.items()}
    key = {"idempotency-key": "one"}

    first = await client.post(f"/api/v1/{edition.slug}/{place}", json=body, headers=key)
    again = await client.post(f"/api/v1/{edition.slug}/{place}", json=body, headers=key)

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("kind", ["text/plain", "application/vnd.api+json", "application/octet-stream", ""])
async def test_a_key_is_heeded_whatever_the_body_is_called(client, kind) -> None:
    edition, maker = await a_maker(client)
    headers = {"idempotency-key": "one", "content-type": kind}

    told = [
        await client.post(f"/api/v1/{edition.slug}/submissions", content=b'{"title": "Nuit"}', headers=headers)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in told] == [201, 201]
    assert told[0].json() == told[1].json()
    assert await entries_of(maker) == 1


async def test_an_upload_is_begun_once_and_its_key_names_one_film(client) -> None:
    uploads = await a_draft(client, await an_edition())
    key = {"idempotency-key": "one", "tus-resumable": "1.0.0"}
    said = {"upload-metadata": "submission " + base64.b64encode(uploads.submission.encode()).decode()}

    async def begun(length: int, content: bytes = b"", **more: str) -> httpx.Response:
        headers = {**key, **said, "upload-length": str(length), **more}
        return await client.post(f"{uploads.base}/uploads", content=content, headers=headers)

    first, again, other = await begun(1000), await begun(1000), await begun(2000)
    with_bytes = await begun(1000, FILM[:10], **{"content-type": "application/offset+octet-stream"})

    made = await rows("SELECT size FROM film_file WHERE submission = {}", uploads.submission)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.headers["location"] == again.headers["location"]
    assert other.json()["codes"] == ["key_reused"]
    assert (with_bytes.status_code, with_bytes.json()["codes"]) == (400, ["key_with_film"])
    assert made == [{"size": 1000}]


async def test_subtitles_that_are_sent_twice_stand_once(client) -> None:
    film = await Film(client).entered(status="draft")
    text, key = SRT.encode(), {"idempotency-key": "one", "content-type": "text/plain"}

    told = [await client.put(f"{film.tracks}/fr", content=text, headers=key) for _ in range(2)]
    other = await client.put(f"{film.tracks}/fr?kind=forced", content=text, headers=key)
    form = {"language": "de", "kind": "full", "_once": "mark", "_csrf": client.headers["x-csrf-token"]}
    led = [
        await client.post(f"{film.page}/subtitles", data=form, files={"subtitles": ("a.srt", text)})
        for _ in range(2)
    ]

    assert ([one.status_code for one in told], other.status_code) == ([200, 200], 422)
    assert [one.status_code for one in led] == [303, 303]
    assert await film.names() == [("de", "full", True), ("fr", "full", True)]


async def test_an_endless_body_with_a_key_is_not_kept_in_mind(client) -> None:
    edition, _ = await a_maker(client)
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 65536

    told = [
        await client.post(f"/api/v1/{edition.slug}/{door}", content=endless(), headers={"idempotency-key": "one"})
        for door in ("submissions", "uploads")
    ]

    assert [answer.status_code for answer in told] == [413, 413]
    assert sent < 40


async def test_an_answer_of_before_opens_no_door_that_was_closed_since(client) -> None:
    edition, programmer = await a_maker(client, "programmer")
    place, key = f"/api/v1/{edition.slug}/venues", {"idempotency-key": "one"}
    made = await client.post(place, json={"name": "Palais"}, headers=key)
    await people.revoke(programmer, Role.PROGRAMMER, edition=edition, by=programmer)

    again = await client.post(place, json={"name": "Palais"}, headers=key)

    assert (made.status_code, again.status_code, again.json()["codes"]) == (201, 403, ["not_allowed"])


async def test_a_key_with_another_body_is_refused(client) -> None:
    edition, maker = await a_maker(client)
    place, key = f"/api/v1/{edition.slug}/submissions", {"idempotency-key": "one"}
    await client.post(place, json={"title": "Nuit"}, headers=key)

    other = await client.post(place, json={"title": "Jour"}, headers=key)

    assert (other.status_code, other.json()["codes"]) == (422, ["key_reused"])
    assert await entries_of(maker) == 1


async def test_another_person_has_keys_of_their_own(client) -> None:
    edition, maker = await a_maker(client)
    place, key = f"/api/v1/{edition.slug}/submissions", {"idempotency-key": "one"}
    mine = await client.post(place, json={"title": "Nuit"}, headers=key)
    other = await a_person("filmmaker", edition=edition)
    await sign_in(client, other)

    theirs = await client.post(place, json={"title": "Nuit"}, headers=key)

    assert mine.json()["id"] != theirs.json()["id"]
    assert (await entries_of(maker), await entries_of(other)) == (1, 1)


async def test_a_refusal_is_no_answer_to_keep(client) -> None:
    edition, maker = await a_maker(client)
    place, key = f"/api/v1/{edition.slug}/submissions", {"idempotency-key": "one"}
    wrong = await client.post(place, json={"title": 5}, headers=key)

    right = await client.post(place, json={"title": "Nuit"}, headers=key)

    assert (wrong.status_code, right.status_code) == (400, 201)
    assert await entries_of(maker) == 1


async def test_an_act_without_an_answer_has_not_happened(client, monkeypatch) -> None:
    """As when the process is killed between the act and its answer: both, or neither."""
    from festival import answers

    edition, maker = await a_maker(client)
    place, key = f"/api/v1/{edition.slug}/submissions", {"idempotency-key": "one"}

    async def killed(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(answers, "keep", killed)
        lost = await client.post(place, json={"title": "Nuit"}, headers=key)
    between = await entries_of(maker)
    again = await client.post(place, json={"title": "Nuit"}, headers=key)

    assert (lost.status_code, between, again.status_code, await entries_of(maker)) == (503, 0, 201, 1)


async def test_a_form_that_is_sent_twice_makes_one_thing(client) -> None:
    edition, maker = await a_maker(client)
    place = f"/fr/{edition.slug}/submissions"
    drawn = (await client.get(f"{place}/new")).text
    once = re.findall(r'name="_once"\s+value="([^"]+)"', drawn)[-1]
    form = {"title": "Nuit", "_once": once, "_csrf": client.headers["x-csrf-token"]}

    told = await asyncio.gather(*(client.post(place, data=form) for _ in range(5)))
    afresh = await client.post(place, data={**form, "title": "Jour"})

    assert {answer.status_code for answer in told} == {303}
    assert len({answer.headers["location"] for answer in told}) == 1
    assert afresh.headers["location"] != told[0].headers["location"]
    assert await entries_of(maker) == 2


async def test_a_key_for_programs_is_made_once_and_told_once(client) -> None:
    edition, maker = await a_maker(client)
    place, key = f"/api/v1/{edition.slug}/tokens", {"idempotency-key": "one"}
    body = {"name": "robot", "scopes": ["entries"]}

    first = await client.post(place, json=body, headers=key)
    again = await client.post(place, json=body, headers=key)

    kept = await rows("SELECT body, headers::text AS h FROM answer WHERE body LIKE {}", rb"%cfs\_%")
    assert (first.status_code, again.status_code, again.json()["codes"]) == (201, 409, ["answer_unkept"])
    assert len(await rows("SELECT id FROM token WHERE person = {}", maker.id)) == 1
    assert kept == []


async def test_keys_help_no_guesser(client, monkeypatch) -> None:
    """A count that were taken back with its refusal would never grow."""
    monkeypatch.setattr(limits, "MOST_PER_PEER", 2)
    edition, _ = await a_maker(client)
    await rows("DELETE FROM knock RETURNING id")

    told = [
        (
            await client.post(
                f"/api/v1/{edition.slug}/links/none{n}", json={}, headers={"idempotency-key": f"{n}"}
            )
        ).status_code
        for n in range(3)
    ]

    assert told == [422, 422, 429]


async def test_an_act_that_is_refused_leaves_nothing_where_its_door_answers_well(client) -> None:
    from festival.db import transaction, whole_request
    from festival.errors import Refused

    edition, _ = await a_maker(client)

    async with whole_request():
        await rows("UPDATE edition SET name = 'before' WHERE id = {} RETURNING id", edition.id)
        with pytest.raises(Refused):
            async with transaction():
                await rows("UPDATE edition SET name = 'half' WHERE id = {} RETURNING id", edition.id)
                raise Refused("no")
        async with transaction(), transaction():
            await rows("UPDATE edition SET days = 4 WHERE id = {} RETURNING id", edition.id)

    found = await rows("SELECT name, days FROM edition WHERE id = {}", edition.id)
    assert found == [{"name": "before", "days": 4}]
