"""An archived edition is only read: every door that changes something refuses, save a short list; then it is reopened."""

import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from api.acts.act import Still
from api.app import ACTS
from api.auth import UNSAFE, refuse_archived
from festival import closing, editions, leases
from festival.clock import now
from festival.closing import WhyReopened
from festival.db import later, rows
from festival.errors import Conflict, Refused
from festival.jobs import JOBS, WHEN_ARCHIVED
from festival.letters import write
from festival.settings import Settings
from festival.tables import Edition, Phase, Role
from keeping import erasure, retention
from keeping.closing import checklist
from media.storage import LocalStore
from tests.builders import a_film, a_person, an_edition, sign_in

STILL = {
    Still.ACCOUNT: {
        "accounts.ask_link", "accounts.use_link", "accounts.sign_in", "accounts.sign_out",
        "accounts.set_password", "accounts.end_session_elsewhere", "accounts.leave_everywhere",
        "accounts.make_token", "accounts.revoke", "second_factor.give_code", "second_factor.begin",
        "second_factor.prove", "second_factor.renew_codes", "second_factor.remove",
        "passkeys.ask", "passkeys.enter", "passkeys.give_proof", "passkeys.add", "passkeys.rename",
        "passkeys.remove", "passkeys.renew_codes", "people.agree_to_merge", "people.refuse_merge", "people.enable",
        "privacy.rename", "privacy.choose_language", "privacy.ask_address", "privacy.confirm_address", "privacy.choose", "proof.give_proof",
    },
    Still.LEAVING: {
        "entry_people.leave_entry", "privacy.ask_export", "privacy.leave", "privacy.stay", "privacy.carry_out", "privacy.refuse",
        "privacy.file_request", "privacy.seek", "privacy.efface",
    },
    Still.KEEPING: {
        "archives.ask", "archives.drop", "keeping.set_days", "keeping.hold", "keeping.lift",
        "keeping.back_up", "keeping.drill",
    },
    Still.HOUSE: {"closing.archive", "closing.reopen", "editions.found_edition", "editions.show_on_front_page"},
    Still.WORK: {
        "jobs.put_first", "jobs.send_again", "jobs.let_go", "pauses.pause", "pauses.resume",
        "letters.retry_all", "letters.give_up_all", "letters.hold", "letters.release", "letters.send_now",
        "letters.take_bounce",
    },
    Still.SAFETY: {"people.remove_part", "people.disable", "people.end_sessions", "people.reset_factor",
                   "entry_people.remove_member", "entry_people.revoke_member"},
}  # fmt: skip
"""The whole list of what is still done in an archived edition, with why."""

GIVEN = {
    "act": "1", "kind": "submitted", "text": "legal", "rule": "draft", "field": "title", "queue": "heavy", "number": "1",
}  # fmt: skip


def changing(app: Litestar) -> list[tuple[str, str]]:
    """(method, address) of every door in an edition that changes something and does not say why it still may."""
    return sorted(
        (method, route.path_format)
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        for method in set(handler.http_methods) & UNSAFE
        if "{edition}" in route.path_format and handler.fn not in still_open()
    )


def still_open() -> list[object]:
    return [face.fn for one in ACTS if one.still for face in (one.page, one.json) if face is not None]


async def at_home(client: httpx.AsyncClient, **given) -> Edition:
    """An edition with somebody at the door who may do everything in it."""
    edition = await an_edition(**given)
    await sign_in(client, await a_person(*Role, edition=edition, name="Maud"))
    return edition


async def archived(**given) -> Edition:
    edition = await an_edition(**given)
    await closing.archive(edition, by=await a_person("operator", edition=edition))
    return edition


# Only read


def test_what_is_still_done_is_a_short_list_with_a_reason_each() -> None:
    said = {why: {one.name for one in ACTS if one.still is why} for why in Still}

    assert said == STILL


def test_every_other_door_of_an_edition_asks_first(app) -> None:
    """Uploads, too; what was given no guard would be found here."""
    asked = {
        (method, route.path_format)
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        for method in set(handler.http_methods) & UNSAFE
        if refuse_archived in handler.resolve_guards() and "{edition}" in route.path_format
    }

    assert len(asked) > 200
    assert asked == set(changing(app))


async def test_whoever_may_do_everything_changes_nothing_in_an_archived_edition(client, app) -> None:
    edition = await at_home(client, phase=Phase.PROGRAMME)
    await closing.archive(edition, by=await a_person("operator", edition=edition))
    before = await rows("SELECT max(id) AS last FROM record WHERE edition = {}", edition.id)

    told = {}
    for method, place in changing(app):
        names = {name: GIVEN.get(name, "x") for name in re.findall(r"{(\w+)}", place)}
        address = place.format(**names | {"lang": "en", "edition": edition.slug})
        is_program = address.startswith("/api/")
        answer = await client.request(method, address, **({"json": {}} if is_program else {"data": {"a": "b"}}))
        says = "edition_archived" in answer.text if is_program else "runs it reopens it under" in answer.text
        if answer.status_code != 422 or not says:
            told[method, place] = answer.status_code, answer.text[:200]

    assert told == {}
    assert await rows("SELECT max(id) AS last FROM record WHERE edition = {}", edition.id) == before


async def test_the_refusal_says_what_to_do_in_both_languages(client) -> None:
    edition = await at_home(client)
    await closing.archive(edition, by=await a_person("operator", edition=edition))

    told = (await client.post(f"/api/v1/{edition.slug}/submissions", json={})).json()
    page = await client.post(f"/fr/{edition.slug}/operator/sections", data={"letter": "Z"})

    assert told["codes"] == ["edition_archived"]
    assert "une personne qui l’administre la rouvre depuis" in told["words"]["fr"][0]
    assert "reopens it under “Dates and phases”" in told["words"]["en"][0]
    assert told["words"]["fr"][0] in page.text
    assert f'href="/fr/{edition.slug}/operator/edition/archiving"' in page.text


async def test_a_verb_that_takes_films_or_makers_refuses_by_itself_too(house) -> None:
    from festival.arrivals import introduce
    from submissions.entries import open_entry

    edition = await archived()
    maker = await a_person("filmmaker", edition=edition)

    with pytest.raises(Refused, match="edition_archived"):
        await open_entry(edition, by=maker)
    with pytest.raises(Refused, match="edition_archived"):
        await introduce("new@example.org", name="N", language="fr", edition=edition, settings=Settings.read())


async def test_public_pages_stay_with_a_mark(client) -> None:
    edition = await archived(name="Cinéma for Space 2026")

    page = await client.get(f"/fr/{edition.slug}/")

    assert page.status_code == 200
    assert "Cinéma for Space 2026 est archivée" in page.text
    assert "/operator/" not in page.text


# What goes on


async def test_makers_still_ask_for_their_data_and_are_forgotten(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition, name="Zoltana")
    await a_film(edition, maker, status="declined")
    operator = await a_person("operator", edition=edition)
    await closing.archive(edition, by=operator)
    await sign_in(client, maker)

    asked = await client.post(f"/fr/{edition.slug}/account/export")
    left = await client.post(f"/fr/{edition.slug}/account/leaving", data={"sure": "true"})
    waits = await rows("SELECT id FROM erasure WHERE person = {} AND state = 'asked'", maker.id)
    await sign_in(client, operator)
    done = await client.post(f"/api/v1/{edition.slug}/operator/privacy/{waits[0]['id']}/carrying-out", json={})
    settings = Settings.read()
    await erasure.erase(waits[0]["id"], store=LocalStore(settings.media_root), settings=settings)

    assert (asked.status_code, left.status_code, done.status_code < 300) == (303, 303, True)
    assert (await rows("SELECT name FROM person WHERE id = {}", maker.id))[0]["name"] != "Zoltana"


async def test_the_calendar_lets_go_of_what_is_due(house) -> None:
    edition = await archived(first_day=(now() - timedelta(days=100)).date())
    await rows(
        """INSERT INTO letter (id, kind, person, edition, occasion, subject, body, sent_at)
           SELECT {}, 'submitted', p.id, {}, {}, 's', 'b', now() - interval '500 days' FROM person p LIMIT 1 RETURNING id""",
        edition.id, edition.id, edition.id,
    )  # fmt: skip

    assert await retention.step(edition, "letters", store=LocalStore(Settings.read().media_root)) == 1


async def test_work_of_an_archived_edition_waits_and_its_letters_leave(house) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    await write("submitted", operator, occasion=f"c:{edition.id}", edition=edition, title="A")
    letter = (await rows("SELECT id FROM outbox WHERE edition = {} AND task = 'send_letter'", edition.id))[0]["id"]
    waits = await later("tell_of_lengths", edition=edition.id)
    await closing.archive(edition, by=operator)

    stood = await leases.take(waits, worker="w")
    left = await leases.take(letter, worker="w")
    await closing.reopen(edition, WhyReopened("Erreur de date."), by=operator)
    goes_on = await leases.take(waits, worker="w")

    assert stood is None
    assert left is not None
    assert goes_on is not None


def test_what_is_done_for_archived_editions_is_work_of_the_table() -> None:
    assert set(JOBS) >= WHEN_ARCHIVED


# There and back


async def test_it_is_archived_and_reopened_where_it_stood_each_on_the_record(client) -> None:
    edition = await at_home(client, phase=Phase.SELECTION)
    page, json = f"/en/{edition.slug}/operator/edition", f"/api/v1/{edition.slug}/operator/edition"

    first = await client.post(f"{page}/archiving")
    twice = await client.post(f"{json}/archiving", json={})
    silent = await client.post(f"{page}/reopening", data={"reason": " "})
    back = await client.post(f"{json}/reopening", json={"reason": "A prize was forgotten."})
    late = await client.post(f"{json}/reopening", json={"reason": "Again."})

    assert first.headers["location"].endswith("/operator/edition/archiving?done=closing.done.archived")
    assert (twice.status_code, twice.json()) == (200, {"phase": "archived"})
    assert (silent.status_code, "Say why the edition is reopened" in silent.text) == (422, True)
    assert (back.status_code, back.json()) == (200, {"phase": "selection"})
    assert (late.status_code, late.json()["codes"]) == (409, ["edition_not_archived"])
    assert (await editions.again(edition)).phase == Phase.SELECTION
    kept = await rows(
        "SELECT act, details FROM record WHERE edition = {} AND act LIKE 'edition_%' ORDER BY id", edition.id
    )
    assert [(one["act"], one["details"]["changes"]["phase"]) for one in kept] == [
        ("edition_archived", ["selection", "archived"]), ("edition_reopened", ["archived", "selection"]),
    ]  # fmt: skip
    assert kept[1]["details"]["reason"] == "A prize was forgotten."
    line = (await client.get(page)).text
    assert "Reopened" in line


@pytest.mark.parametrize("phase", ["archived", "programme"])
async def test_no_phase_is_moved_into_the_archive_or_out_of_it(house, phase) -> None:
    edition = await (an_edition() if phase == "archived" else archived())
    by = await a_person("operator", edition=edition)

    with pytest.raises(Refused, match="phase_archived"):
        await editions.move_on(edition, Phase(phase), by=by)


async def test_what_was_never_archived_is_not_reopened(house) -> None:
    edition = await an_edition()

    with pytest.raises(Conflict, match="edition_not_archived"):
        await closing.reopen(edition, WhyReopened("Why."), by=await a_person("operator", edition=edition))


# The list before


async def the_list(edition: Edition) -> dict[str, tuple[bool, int]]:
    return {one.what: (one.is_done, one.n) for one in await checklist(edition, Settings.read())}


async def test_the_list_tells_what_is_left_and_forces_nothing(client) -> None:
    edition = await at_home(client, phase=Phase.PROGRAMME)
    maker = await a_person("filmmaker", edition=edition)
    await a_film(edition, maker, file="receiving")
    await later("tell_of_lengths", edition=edition.id)
    await erasure.ask(maker, by=maker, edition=edition)
    shown = (await client.get(f"/en/{edition.slug}/operator/edition/archiving")).text
    told = (await client.get(f"/api/v1/{edition.slug}/operator/edition/archiving")).json()
    done = await client.post(f"/en/{edition.slug}/operator/edition/archiving")

    left = {one["what"]: (one["is_done"], one["n"]) for one in told}
    assert {what: left[what] for what in ("over", "work", "uploads", "leaving", "file", "letters")} == {
        "over": (False, 0), "work": (False, 1), "uploads": (False, 1), "leaving": (False, 1), "file": (False, 0),
        "letters": (True, 0),
    }  # fmt: skip
    assert "1 task would stop until the edition is reopened" in shown
    assert done.status_code == 303


async def test_an_archive_file_counts_until_the_next_change(house) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)

    async def has_one() -> bool:
        return (await the_list(edition))["file"][0]

    await rows(
        """INSERT INTO archive (id, edition, state, created_at, ready_at)
           VALUES ({}, {}, 'gone', now(), now()) RETURNING id""",
        edition.id, edition.id,
    )  # fmt: skip
    made = await has_one()
    await closing.archive(edition, by=operator)
    still = await has_one()
    await closing.reopen(edition, WhyReopened("Pour voir."), by=operator)
    await editions.change(edition, editions.Rules(name="Autre nom"), by=operator)

    assert (made, still, await has_one()) == (True, True, False)
