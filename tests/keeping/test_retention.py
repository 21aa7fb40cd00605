"""The calendar: what is due goes in small steps, is told, and nothing of an accepted or appealed film does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from lxml import html

from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from festival.language import wall_day
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, new_id
from keeping import erasure, retention
from media.storage import LocalStore
from tests.builders import a_film, a_person, an_edition, sign_in

FILMS = {
    "declined": "declined", "withdrawn": "withdrawn", "draft": "draft", "accepted": "accepted",
    "waitlisted": "waitlisted", "submitted": "submitted", "held": "declined", "appealed": "declined",
    "reconsidered": "declined",
}  # fmt: skip
GO = {"declined", "withdrawn", "draft"}


def store() -> LocalStore:
    return LocalStore(Settings.read().media_root)


async def over(days: int = 100) -> object:
    """An edition whose last day was so many days ago."""
    return await an_edition(first_day=wall_day(now()) - timedelta(days=days + 3), days=3)


async def films_of_all_fates(edition, operator) -> dict[str, tuple[str, str]]:
    """Each with a master and a copy on the disk, and a projection copy."""
    maker = await a_person("filmmaker", edition=edition)
    made = {}
    for name, status in FILMS.items():
        pending = "accepted" if name == "reconsidered" else None
        film, file = await a_film(edition, maker, title=name, status=status, pending=pending)
        kept = store()
        kept.create(file)
        kept.upload_path(file).write_bytes(b"a comet")
        kept.finish(file)
        await rows(
            "UPDATE film_file SET received_at = now(), size = 7, screener = jsonb_build_object() WHERE id = {} RETURNING id", file
        )
        made[name] = (film, file)
    await retention.place_hold(edition, made["held"][0], reason="Recours du producteur.", by=operator)
    review = new_id()
    await rows("INSERT INTO review (id, submission, file, person) VALUES ({}, {}, {}, {}) RETURNING id",
               review, *made["appealed"], operator.id)  # fmt: skip
    await rows("INSERT INTO reopening (id, review, opened_by) VALUES ({}, {}, {}) RETURNING id",
               new_id(), review, operator.id)  # fmt: skip
    return made


async def test_films_that_were_refused_go_after_their_days_and_no_other_does(house) -> None:
    edition = await over()
    operator = await a_person("operator", edition=edition)
    films = await films_of_all_fates(edition, operator)
    kept = store()

    assert await retention.step(edition, "masters", store=kept) == 3
    assert await retention.step(edition, "copies", store=kept) == 3
    assert await retention.step(edition, "masters", store=kept) == 0, "done twice it is done once"

    assert {name for name, (_, file) in films.items() if not kept.master_path(file).exists()} == GO
    assert {name for name, (_, file) in films.items() if not kept.is_published(file)} == GO
    [run] = await rows("SELECT items, size FROM retention_run WHERE edition = {} AND kind = 'masters'", edition.id)
    assert run == {"items": 3, "size": 21}
    acts = await rows("SELECT act, count(*) AS n FROM record WHERE edition = {} GROUP BY act", edition.id)
    assert {row["act"]: row["n"] for row in acts}["master_let_go"] == 3


def test_days_are_counted_by_the_calendar_over_the_change_of_clocks() -> None:
    edition = Edition(first_day=date(2026, 8, 27), days=3, zone="Europe/Paris")
    assert retention.end_of(edition, days=90) == datetime(2026, 11, 27, 23, tzinfo=UTC)


async def test_before_its_time_nothing_goes_and_the_page_says_what_would(client) -> None:
    edition = await over(days=89)
    operator = await a_person("operator", edition=edition)
    films = await films_of_all_fates(edition, operator)
    await sign_in(client, operator)

    assert await retention.step(edition, "masters", store=store()) == 0
    assert store().master_path(films["declined"][1]).exists()
    told = (await client.get(f"/api/v1/{edition.slug}/operator/retention")).json()
    masters = next(rule for rule in told["rules"] if rule["kind"] == "masters")
    assert (masters["items"], masters["size"], masters["days"]) == (3, 21, 90)
    page = await client.get(f"/fr/{edition.slug}/operator/retention")
    assert "3 éléments" in page.text
    assert "Recours du producteur." in page.text


async def test_a_film_to_be_held_is_found_by_its_title_among_many(client, monkeypatch) -> None:
    monkeypatch.setattr(retention, "TO_HOLD", 1)
    edition = await an_edition()
    operator, maker = await a_person("operator", edition=edition), await a_person("filmmaker", edition=edition)
    films = {title: (await a_film(edition, maker, title=title, status="declined"))[0] for title in ("Aube", "Zénith")}
    await a_film(edition, maker, title="Zénith brouillon", status="draft")
    await sign_in(client, operator)
    at = f"/fr/{edition.slug}/operator/retention"

    async def offered(asked: str) -> list[str]:
        page = html.fromstring((await client.get(f"{at}?{asked}")).text)
        return page.xpath("//select[@name='submission']/option/@value")

    shown = [await offered(asked) for asked in ("", "q=ZENITH", "q=crépuscule")]
    refused = await client.post(f"{at}/holds?q=zenith", data={"submission": films["Zénith"], "reason": " "})
    [again] = html.fromstring(refused.text).xpath("//form[.//select[@name='submission']]")
    await client.post(f"{at}/holds", data={"submission": films["Zénith"], "reason": "Un litige."})
    late = await client.post(f"{at}/holds", data={"submission": films["Zénith"], "reason": "Un recours."})
    [left] = html.fromstring(late.text).xpath("//form[.//select[@name='submission']]")

    assert shown == [[films["Aube"]], [films["Zénith"]], []]
    assert (refused.status_code, dict(again.form_values())["submission"]) == (422, films["Zénith"])
    kept = {"submission": "", "reason": "Un recours."}
    assert (late.status_code, kept.items() <= dict(left.form_values()).items()) == (409, True), "and no other film"
    assert "Un litige." in late.text


async def test_days_change_by_what_was_seen_and_may_not_be_fewer_than_the_law_asks(client) -> None:
    edition = await over()
    await sign_in(client, await a_person("operator", edition=edition))
    base, page = f"/api/v1/{edition.slug}/operator/retention", f"/fr/{edition.slug}/operator/retention"

    assert (await client.put(f"{base}/rules/masters", json={"days": 120, "version": 0})).json() == {"version": 1}
    assert (await client.put(f"{base}/rules/masters", json={"days": 30, "version": 0})).status_code == 409
    assert (await client.put(f"{base}/rules/masters", json={"days": 30, "version": 1})).json() == {"version": 2}
    short = await client.post(f"{page}/rules/places", data={"_csrf": client.headers["x-csrf-token"], "days": "20",
                                                           "version": "0"})  # fmt: skip
    assert short.status_code == 422
    assert 'value="20"' in short.text
    [changed] = await rows(
        "SELECT details FROM record WHERE edition = {} AND act = 'retention_changed' ORDER BY id DESC LIMIT 1", edition.id
    )
    assert changed["details"]["changes"] == {"days": [120, 30]}


async def test_letters_and_network_addresses_have_their_age(house) -> None:
    edition = await an_edition()
    person = await a_person("filmmaker", edition=edition)
    for age in (10, 500):
        await rows("""INSERT INTO letter (id, person, edition, kind, occasion, subject, body, sent_at)
                      VALUES ({}, {}, {}, 'x', {}, 's', 'b', now() - {}::interval) RETURNING id""",
                   new_id(), person.id, edition.id, new_id(), timedelta(days=age))  # fmt: skip
    await record("copy_opened", "file", by=person, edition=edition.id, peer="203.0.113.7")
    await rows("""INSERT INTO record (at, person, edition, act, subject, details) VALUES
                  (now() - interval '366 days', {}, {}, 'copy_opened', 'old', '{{"peer": "203.0.113.9"}}') RETURNING id""",
               person.id, edition.id)  # fmt: skip

    assert await retention.step(edition, "letters", store=store()) == 1
    assert await retention.step(edition, "places", store=store()) == 1
    assert await retention.step(edition, "places", store=store()) == 0

    seen = await rows("SELECT details->>'peer' AS peer FROM record WHERE edition = {} AND act = 'copy_opened' ORDER BY at", edition.id)
    assert [row["peer"] for row in seen] == ["[effacé]", "203.0.113.7"]


async def test_operators_hear_once_a_day_of_what_went_and_never_of_nothing(house) -> None:
    edition = await over()
    operator = await a_person("operator", edition=edition)
    await retention.tell_of_yesterday(edition)
    assert await rows("SELECT id FROM letter WHERE person = {}", operator.id) == []
    await rows("""INSERT INTO retention_run (id, edition, kind, at, items, size) VALUES
                  ({}, {}, 'masters', now() - interval '1 day', 2, 2000000000) RETURNING id""", new_id(), edition.id)  # fmt: skip

    await retention.tell_of_yesterday(edition)
    await retention.tell_of_yesterday(edition)

    [letter] = await rows("SELECT body FROM letter WHERE person = {}", operator.id)
    assert "Masters : 2, 2,0" in letter["body"].replace("\u00a0", " ")


async def test_an_account_that_was_never_used_goes_and_a_silent_one_is_written_to_first(house) -> None:
    edition = await over(days=1200)
    unused, silent, back = [await a_person("filmmaker", edition=edition, name=name) for name in ("U", "S", "B")]
    busy = await a_person("operator", edition=await an_edition())
    for person, age in ((unused, 366), (silent, 1200), (back, 1200), (busy, 1200)):
        await rows("UPDATE person SET created_at = now() - {}::interval WHERE id = {} RETURNING id", timedelta(days=age), person.id)
    for person in (silent, back, busy):
        await rows("""INSERT INTO record (at, person, act, subject, details) VALUES
                      (now() - interval '1150 days', {}, 'signed_in', {}, '{{}}') RETURNING id""", person.id, person.id)  # fmt: skip

    await retention.note_accounts("unused", [one for one in await retention.unused_accounts() if one == unused.id])
    found = await retention.silent_accounts()
    assert silent.id in found
    assert busy.id not in found
    await retention.note_accounts("silent", [one for one in found if one in {silent.id, back.id}])
    await record("signed_in", back.id, by=back, way="link")
    await rows("UPDATE erasure SET due_at = now() WHERE person = ANY({}) RETURNING id", [silent.id, back.id])
    await erasure.carry_out_due()

    states = await rows("SELECT person, state FROM erasure WHERE person = ANY({})", [unused.id, silent.id, back.id, busy.id])
    assert {row["person"]: row["state"] for row in states} == {
        unused.id: "running", silent.id: "running", back.id: "withdrawn",
    }  # fmt: skip
    assert await rows("SELECT kind FROM letter WHERE person = {}", back.id) == [{"kind": "account_ending"}]


async def test_a_hold_asks_why_and_is_lifted(client) -> None:
    edition = await over()
    operator = await a_person("operator", edition=edition)
    films = await films_of_all_fates(edition, operator)
    await sign_in(client, operator)
    base = f"/api/v1/{edition.slug}/operator/retention"

    assert (await client.post(f"{base}/holds", json={"submission": films["declined"][0]})).status_code == 422
    assert (await client.post(f"{base}/holds", json={"submission": "a" * 16, "reason": "Un litige."})).status_code == 404
    [held] = (await client.get(base)).json()["holds"]
    assert (await client.delete(f"{base}/holds/{held['id']}")).status_code in {200, 204}

    assert await retention.step(edition, "masters", store=store()) == 4


def test_the_least_days_are_refused_by_name() -> None:
    assert retention.RULES["places"].least == 180
    assert issubclass(Refused, Exception)


@pytest.mark.parametrize("kind", retention.RULES)
async def test_an_edition_without_anything_due_asks_for_nothing(house, kind: str) -> None:
    assert await retention.step(await over(), kind, store=store()) == 0
