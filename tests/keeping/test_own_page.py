"""What a person does about what is held of them: name, address, consents, archive, leaving."""

import io
import json
import zipfile

import pytest

from festival import addresses, letters, people
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.letters import key_of
from festival.settings import Settings
from keeping import erasure, export, lists
from keeping.held import HELD, Leaves
from keeping.tables import Erasure
from media.storage import LocalStore
from tests.builders import a_film, a_person, an_edition, sign_in
from workers import tasks


async def at_home(client, *parts: str, name: str = "Ada"):
    edition = await an_edition()
    person = await a_person(*(parts or ("filmmaker",)), edition=edition, name=name)
    await sign_in(client, person)
    return edition, person, f"/fr/{edition.slug}", f"/api/v1/{edition.slug}"


async def act(client, place: str, **form: str):
    return await client.post(place, data={"_csrf": client.headers["x-csrf-token"], **form})


async def test_a_name_changes_unless_somebody_changed_it_meanwhile(client) -> None:
    _, _person, page, api = await at_home(client)

    assert (await act(client, f"{page}/account/name", called="Ada  Byron", was="Ada")).status_code == 303
    late = await act(client, f"{page}/account/name", called="Augusta", was="Ada")

    assert late.status_code == 409
    assert 'value="Augusta"' in late.text
    assert (await client.get(f"{api}/me")).json()["name"] == "Ada Byron"
    assert (await client.put(f"{api}/me/name", json={"called": "A.", "was": "Ada Byron"})).status_code == 204


async def test_letters_come_in_the_language_that_somebody_chose(client) -> None:
    edition, person, page, api = await at_home(client)

    assert (await act(client, f"{page}/account/language", language="en")).status_code == 303
    strange = await client.put(f"{api}/me/language", json={"language": "xx"})
    await letters.write("export_ready", await people.person(person.id), occasion=f"x:{person.id}", edition=edition, days=7)
    written = await rows("SELECT language FROM letter WHERE person = {}", person.id)

    assert (strange.status_code, strange.json()["codes"]) == (422, ["language:language_unspoken"])
    assert (written, (await client.get(f"{api}/me")).json()["language"]) == ([{"language": "en"}], "en")


async def key_to(address: str, kind: str = "address") -> str:
    [letter] = await rows(
        "SELECT id FROM letter WHERE kind = {} AND address = {} ORDER BY created_at DESC LIMIT 1", kind, address
    )
    return key_of(letter["id"], Settings.read())


async def test_an_address_counts_once_its_letter_was_answered_and_the_old_one_hears_of_it(client) -> None:
    edition, person, page, api = await at_home(client)
    new, old = f"new.{person.id}@example.org", person.email

    assert (await act(client, f"{page}/account/address", email=new)).status_code == 303
    assert (await client.get(f"{api}/me")).json()["email"] == old
    token = await key_to(new)
    assert (await client.post(f"{api}/links/{token}", json={})).status_code == 422, "it opens no door"
    before = client.cookies["session"]
    moved = await act(client, f"{page}/account/addresses/{token}")

    assert moved.status_code == 303
    assert (await client.get(f"{api}/me")).json()["email"] == new
    client.cookies.clear()
    client.cookies.set("session", before)
    assert (await client.get(f"{api}/me")).status_code == 401, "the session of before has ended"
    assert await rows("SELECT email, email_key FROM person WHERE id = {}", person.id) == [
        {"email": new, "email_key": new.casefold()}
    ]
    told = await rows("SELECT kind, address FROM letter WHERE person = {} ORDER BY created_at", person.id)
    assert sorted((one["kind"], one["address"]) for one in told) == [
        ("address", new), ("address_asked", ""), ("address_changed", old),
    ]  # fmt: skip
    with pytest.raises(Refused, match="link_spent"):
        await addresses.confirm_address(token, edition=edition, by=person)


async def test_a_stranger_who_reads_a_mistyped_mailbox_does_not_come_in(client) -> None:
    edition, person, page, _ = await at_home(client)
    await act(client, f"{page}/account/address", email=f"typo.{person.id}@example.org")
    token = await key_to(f"typo.{person.id}@example.org")
    await sign_in(client, await a_person("filmmaker", edition=edition))

    assert (await act(client, f"{page}/account/addresses/{token}")).status_code == 422
    client.cookies.clear()
    assert (await client.get(f"{page}/account/addresses/{token}")).status_code in {302, 303, 401}
    assert (await people.person(person.id)).email == person.email


async def test_two_accounts_never_come_to_one_address(client) -> None:
    edition, person, page, _api = await at_home(client)
    holder = await a_person("filmmaker", edition=edition, name="Holder")

    asked = await act(client, f"{page}/account/address", email=holder.email.upper())
    assert asked.status_code == 303, "the answer is the same whoever has it"
    told = await rows("SELECT person, kind FROM letter WHERE kind IN ('address', 'address_taken') AND person = ANY({})",
                      [person.id, holder.id])  # fmt: skip
    assert told == [{"person": holder.id, "kind": "address_taken"}]

    free = f"free.{person.id}@example.org"
    await addresses.ask_for_address(person, free, edition=edition, settings=Settings.read())
    late = await people.meet(free.upper())
    with pytest.raises(Conflict, match="address_taken"):
        await addresses.confirm_address(await key_to(free), edition=edition, by=person)
    assert (await people.by_email(free)).id == late.id


async def test_three_letters_a_day_go_to_new_addresses(client) -> None:
    edition, person, *_ = await at_home(client)
    for n in range(3):
        await addresses.ask_for_address(person, f"n{n}.{person.id}@example.org", edition=edition, settings=Settings.read())

    with pytest.raises(Refused, match="address_often"):
        await addresses.ask_for_address(person, f"n4.{person.id}@example.org", edition=edition, settings=Settings.read())


async def test_a_consent_is_asked_alone_unticked_in_words_that_are_kept(client) -> None:
    _, _person, page, api = await at_home(client)
    drawn = await client.get(f"{page}/account")
    assert 'name="agrees" value="true"' in drawn.text.replace("\n", " ").replace("  ", "")  or "agrees" in drawn.text
    assert "checked" not in drawn.text.partition("consents/news")[2].partition("</form>")[0]

    assert (await act(client, f"{page}/account/consents/news")).status_code == 303
    assert not (await client.get(f"{api}/me/privacy")).json()["choices"]["news"], "a box that is not ticked is a no"
    await act(client, f"{page}/account/consents/news", agrees="true")
    given = (await client.get(f"{api}/me/privacy")).json()
    assert given["choices"] == {"news": True}
    assert given["consents"][0]["words"].startswith("Je veux recevoir")
    assert len(given["consents"][0]["digest"]) == 64
    await client.put(f"{api}/me/consents/news", json={"agrees": False})

    [one] = (await client.get(f"{api}/me/privacy")).json()["consents"]
    assert one["withdrawn_at"]
    refused = await client.put(f"{api}/me/consents/rights", json={"agrees": False})
    assert refused.json()["codes"] == ["consent_binds"]


async def exported(person, edition) -> str:
    made = await export.ask(person, edition=edition)
    again = await export.ask(person, edition=edition)
    assert again.id == made.id, "one at a time"
    [line] = await rows("SELECT id FROM outbox WHERE task = 'export_data' AND args->>'export' = {}", made.id)
    await tasks.work(line["id"], worker="test")
    return str(made.id)


async def test_the_archive_is_whole_ones_own_alone_and_gone_after_a_week(client) -> None:
    edition, person, page, api = await at_home(client, "filmmaker", "reviewer")
    film, _ = await a_film(edition, person, title="Comète", status="draft")
    await rows("INSERT INTO subtitle (id, submission, language, text) VALUES ('st' || {}, {}, 'fr', 'WEBVTT') RETURNING id",
               film[:12], film)  # fmt: skip
    key = await exported(person, edition)

    taken = await client.get(f"{page}/account/export/{key}/data.zip")
    assert taken.status_code == 200
    assert taken.headers["cache-control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(taken.content))
    data = json.loads(archive.read("data.json"))
    assert data["films"]["film"][0]["title"] == "Comète"
    assert "pending" not in data["films"]["submission"][0]
    assert data["rows"]["person"][0]["email"] == person.email
    assert "password_hash" not in data["rows"]["person"][0]
    assert any(name.startswith("subtitles/") for name in archive.namelist())
    readme = archive.read("README.txt").decode()
    assert all(f"rows.{table} (" in readme for table in data["rows"])
    assert (await client.get(f"{api}/me/export")).json()[0]["state"] == "ready"

    await sign_in(client, await a_person("filmmaker", edition=edition))
    assert (await client.get(f"{page}/account/export/{key}/data.zip")).status_code == 404
    await sign_in(client, person)
    await rows("UPDATE data_export SET expires_at = now() - interval '1 second' WHERE id = {} RETURNING id", key)
    assert (await client.get(f"{page}/account/export/{key}/data.zip")).status_code == 404
    store = LocalStore(Settings.read().media_root)
    await export.sweep(store=store)
    assert not export.place_of(key, store).exists()


async def test_every_table_that_names_a_person_is_in_their_archive_but_for_what_opens_doors(house) -> None:
    """Complete: each column that is not left out by name is there."""
    for table, held in HELD.items():
        if held.leaves is Leaves.NOBODY:
            continue
        left_out = set(held.columns) - set(export.exported(table))
        allowed = {*held.opens.split(), *(held.texts if table in export.SIGNED_ALONE else ())}
        assert left_out <= allowed | export.UNTOLD, table
        assert await export.rows_of(table, held, "nobody") == []


async def test_whom_nothing_binds_leaves_at_once_and_reads_the_plan_first(client) -> None:
    edition, person, page, api = await at_home(client)
    await a_film(edition, person, title="Brouillon", status="draft")

    plan = await client.get(f"{page}/account/leaving")
    assert "Brouillon" in plan.text
    assert "part en entier" in plan.text
    unread = await act(client, f"{page}/account/leaving")
    assert unread.status_code == 422
    gone = await act(client, f"{page}/account/leaving", sure="true")

    assert gone.status_code == 303
    assert (await client.get(f"{api}/me")).status_code == 401
    [line] = await rows("""UPDATE outbox o SET due_at = now() FROM erasure x WHERE x.person = {}
                           AND o.args->>'erasure' = x.id RETURNING o.id""", person.id)  # fmt: skip
    await tasks.work(line["id"], worker="test")
    [left] = await rows("SELECT name, erased_at IS NOT NULL AS gone FROM person WHERE id = {}", person.id)
    assert left == {"name": "[effacé]", "gone": True}


async def test_a_team_member_waits_for_an_operator_may_stay_and_reads_why_not(client) -> None:
    edition, person, page, api = await at_home(client, "reviewer")
    operator = await a_person("operator", edition=edition, name="Op")

    asked = await client.post(f"{api}/me/erasure", json={"sure": True})
    assert asked.json() == {"state": "asked"}
    assert await rows("SELECT kind FROM letter WHERE person = {}", operator.id) == [{"kind": "erasure_asked"}]
    assert (await client.delete(f"{api}/me/erasure")).status_code == 204
    await client.post(f"{api}/me/erasure", json={"sure": True})
    await sign_in(client, operator)
    [waiting, *_] = (await client.get(f"{api}/operator/privacy")).json()["requests"]
    assert (await client.get(f"{page}/operator/privacy")).status_code == 200
    assert (await client.get(f"{page}/operator/privacy/{waiting['id']}")).status_code == 200
    assert (await client.post(f"{api}/operator/privacy/{waiting['id']}/refusal", json={})).status_code == 422
    short = await act(client, f"{page}/operator/privacy/{waiting['id']}/refusal", reason="x" * 401)
    assert (short.status_code, "x" * 401 in short.text) == (422, True)
    no = await client.post(f"{api}/operator/privacy/{waiting['id']}/refusal", json={"reason": "Un litige est ouvert."})
    assert no.status_code == 204
    await sign_in(client, person)

    assert "Un litige est ouvert." in (await client.get(f"{page}/account")).text


async def test_requests_are_paged_those_that_wait_first_and_searched_by_name(client, monkeypatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 1)
    edition, _, page, api = await at_home(client, "operator")
    for name, state in (("Agathe", "refused"), ("Zélie", "asked")):
        one = await a_person("reviewer", edition=edition, name=name)
        await Erasure(person=one.id, edition=edition.id, state=state).save()
    await Erasure(person=(await a_person("reviewer", edition=await an_edition(), name="Ailleurs")).id, state="asked").save()

    async def told(asked: str) -> list[str]:
        drawn = (await client.get(f"{page}/operator/privacy?{asked}")).text
        return [name for name in ("Zélie", "Agathe", "Ailleurs") if name in drawn]

    shown = [await told(asked) for asked in ("page=1", "page=2", "page=9", "q=zelie", "q=ailleurs")]
    found = (await client.get(f"{api}/operator/privacy?q=AGATHE")).json()

    assert shown == [["Zélie"], ["Agathe"], ["Agathe"], ["Zélie"], []]
    assert ([one["name"] for one in found["requests"]], found["found"], found["last"]) == (["Agathe"], 1, 1)


async def test_an_operator_of_another_edition_reaches_nobody_here(client) -> None:
    _edition, person, _, api = await at_home(client, "reviewer")
    await client.post(f"{api}/me/erasure", json={"sure": True})
    [asked] = await rows("SELECT id FROM erasure WHERE person = {}", person.id)
    _abroad, _, _, theirs = await at_home(client, "operator")

    assert (await client.get(f"{theirs}/operator/privacy/{asked['id']}")).status_code == 404
    assert (await client.post(f"{theirs}/operator/privacy/{asked['id']}/carrying-out", json={})).status_code == 404
    assert (await client.post(f"{theirs}/operator/privacy/requests", json={"person": person.id})).status_code == 404


async def test_the_last_operator_first_hands_over(client) -> None:
    _, _, _, api = await at_home(client, "operator")

    assert (await client.post(f"{api}/me/erasure", json={"sure": True})).json()["codes"] == ["erasure_last_operator"]


async def test_what_nobody_answered_is_done_when_its_time_has_come(client) -> None:
    edition, person, _, api = await at_home(client, "reviewer")
    await a_person("operator", edition=edition)
    await client.post(f"{api}/me/erasure", json={"sure": True})
    await erasure.carry_out_due()
    assert await rows("SELECT state FROM erasure WHERE person = {}", person.id) == [{"state": "asked"}]

    await rows("UPDATE erasure SET due_at = now() WHERE person = {} RETURNING id", person.id)
    await erasure.carry_out_due()

    assert await rows("SELECT state FROM erasure WHERE person = {}", person.id) == [{"state": "running"}]


async def test_a_search_shows_where_a_name_stands_and_no_word_of_the_committee(client) -> None:
    edition, operator, page, _api = await at_home(client, "operator")
    maker = await a_person("filmmaker", edition=edition)
    await rows("UPDATE person SET name = 'Jean Dupont-Comète' WHERE id = {} RETURNING id", maker.id)
    film, _ = await a_film(edition, maker, title="Avec Jean Dupont-Comète")
    await rows("""INSERT INTO decision (id, submission, person, note) VALUES ({}, {}, {}, 'Jean Dupont-Comète secret')
                  RETURNING id""", "d" + film[:12], film, operator.id)  # fmt: skip

    found = await act(client, f"{page}/operator/privacy/search", name="jean dupont comete")

    assert found.status_code == 200
    assert "Avec Jean" in found.text
    assert "secret" not in found.text
    assert maker.email in found.text
    none = await act(client, f"{page}/operator/privacy/names", name="jean dupont comete")
    assert none.status_code == 422
    assert "jean dupont comete" in none.text
    assert ("Avec Jean" in none.text, " checked" in none.text) == (True, False), "found again, and ticked as it was"
