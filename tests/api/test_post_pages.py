"""The letters desk as an operator works at it: forms that keep what was typed, and the same by program."""

import re

import httpx
import pytest

from festival import letters
from festival.db import rows
from festival.language import t
from festival.tables import Edition, Letter, Person
from festival.wording import kinds
from submissions.tables import Reminder
from tests.builders import a_person, an_edition, sign_in

BODY = "Chère {name},\n\nMerci pour {title}."


@pytest.fixture
async def desk(client) -> tuple[httpx.AsyncClient, Edition, Person]:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition, name="Maud")
    await sign_in(client, operator)
    return client, edition, operator


async def a_letter(edition: Edition, kind: str = "submitted") -> Letter:
    reader = await a_person("filmmaker", edition=edition, name="Zoe")
    await letters.write(kind, reader, occasion=f"{kind}:{reader.id}", edition=edition, title="Nuit")
    letter = await Letter.objects().get(Letter.person == reader.id)
    assert letter is not None
    return letter


def fields(**typed: str) -> dict[str, str]:
    return {"subject_fr": "Reçu : {title}", "body_fr": BODY, "subject_en": "", "body_en": "", "version": "0"} | typed


# Texts


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_every_kind_is_listed_with_when_and_to_whom(desk, lang: str) -> None:
    client, edition, _ = desk

    page = (await client.get(f"/{lang}/{edition.slug}/operator/texts")).text

    assert [kind for kind in kinds() if f'/operator/texts/{kind}"' not in page] == []
    assert "a maker files the entry" in page.lower() or lang == "fr"


async def test_words_are_kept_shown_and_taken_back_by_form(desk) -> None:
    client, edition, _ = desk
    place = f"/fr/{edition.slug}/operator/texts/submitted"

    kept = await client.post(place, data=fields(), follow_redirects=True)
    again = (await client.get(place)).text

    assert kept.status_code == 200
    assert t("fr", "operator.done.reworded") in kept.text
    assert "Chère Awa Fontaine" in again  # as its reader would see it
    assert t("en", "letter.submitted.body", name="Awa Fontaine", edition=edition.name) in again
    assert "/operator/record?about=" in again
    assert ">Vos mots<" in (await client.get(f"/fr/{edition.slug}/operator/texts")).text
    back = await client.post(f"{place}/removal", data={"version": "1"}, follow_redirects=True)
    assert "Chère" not in back.text


async def test_a_refused_text_stands_in_its_form_with_what_is_wrong_in_each_language(desk) -> None:
    client, edition, _ = desk
    place = f"/fr/{edition.slug}/operator/texts/submitted"
    typed = fields(body_fr="Merci {titel} & bravo", subject_en="Thanks", body_en="No title")

    refused = await client.post(place, data=typed)

    assert refused.status_code == 422
    for text in ("Merci {titel} &amp; bravo", "No title", 'href="#f-body_fr"', 'href="#f-body_en"'):
        assert text in refused.text
    assert "{title}" in refused.text
    assert await rows("SELECT id FROM letter_text WHERE edition = {}", edition.id) == []


async def test_looking_and_trying_keep_nothing(desk) -> None:
    client, edition, operator = desk
    place = f"/fr/{edition.slug}/operator/texts/submitted"

    looked = await client.post(f"{place}/preview", data=fields())
    tried = await client.post(f"{place}/test", data=fields(language="fr", to="somebody@example.org"))
    broken = await client.post(f"{place}/test", data=fields(body_fr="{nobody}", language="fr"))

    assert (looked.status_code, tried.status_code, broken.status_code) == (200, 200, 422)
    assert "Merci pour Nuit claire." in looked.text
    assert operator.email in tried.text
    found = await rows("SELECT person, kind, subject, body FROM letter WHERE edition = {}", edition.id)
    assert [(one["person"], one["kind"]) for one in found] == [(operator.id, "test")]
    assert ("[Essai]" in found[0]["subject"], "Merci pour Nuit claire." in found[0]["body"]) == (True, True)
    assert await rows("SELECT id FROM letter_text WHERE edition = {}", edition.id) == []


async def test_a_sign_in_letter_that_is_tried_opens_nothing(desk) -> None:
    client, edition, operator = desk

    await client.post(
        f"/api/v1/{edition.slug}/operator/texts/sign_in/test",
        json={"subjects": {"fr": "Entrez"}, "bodies": {"fr": "Ici : {link}"}, "language": "fr"},
    )

    (found,) = await rows("SELECT body FROM letter WHERE person = {} AND kind = 'test'", operator.id)
    assert "/account/links" not in found["body"]
    assert await rows("SELECT id FROM link WHERE person = {}", operator.id) == []


async def test_by_program_the_same_with_versions(desk) -> None:
    client, edition, _ = desk
    place = f"/api/v1/{edition.slug}/operator/texts/submitted"
    wanted = {"subjects": {"fr": "Reçu : {title}"}, "bodies": {"fr": BODY}, "version": 0}

    first, stale = await client.put(place, json=wanted), await client.put(place, json=wanted | {"bodies": {"fr": BODY + "!"}})
    refused = await client.put(place, json=wanted | {"version": 1, "subjects": {"fr": "A\nB"}})
    told = (await client.get(place)).json()
    back = await client.post(f"{place}/removal", json={"version": 1})

    assert (first.status_code, stale.status_code, refused.status_code, back.status_code) == (204, 409, 422, 204)
    assert refused.json()["codes"] == ["subject_fr:letter_header"]
    assert (told["bodies"], told["version"], told["needed"]) == ({"fr": BODY}, 1, ["title"])
    assert (await client.get(place.replace("submitted", "no_such"))).status_code == 404


# Letters


async def test_one_letter_is_read_changed_held_and_sent_by_form(desk) -> None:
    client, edition, _ = desk
    letter = await a_letter(edition)
    place = f"/fr/{edition.slug}/operator/letters/{letter.id}"

    read = await client.get(place)
    changed = await client.post(place, data={"subject": "Autre", "body": "Autre\r\ntexte", "version": "1"}, follow_redirects=True)
    held = await client.post(f"{place}/hold", follow_redirects=True)
    sent = await client.post(f"{place}/sending", follow_redirects=True)

    assert letter.subject in read.text
    assert "Autre\ntexte" in changed.text
    assert t("fr", "operator.letters.state.held.name").capitalize() in held.text
    assert sent.status_code == 200
    assert [row["act"] for row in await rows("SELECT act FROM record WHERE subject = {} ORDER BY id", letter.id)] == [
        "letter_corrected", "letter_held", "letter_sent_now",
    ]


async def test_of_two_windows_the_second_keeps_its_words_and_sees_the_others(desk) -> None:
    client, edition, _ = desk
    letter = await a_letter(edition)
    place = f"/fr/{edition.slug}/operator/letters/{letter.id}"
    await client.post(place, data={"subject": "A", "body": "Les mots de l’un", "version": "1"})

    second = await client.post(place, data={"subject": "B", "body": "Les mots de l’autre", "version": "1"})

    assert second.status_code == 409
    assert ("Les mots de l’un" in second.text, "Les mots de l’autre</textarea>" in second.text) == (True, True)


async def test_a_kind_is_held_and_let_go_by_form_and_by_program(desk) -> None:
    client, edition, _ = desk
    letter = await a_letter(edition, "accepted")
    page, api = f"/fr/{edition.slug}/operator/letters", f"/api/v1/{edition.slug}/operator/letters"

    held = await client.post(f"{page}/kinds/accepted/hold", follow_redirects=True)
    seen = re.search(r'/kinds/accepted/release".*?name="seen" value="([^"]+)"', held.text, re.DOTALL)[1]
    door = await client.post(f"{api}/kinds/sign_in/hold")
    gone = await client.post(f"{page}/kinds/accepted/release", data={"seen": seen}, follow_redirects=True)
    told = (await client.get(api)).json()
    await client.post(f"{api}/kinds/accepted/flow")

    assert "retenues avant l’envoi" in held.text
    assert door.json()["codes"] == ["letter_cannot_wait"]
    assert (gone.status_code, told["held_kinds"]) == (200, ["accepted"])
    assert (await client.get(api)).json()["held_kinds"] == []
    assert (await rows("SELECT held_at FROM outbox WHERE args->>'letter' = {}", letter.id))[0]["held_at"] is None


async def test_what_came_back_is_shown_with_the_address_that_fails(desk) -> None:
    client, edition, _ = desk
    letter = await a_letter(edition)
    await rows("""UPDATE letter l SET sent_at = now(), sent_to = p.email, bounced_at = now(), bounce = 'mail_returned 5.1.1 no such user'
                  FROM person p WHERE p.id = l.person AND l.id = {} RETURNING l.id""", letter.id)  # fmt: skip
    page, api = f"/fr/{edition.slug}/operator/letters", f"/api/v1/{edition.slug}/operator/letters"

    shown = (await client.get(page)).text
    (failing,) = (await client.get(api)).json()["failing"]
    line, file = [(await client.get(page.replace("letters", place))).text for place in ("people", f"people/{letter.person}")]
    await rows("UPDATE person SET email = 'zoe.new@example.org' WHERE id = {} RETURNING id", letter.person)
    moved = (await client.get(page)).text

    assert ("5.1.1 no such user" in shown, "Adresses en défaut" in shown) == (True, True)
    assert ("les lettres n’y arrivent pas" in line, "les lettres n’y arrivent pas" in file) == (True, True)
    assert (failing["person"], failing["reason"]) == (letter.person, "mail_returned")
    assert ("Adresse changée depuis" in moved, "Adresses en défaut" in moved) == (True, False)


# Reminders


async def test_a_rule_is_set_by_form_and_what_was_typed_wrongly_stays(desk) -> None:
    client, edition, _ = desk
    place = f"/fr/{edition.slug}/operator/reminders"

    wrong = await client.post(f"{place}/copy_waits", data={"days": "900", "is_on": "true", "version": "0"})
    right = await client.post(f"{place}/copy_waits", data={"days": "5", "is_on": "true", "version": "0"}, follow_redirects=True)

    assert (wrong.status_code, 'value="900"' in wrong.text, 'href="#f-days-copy_waits"' in wrong.text) == (422, True, True)
    assert right.status_code == 200
    (row,) = await Reminder.objects().where(Reminder.edition == edition.id)
    assert (row.rule, row.days, row.is_on) == ("copy_waits", 5, True)
    told = {one["rule"]: one for one in (await client.get(f"/api/v1/{edition.slug}/operator/reminders")).json()}
    assert (told["copy_waits"]["is_on"], told["draft_waits"]["is_on"]) == (True, False)
