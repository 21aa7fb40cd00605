"""The team: a part that is taken away is gone at once, and nobody is locked out of their own house."""

import ast
import asyncio
import re
from pathlib import Path

import pytest
from markupsafe import escape

from api import news
from festival import desk, people
from festival.clock import now
from festival.db import rows
from festival.language import calendar_day, has_words, t
from festival.record import record
from festival.tables import Record, Role, RoleGrant
from festival.team import InvitationOutcome
from reviews import decisions
from reviews.tables import Recusal
from screenings.live.shapes import Kind
from submissions.lists import submission_in
from tests.builders import a_film, a_person, a_section, an_edition, sign_in


@pytest.fixture
async def team(client):
    edition = await an_edition()
    operator = await a_person("operator", edition=edition, name="Maud")
    await sign_in(client, operator)
    return client, edition, operator


async def parts_of(person) -> set[str]:
    found = await rows("SELECT edition, part FROM role WHERE person = {}", person.id)
    return {f"{row['edition']} {row['part']}" for row in found}


def door(edition, person, part: str) -> str:
    return f"/api/v1/{edition.slug}/operator/people/{person.id}/parts/{part}"


async def test_who_leaves_the_committee_loses_that_part_and_no_other(team) -> None:
    client, edition, _ = team
    leaver = await a_person("reviewer", "filmmaker", edition=edition)

    answer = await client.delete(door(edition, leaver, "reviewer"))

    assert answer.status_code == 204
    assert await parts_of(leaver) == {f"{edition.id} filmmaker"}
    told = await Record.objects().where((Record.act == "role_revoked") & (Record.subject == leaver.id))
    assert [one.details["part"] for one in told] == ["reviewer"]


async def test_of_two_who_ask_for_a_second_factor_the_later_is_told_and_keeps_what_was_ticked(team) -> None:
    client, edition, _ = team
    place = f"/fr/{edition.slug}/operator/people/second-factor"

    first = await client.post(place, data={"parts": ["chair"]})
    late = await client.post(place, data={"parts": ["reviewer"]})
    again = await client.post(place, data={"parts": ["chair", "reviewer"], "was": ["chair"]})

    ticked = re.findall(r'name="parts"\s+value="(\w+)"\s+checked', late.text)
    assert (first.status_code, late.status_code, again.status_code, ticked) == (303, 409, 303, ["reviewer"])
    assert (await rows("SELECT second_factor_for AS parts FROM edition WHERE id = {}", edition.id))[0]["parts"] == [
        "chair", "reviewer",
    ]  # fmt: skip


async def test_a_part_in_another_edition_stays(team) -> None:
    client, edition, _ = team
    other = await an_edition()
    guest = await a_person("reviewer", edition=other)

    answer = await client.delete(door(edition, guest, "reviewer"))

    assert (answer.status_code, answer.json()["codes"]) == (404, ["person_missing"])
    assert await parts_of(guest) == {f"{other.id} reviewer"}


async def test_nobody_takes_away_their_own_place_at_the_controls(team) -> None:
    client, edition, operator = team

    answer = await client.delete(door(edition, operator, "operator"))

    assert (answer.status_code, answer.json()["codes"]) == (422, ["part_own"])
    assert await parts_of(operator) == {f"{edition.id} operator"}


async def test_two_operators_who_dismiss_each_other_leave_one(app, team) -> None:
    from httpx import ASGITransport, AsyncClient

    client, edition, first = team
    second = await a_person("operator", edition=edition)
    async with AsyncClient(transport=ASGITransport(app), base_url=str(client.base_url)) as other:
        await sign_in(other, second)
        await asyncio.gather(
            client.delete(door(edition, second, "operator")),
            other.delete(door(edition, first, "operator")),
        )

    assert len(await parts_of(first) | await parts_of(second)) == 1
    assert await rows("SELECT id FROM role WHERE edition = {} AND part = 'operator'", edition.id)


@pytest.mark.parametrize("part", [part.value for part in Role])
async def test_the_page_takes_a_part_away_and_says_so(team, part: str) -> None:
    client, edition, _ = team
    leaver = await a_person(part, edition=edition, name="Zoé")
    team_page = f"/fr/{edition.slug}/operator/people"

    answer = await client.post(f"{team_page}/{leaver.id}/parts/{part}/removal", follow_redirects=True)

    assert answer.status_code == 200
    assert "Ce rôle est retiré." in answer.text
    assert await parts_of(leaver) == set()


async def test_the_page_offers_nobody_their_own_dismissal(team) -> None:
    client, edition, operator = team
    other = await a_person("operator", edition=edition)

    place = f"/fr/{edition.slug}/operator/people"
    theirs, own = [(await client.get(f"{place}/{one.id}")).text for one in (other, operator)]

    assert f"/{other.id}/parts/operator/removal" in theirs
    assert f"/{operator.id}/parts/operator/removal" not in own
    assert "/hand-over" not in own
    assert "/disabling" not in own


async def test_a_stream_ends_after_a_while_so_that_rights_are_asked_again(team, monkeypatch) -> None:
    client, edition, _ = team
    monkeypatch.setattr(news, "STREAM_LASTS", 0.2)
    programmer = await a_person("programmer", edition=edition)
    await sign_in(client, programmer)
    place = f"/api/v1/{edition.slug}/grid/events"

    async with asyncio.timeout(10):
        first = await client.get(place)
    await people.revoke(programmer, Role.PROGRAMMER, edition=edition, by=programmer)
    again = await client.get(place)

    assert (first.status_code, again.status_code) == (200, 403)
    assert "retry:" in first.text


@pytest.mark.parametrize("part", ["chair", "programmer", "operator"])
async def test_nobody_gives_themself_a_part(team, part) -> None:
    client, edition, operator = team

    answer = await client.post(
        f"/api/v1/{edition.slug}/operator/people", json={"email": operator.email.upper(), "part": part}
    )

    held = {role.part for role in await RoleGrant.objects().where(RoleGrant.person == operator.id)}
    assert (answer.status_code, answer.json()["codes"]) == (422, ["email:part_to_oneself"])
    assert held == {"operator"}


async def test_an_operator_reads_the_record_of_their_edition_and_of_no_other(team, monkeypatch) -> None:
    monkeypatch.setattr("api.pages.operator.MOST_LINES", 1)
    client, edition, _ = team
    other = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    await people.grant(maker, Role.REVIEWER, edition=other, by=None)
    place = f"/api/v1/{edition.slug}/operator/record"

    all_lines = (await client.get(place, params={"about": maker.id})).json()
    none = (await client.get(place, params={"about": maker.id, "before": all_lines[-1]["id"]})).json()
    acts = (await client.get(place, params={"about": maker.id, "act": "nothing"})).json()
    page = f"/fr/{edition.slug}/operator/record"
    whole, one, past = [(await client.get(f"{page}?{words}")).text for words in (
        "", f"about={maker.id}", f"about={maker.id}&before={all_lines[-1]['id']}",
    )]  # fmt: skip

    assert [(one["act"], one["details"]) for one in all_lines] == [("role_granted", {"part": "filmmaker"})]
    assert (none, acts) == ([], [])
    assert ['rel="next"' in text for text in (whole, one, past)] == [True, False, False], "only where there are more"
    assert f'{page}?about={maker.id}"' in past, "and the way back to the newest"


async def test_a_section_that_does_not_exist_is_named_with_those_that_do(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))

    told = await client.post(
        f"/api/v1/{edition.slug}/operator/people",
        json={"email": "neuf@example.org", "part": "reviewer", "sections": ["C", "Z"]},
    )

    assert (told.status_code, told.json()["codes"]) == (422, ["sections:section_unknown"])
    assert "Z" in told.json()["words"]["fr"][0]
    assert "C, S" in told.json()["words"]["en"][0]


async def letters_of(edition, kind: str) -> list[tuple[str, str]]:
    found = await rows(
        """SELECT p.name, l.subject FROM letter l JOIN person p ON p.id = l.person
           WHERE l.edition = {} AND l.kind = {} ORDER BY p.name""",
        edition.id,
        kind,
    )
    return [(row["name"], row["subject"]) for row in found]


async def test_who_keeps_the_edition_hears_of_each_part_that_is_given_and_taken(client) -> None:
    edition = await an_edition()
    giver = await a_person("operator", edition=edition, name="Op")
    for part, name in [("operator", "Other"), ("chair", "Chair"), ("reviewer", "Rev")]:
        await a_person(part, edition=edition, name=name)
    await sign_in(client, giver)
    place = f"/api/v1/{edition.slug}/operator/people"
    address = f"neuf.{edition.slug}@example.org"

    made = await client.post(place, json={"email": address, "name": "Neuf", "part": "chair"})
    given = await letters_of(edition, "part_given")
    taken_away = await client.delete(f"{place}/{made.json()['id']}/parts/chair")
    taken = await letters_of(edition, "part_taken")
    await client.post(place, json={"email": f"m{address}", "part": "filmmaker"})

    subject = "Neuf reçoit un rôle dans Cinéma for Space : présidence du comité"
    assert (made.status_code, taken_away.status_code) == (201, 204)
    assert given == [("Chair", subject), ("Other", subject)]
    assert [name for name, _ in taken] == ["Chair", "Other"]
    assert await letters_of(edition, "part_given") == given


async def test_the_page_tells_as_the_interface_does_and_each_in_their_language(client) -> None:
    edition = await an_edition()
    giver = await a_person("operator", edition=edition, name="Op")
    both = await a_person("operator", "chair", edition=edition, name="Both")
    await rows("UPDATE person SET language = 'en' WHERE id = {} RETURNING id", both.id)
    neuf = await a_person(edition=edition, name="Neuf")
    await sign_in(client, giver)
    place = f"/fr/{edition.slug}/operator/people"

    given = await client.post(place, data={"email": neuf.email, "name": "Neuf", "part": "reviewer"})
    taken = await client.post(f"{place}/{neuf.id}/parts/reviewer/removal")
    again = await client.post(f"{place}/{neuf.id}/parts/reviewer/removal")

    assert (given.status_code, taken.status_code, again.status_code) == (303, 303, 404)
    assert await letters_of(edition, "part_given") == [
        ("Both", "Neuf is given a part in Cinéma for Space: committee member")
    ]
    bodies = await rows("SELECT body FROM letter WHERE person = {}", both.id)
    today = calendar_day("en", now())
    assert [f"on {today}, " in row["body"] for row in bodies] == [True, True]
    assert await letters_of(edition, "part_taken") == [
        ("Both", "Neuf no longer has a part in Cinéma for Space: committee member")
    ]


async def test_the_record_tells_no_operator_what_the_committee_says(client) -> None:
    edition = await an_edition(phase="selection")
    operator = await a_person("operator", edition=edition, name="Op")
    chair = await a_person("chair", edition=edition, name="Chair")
    own, _ = await a_film(edition, operator, title="Sienne")
    other, _ = await a_film(edition, chair, title="Autre")
    second = await a_person("chair", edition=edition, name="Second")
    for film in (own, other):
        await decisions.accept(await submission_in(edition, film), by=second, note="Lumineux.")
    await sign_in(client, operator)

    told = (await client.get(f"/api/v1/{edition.slug}/operator/record")).json()

    lines = [line for line in told if line["act"] == "decision_proposed"]
    assert [(line["subject"], line["details"]) for line in lines] == [(other, {})]
    assert "accepted" not in str(told)


async def test_an_operator_reads_of_no_film_of_theirs_who_has_looked_at_it(client) -> None:
    edition = await an_edition(phase="selection")
    operator = await a_person("operator", edition=edition, name="Op")
    reviewer = await a_person("reviewer", edition=edition, name="Rev")
    own, file = await a_film(edition, operator, title="Sienne")
    aside, other = await a_film(edition, reviewer, title="Autre")
    _, third = await a_film(edition, reviewer, title="Troisième")
    for seen, by in ((file, reviewer), (file, operator), (other, reviewer), (third, reviewer)):
        await record("copy_opened", seen, by=by, edition=edition.id, peer="192.0.2.1")
    await record("note_removed", own, by=reviewer, edition=edition.id, note="n")
    await Recusal(submission=aside, person=operator.id).save()
    await sign_in(client, operator)

    told = (await client.get(f"/api/v1/{edition.slug}/operator/record")).json()
    page = (await client.get(f"/fr/{edition.slug}/operator/record?about={file}")).text

    opened = [(line["subject"], line["name"]) for line in told if line["act"] == "copy_opened"]
    assert opened == [(third, "Rev"), (file, "Op")]
    assert [line for line in told if line["act"] == "note_removed"] == []
    assert "Rev" not in page


async def test_the_record_is_read_on_a_page_by_day_and_act(client) -> None:
    edition = await an_edition(phase="selection")
    operator = await a_person("operator", edition=edition, name="Op")
    chair = await a_person("chair", edition=edition, name="Chair")
    film, _ = await a_film(edition, operator, title="Sienne")
    await decisions.accept(await submission_in(edition, film), by=chair, note="Lumineux.")
    await sign_in(client, operator)
    place = f"/fr/{edition.slug}/operator/record"

    every = await client.get(place)
    parts = await client.get(f"{place}?act=role_granted")
    empty = await client.get(f"{place}?day=2020-01-01")
    odd = await client.get(f"{place}?day=nonsense&before=x&act={'a' * 90}")

    assert [answer.status_code for answer in (every, parts, empty, odd)] == [200] * 4
    assert "<b>La maison</b> donne un rôle" in " ".join(every.text.split())
    assert "décide au crayon" not in " ".join(every.text.split()).partition('class="record"')[2]
    assert "donne un rôle" in parts.text
    assert "Aucune ligne." in empty.text


async def test_a_change_is_read_as_before_and_after(client) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition, name="Op")
    section = await a_section(edition)
    await desk.amend(
        section, {"is_blind": True}, version=1, act="section_changed", by=operator
    )
    await sign_in(client, operator)

    page = await client.get(f"/fr/{edition.slug}/operator/record?about={section.id}")

    await record("plan_applied", by=operator, edition=edition.id, changes=12)
    whole = await client.get(f"/fr/{edition.slug}/operator/record")

    assert (page.status_code, whole.status_code) == (200, 200)
    assert "<del>non</del>" in page.text
    assert "<ins>oui</ins>" in page.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_the_first_and_the_last_day_that_there_is_have_no_lines(client, day: str) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))

    page = await client.get(f"/fr/{edition.slug}/operator/record?day={day}")
    told = await client.get(f"/api/v1/{edition.slug}/operator/record?day={day}")

    assert (page.status_code, told.status_code, told.json()) == (200, 200, [])


async def test_a_day_of_the_record_is_one_of_paris(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))
    await rows("INSERT INTO record (at, act, subject, person, edition, details) "
               "VALUES ('2027-06-30T22:30Z', 'grid_published', '1', '', {}, '{{}}') RETURNING id",
               edition.id)  # fmt: skip

    days = {
        day: (await client.get(f"/api/v1/{edition.slug}/operator/record?day={day}")).json()
        for day in ("2027-06-30", "2027-07-01")
    }

    assert [line["act"] for line in days["2027-07-01"]] == ["grid_published"]
    assert days["2027-06-30"] == []


async def test_a_film_of_the_record_has_the_lines_of_its_files_and_a_name_unless_stepped_aside_from(
    client,
) -> None:
    edition = await an_edition(phase="selection")
    operator = await a_person("operator", edition=edition, name="Op")
    maker = await a_person("filmmaker", edition=edition, name="Maker")
    film, file = await a_film(edition, maker, title="Sienne")
    await record("upload_begun", file, by=maker)
    await record("entry_saved", film, by=maker)
    await sign_in(client, operator)
    place = f"/api/v1/{edition.slug}/operator/record?about="

    told = (await client.get(place + film)).json()
    seen = await client.get(f"/fr/{edition.slug}/operator/record")
    await Recusal(submission=film, person=operator.id).save()
    aside = (await client.get(place + film)).json()
    hidden = await client.get(f"/fr/{edition.slug}/operator/record")

    assert [(line["act"], line["title"]) for line in told] == [
        ("entry_saved", "Sienne"), ("upload_begun", "Sienne"),
    ]  # fmt: skip
    assert seen.text.count(f'href="?about={film}"') == 2
    assert [line["title"] for line in aside] == [""]
    assert (seen.text.count("Sienne"), hidden.text.count("Sienne")) == (2, 0)


async def test_who_sits_in_the_committee_reads_nothing_of_it_in_the_record(client) -> None:
    edition = await an_edition(phase="selection")
    both = await a_person("operator", "reviewer", edition=edition, name="Both")
    chair = await a_person("chair", edition=edition, name="Chair")
    film, _ = await a_film(edition, await a_person("filmmaker", edition=edition))
    await decisions.accept(await submission_in(edition, film), by=chair, note="Lumineux.")
    await sign_in(client, both)

    told = (await client.get(f"/api/v1/{edition.slug}/operator/record")).json()

    assert [line["act"] for line in told if line["subject"] == film] == []


def test_every_act_of_the_record_has_words() -> None:
    """The names that the code writes into the record, wherever it does."""
    told = set()
    for folder in ("api", "festival", "media", "reviews", "screenings", "submissions", "workers"):
        for file in Path(folder).rglob("*.py"):
            if "record(" not in (text := file.read_text()):
                continue
            for call in ast.walk(ast.parse(text)):
                match call:
                    case ast.Call(func=ast.Name(id="record"), args=[act, *_]):
                        told |= {one.value for one in ast.walk(act) if isinstance(one, ast.Constant)}

    told = (told - {"live_", "fix_"}) | {f"live_{kind}" for kind in Kind}
    told |= {f"fix_{end}" for end in ("settled", "taken_back", "declined")}
    assert len(told) > 50
    assert sorted(act for act in told if not has_words(f"operator.did.{act}")) == []


async def test_inviting_again_writes_only_what_is_missing(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition, name="Op"))
    await a_person("chair", edition=edition, name="Chair")
    place, address = f"/api/v1/{edition.slug}/operator/people", f"neuf.{edition.slug}@example.org"

    async def invited(part: str = "reviewer") -> str:
        answer = await client.post(place, json={"email": address, "part": part})
        return str(answer.json()["state"])

    async def written() -> tuple[int, int, int]:
        """Invitations, letters to who keeps the edition, lines of the record."""
        granted = await rows(
            "SELECT id FROM record WHERE act = 'role_granted' AND edition = {} AND person <> ''", edition.id
        )
        invitations, told = await letters_of(edition, "invitation"), await letters_of(edition, "part_given")
        return len(invitations), len(told), len(granted)

    first, again, other = await invited(), await invited(), await invited("programmer")
    once = await written()
    person = await people.by_email(address)
    await rows("UPDATE link SET expires_at = now() WHERE person = {} RETURNING id", person.id)
    late = await invited()
    await people.use_link(await people.new_link(person))
    after = await invited()

    assert (first, again, other, late, after) == ("invited", "stands", "invited", "again", "held")
    assert once == (2, 2, 2)
    assert await written() == (3, 2, 2)


async def test_nobody_is_written_to_without_end_by_giving_and_taking(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition, name="Op"))
    place, address = f"/api/v1/{edition.slug}/operator/people", f"neuf.{edition.slug}@example.org"
    states = []
    for part in [*Role, *Role]:
        made = (await client.post(place, json={"email": address, "part": part.value})).json()
        states.append(made["state"])
        await client.delete(f"{place}/{made['id']}/parts/{part.value}")
        await rows("UPDATE link SET expires_at = now() WHERE person = {} RETURNING id", made["id"])

    assert states == ["invited"] * 5 + ["quiet"] * 5
    assert len(await letters_of(edition, "invitation")) == people.INVITATIONS_A_DAY == 5


async def test_twenty_invitations_at_once_are_one(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition, name="Op"))
    body = {"email": f"neuf.{edition.slug}@example.org", "part": "reviewer"}

    told = await asyncio.gather(*(
        client.post(f"/api/v1/{edition.slug}/operator/people", json=body) for _ in range(20)
    ))  # fmt: skip

    assert sorted(answer.json()["state"] for answer in told) == ["invited"] + ["stands"] * 19
    assert len(await letters_of(edition, "invitation")) == 1


async def test_inviting_again_widens_no_section(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition, name="Op"))
    place = f"/api/v1/{edition.slug}/operator/people"
    body = {"email": f"neuf.{edition.slug}@example.org", "part": "reviewer"}

    async def sections(**named: list[str]) -> int:
        made = await client.post(place, json={**body, **named})
        found = await rows("SELECT sections FROM role WHERE person = {}", made.json()["id"])
        return len(found[0]["sections"])

    assert [await sections(sections=["C"]), await sections(), await sections(sections=[])] == [1, 1, 0]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_page_says_what_an_invitation_did_and_keeps_what_was_typed(client, language) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition, name="Op"))
    place = f"/{language}/{edition.slug}/operator/people"
    form = {"email": f"neuf.{edition.slug}@example.org", "name": "Neuf", "parts": ["chair"]}

    pages = [await client.post(place, data=form, follow_redirects=True) for _ in range(2)]
    wrong = await client.post(place, data={**form, "email": "neuf@", "name": "Neuf <ô>"})

    for page, state in zip(pages, ("invited", "stands"), strict=True):
        assert escape(t(language, f"operator.invitation.done.{state}")) in page.text
    assert wrong.status_code == 422
    assert 'value="neuf@"' in wrong.text
    assert 'value="Neuf &lt;ô&gt;"' in wrong.text
    assert re.search(r'value="chair"\s+checked', wrong.text)


def test_every_outcome_of_an_invitation_has_words() -> None:
    assert [one for one in InvitationOutcome if not has_words(f"operator.invitation.done.{one}")] == []
