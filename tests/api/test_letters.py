"""What an operator sees of the post: whose letter stays and why, and one act for all of them."""

import re

import pytest

from festival import language, letters, mailbag, outages
from festival.db import rows
from festival.jobs import JOBS
from festival.language import words
from festival.tables import Letter, new_id
from tests.builders import a_person, an_edition, sign_in

REFUSED = "mail_refused 550 5.1.1 no such user"


async def a_letter(edition, *, fault: str = "", state: str = "waiting") -> tuple[str, str]:
    """(line, address) of one that stands so."""
    reader = await a_person("filmmaker", edition=edition, name=f"Zoe{new_id()[:5]}")
    await letters.write("submitted", reader, occasion=reader.id, edition=edition, title="Nuit")
    letter = await Letter.objects().get(Letter.person == reader.id)
    moves = {"parked": "parked_at = now()", "sent": "done_at = now()", "waiting": "rung_at = now()"}
    found = await rows(
        f"UPDATE outbox SET {moves[state]}, fault = {{}} WHERE args->>'letter' = {{}} RETURNING id",
        fault, letter.id,
    )
    if state == "sent":
        await rows("UPDATE letter SET sent_at = now() WHERE id = {} RETURNING id", letter.id)
    return found[0]["id"], reader.email


@pytest.fixture
async def operator(client):
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition, name="Maud"))
    return client, edition


async def standing(line: str) -> str:
    row = (await rows("SELECT * FROM outbox WHERE id = {}", line))[0]
    return "given up" if row["cancelled_by"] else "parked" if row["parked_at"] else "waiting"


async def test_a_refused_letter_is_named_with_its_address_and_its_reason(operator) -> None:
    client, edition = operator
    _, address = await a_letter(edition, fault=REFUSED, state="parked")
    _, foreign = await a_letter(await an_edition(), fault=REFUSED, state="parked")

    queue = await client.get(f"/fr/{edition.slug}/operator/queue")
    page = await client.get(f"/fr/{edition.slug}/operator/letters")
    told = (await client.get(f"/api/v1/{edition.slug}/operator/letters")).json()

    for text in (queue.text, page.text):
        assert address in text
        assert "550 5.1.1 no such user" in text
        assert "Dossier reçu" in text
        assert foreign not in text
    (one,) = [letter for letter in told["letters"] if letter["state"] == "parked"]
    assert (one["to"], one["kind"], one["reason"], one["detail"]) == (
        address, "submitted", "mail_refused", "550 5.1.1 no such user",
    )


async def test_letters_that_wait_or_were_refused_are_counted(operator) -> None:
    client, edition = operator
    before = (await client.get("/ready")).json()["mail"]
    for state in ("waiting", "waiting", "parked", "sent"):
        await a_letter(edition, state=state)

    after = (await client.get("/ready")).json()["mail"]
    counts = (await client.get(f"/api/v1/{edition.slug}/operator/letters")).json()["counts"]
    page = await client.get(f"/fr/{edition.slug}/operator/queue")

    assert (after["waiting"] - before["waiting"], after["parked"] - before["parked"]) == (2, 1)
    assert (counts["waiting"] >= 2, counts["parked"] >= 1) == (True, True)
    assert f"{counts['parked']} lettre" in page.text


async def test_mail_that_is_away_is_said(operator) -> None:
    client, edition = operator
    await outages.note_closed("[Errno 111] Connection refused")

    page = await client.get(f"/fr/{edition.slug}/operator/queue")
    ready = await client.get("/ready")
    await outages.note_open()

    assert "Le serveur de courrier ne prend rien" in page.text
    assert "Connection refused" in page.text
    assert (ready.json()["mail"]["takes_letters"], "Errno" in ready.text) == (False, False)


async def test_an_address_finds_all_its_letters_of_this_edition(operator) -> None:
    client, edition = operator
    _, sent = await a_letter(edition, state="sent")
    _, foreign = await a_letter(await an_edition(), state="sent")

    found = await client.get(f"/fr/{edition.slug}/operator/letters", params={"address": sent[:9].upper()})
    other = await client.get(f"/fr/{edition.slug}/operator/letters", params={"address": foreign})

    assert (sent in found.text, "Partie le" in found.text) == (True, True)
    assert "Aucune lettre pour cette adresse" in other.text


async def test_all_refused_letters_go_again_by_one_press(operator) -> None:
    client, edition = operator
    mine = [(await a_letter(edition, fault=REFUSED, state="parked"))[0] for _ in range(3)]
    foreign, _ = await a_letter(await an_edition(), fault=REFUSED, state="parked")

    answer = await client.post(f"/fr/{edition.slug}/operator/letters/retry")

    assert answer.status_code == 303
    assert [await standing(line) for line in [*mine, foreign]] == ["waiting"] * 3 + ["parked"]
    done = await rows("SELECT details FROM record WHERE act = 'letters_retried' AND subject = {}", edition.id)
    assert set(mine) <= set(done[0]["details"]["lines"])


async def test_giving_up_asks_first_and_spares_what_came_since(operator) -> None:
    client, edition = operator
    old, address = await a_letter(edition, fault=REFUSED, state="parked")
    asked = await client.get(f"/fr/{edition.slug}/operator/letters/cancellation")
    seen = re.search(r'name="seen" value="([^"]+)"', asked.text)[1]
    new, _ = await a_letter(edition, fault=REFUSED, state="parked")

    answer = await client.post(f"/fr/{edition.slug}/operator/letters/cancellation", data={"seen": seen})

    assert (address in asked.text, answer.status_code) == (True, 303)
    assert [await standing(line) for line in (old, new)] == ["given up", "parked"]


async def test_where_no_letter_was_refused_there_is_nothing_to_give_up(operator) -> None:
    client, edition = operator

    asked = (await client.get(f"/fr/{edition.slug}/operator/letters/cancellation")).text

    assert ("rien à abandonner" in asked, 'name="seen"' in asked) == (True, False)


async def test_giving_up_by_json_names_what_was_seen(operator) -> None:
    client, edition = operator
    line, _ = await a_letter(edition, fault=REFUSED, state="parked")
    where = f"/api/v1/{edition.slug}/operator/letters/cancellation"

    blind = await client.post(where, json={})
    zoneless = await client.post(where, json={"seen": "2030-01-01T00:00:00"})
    assert (blind.status_code, zoneless.status_code, await standing(line)) == (400, 422, "parked")

    assert (await client.post(where, json={"seen": "2030-01-01T00:00:00Z"})).json()["letters"] >= 1
    assert await standing(line) == "given up"


async def test_one_letter_is_retried_or_given_up_by_itself(operator) -> None:
    client, edition = operator
    line, _ = await a_letter(edition, fault=REFUSED, state="parked")
    place = f"/fr/{edition.slug}/operator/queue/{line}"

    again = await client.post(f"{place}/retry?from=letters")
    assert (again.headers["location"].partition("?")[0], await standing(line)) == (
        f"/fr/{edition.slug}/operator/letters", "waiting",
    )
    gone = await client.post(f"{place}/cancellation?from=letters&kind=submitted&page=2")
    assert await standing(line) == "given up"
    assert "/operator/letters?kind=submitted&page=2&done=" in gone.headers["location"], "to the list as it stood"


@pytest.mark.parametrize("language", language.spoken())
def test_every_kind_of_letter_and_of_work_has_a_name_that_people_read(language: str) -> None:
    known = words(language)
    kinds = {key.split(".")[1] for key in known if re.fullmatch(r"letter\.\w+\.subject", key)}

    assert {kind for kind in kinds if f"operator.letter.{kind}" not in known} == set()
    assert {task for task in JOBS if f"operator.task.{task}" not in known} == set()
    assert {code for code in mailbag.REASONS if f"mail.reason.{code}" not in known} == set()
