"""People of an edition: found, seen by who keeps them, changed with the mark that was seen, shut out and let in."""

import asyncio

import pytest

from festival import people
from festival.db import rows
from festival.tables import InvitationList, Role
from tests.builders import a_film, a_person, an_edition, sign_in
from workers import tasks


@pytest.fixture
async def desk(client):
    edition = await an_edition()
    operator = await a_person("operator", edition=edition, name="Maud")
    await sign_in(client, operator)
    return client, edition, operator, f"/api/v1/{edition.slug}/operator/people"


@pytest.mark.parametrize("sought", ["zoe", "ZOÉ", "Zo\u0065\u0301", "ZOE LU", "zoe.lune"])
async def test_somebody_is_found_whatever_their_accents_and_capitals(desk, sought: str) -> None:
    client, edition, _, place = desk
    zoe = await people.meet(f"zoe.lune.{edition.slug}@example.org", name="Zoé Lune")
    await people.grant(zoe, Role.REVIEWER, edition=edition, by=None)
    await a_person("chair", edition=edition, name="Other")

    found = (await client.get(place, params={"q": sought})).json()

    assert [one["id"] for one in found["people"]] == [zoe.id]


async def test_people_stand_as_they_do_and_are_narrowed_by_part_and_standing(desk) -> None:
    client, edition, operator, place = desk
    await client.post(place, json={"email": f"new.{edition.slug}@example.org", "parts": ["reviewer"]})
    silent = await a_person("reviewer", edition=edition)
    shut = await a_person("reviewer", edition=edition)
    await people.disable(shut, by=operator)

    found = (await client.get(place, params={"part": "reviewer"})).json()
    states = {one["id"]: one["state"] for one in found["people"]}
    active = (await client.get(place, params={"standing": "active"})).json()

    assert sorted(states.values()) == ["disabled", "invited", "never"]
    assert (states[silent.id], states[shut.id]) == ("never", "disabled")
    assert [one["id"] for one in active["people"]] == [operator.id]
    assert active["people"][0]["seen_at"]


async def test_one_letter_names_all_parts_sections_and_words_in_its_language(desk) -> None:
    client, edition, _, place = desk
    email = f"neuf.{edition.slug}@example.org"

    made = await client.post(place, json={
        "email": email, "parts": ["reviewer", "programmer"], "sections": ["C"], "language": "en",
        "words": "See you in May.\n\N{OBJECT REPLACEMENT CHARACTER}\u202e",
    })  # fmt: skip
    letters = await rows("SELECT body FROM letter WHERE person = {}", made.json()["id"])

    assert made.json()["state"] == "invited"
    assert len(letters) == 1
    body = letters[0]["body"]
    assert "committee member (Competition), programming" in body
    assert "Maud writes to you:\n\n> See you in May." in body
    assert body.count("\N{OBJECT REPLACEMENT CHARACTER}") == 1, "the link's own place alone"
    assert "\u202e" not in body


@pytest.mark.parametrize("words", ["Voyez https://x.example", "www.x.example", "écrivez à x.example/y", "mailto:a"])
async def test_words_that_pass_for_a_link_are_refused_and_nothing_is_given(desk, words: str) -> None:
    client, edition, _, place = desk
    email = f"neuf.{edition.slug}@example.org"

    told = await client.post(place, json={"email": email, "parts": ["reviewer"], "words": words})

    assert (told.status_code, told.json()["codes"]) == (422, ["words:words_link"])
    assert await people.by_email(email) is None


async def test_an_invitation_is_sent_again_and_taken_back(desk) -> None:
    client, edition, _, place = desk
    made = (await client.post(place, json={"email": f"n.{edition.slug}@example.org", "parts": ["chair"]})).json()
    file = f"{place}/{made['id']}"
    first = (await client.get(file)).json()["invitations"][0]["id"]

    again = await client.post(f"{file}/invitations/{first}/sending")
    second = next(one for one in (await client.get(file)).json()["invitations"] if one["state"] == "open")
    gone = await client.delete(f"{file}/invitations/{second['id']}")
    twice = await client.delete(f"{file}/invitations/{second['id']}")

    assert (again.status_code, again.json()["state"], gone.status_code, twice.status_code) == (200, "again", 204, 409)
    assert await rows("SELECT id FROM role WHERE person = {}", made["id"]) == []
    assert await rows("SELECT id FROM link WHERE person = {} AND used_at IS NULL", made["id"]) == []


async def test_parts_change_with_the_mark_that_was_seen_alone(desk) -> None:
    client, edition, _, place = desk
    member = await a_person("reviewer", edition=edition)
    file = f"{place}/{member.id}"
    mark = (await client.get(file)).json()["mark"]
    wanted = {"parts": [{"part": "reviewer", "sections": ["C"]}, {"part": "programmer"}], "seen": mark}

    done = await client.put(f"{file}/parts", json=wanted)
    late = await client.put(f"{file}/parts", json={"parts": [], "seen": mark})
    held = {one["part"]: one["sections"] for one in (await client.get(file)).json()["parts"]}

    assert (done.status_code, late.status_code, late.json()["codes"]) == (204, 409, ["changed_meanwhile"])
    assert held == {"reviewer": ["C"], "programmer": []}


async def test_nobody_widens_their_own_parts(desk) -> None:
    client, _, operator, place = desk
    mark = (await client.get(f"{place}/{operator.id}")).json()["mark"]

    told = [
        await client.put(f"{place}/{operator.id}/parts", json={"parts": parts, "seen": mark})
        for parts in ([{"part": "operator"}, {"part": "chair"}], [])
    ]

    assert [one.json()["codes"] for one in told] == [["parts:part_to_oneself"], ["part_own"]]


async def test_who_has_nothing_in_ones_editions_is_nobody_there(desk) -> None:
    client, edition, _, place = desk
    other = await an_edition()
    stranger = await a_person("reviewer", edition=other)
    maker = await a_person(edition=other, name="Maker")
    await a_film(edition, maker)

    assert (await client.get(f"{place}/{stranger.id}")).status_code == 404
    assert (await client.get(f"{place}/{maker.id}")).json()["entries"][0]["title"] == "Nuit claire"


ACTS = [("POST", "disabling"), ("DELETE", "sessions"), ("DELETE", "second-factor")]


@pytest.mark.parametrize(("method", "act"), ACTS)
async def test_an_account_that_reaches_further_is_beyond_an_operator_of_one_edition(desk, method, act) -> None:
    client, edition, operator, place = desk
    other = await an_edition()
    both = await a_person("reviewer", edition=edition)
    await people.grant(both, Role.REVIEWER, edition=other, by=None)

    told = await client.request(method, f"{place}/{both.id}/{act}")
    own = await client.request(method, f"{place}/{operator.id}/{act}")
    await people.grant(operator, Role.OPERATOR, edition=other, by=None)
    now_whole = await client.request(method, f"{place}/{both.id}/{act}")

    assert (told.status_code, told.json()["codes"]) == (403, ["account_beyond"])
    assert own.json()["codes"] == ["account_own"]
    assert now_whole.status_code in {204, 404}


async def test_a_closed_account_opens_nothing_and_opens_again_with_its_parts(desk) -> None:
    client, edition, _, place = desk
    member = await a_person("reviewer", edition=edition)
    link = await people.new_link(member)

    closed = await client.post(f"{place}/{member.id}/disabling")
    refused = await client.post(f"/api/v1/{edition.slug}/links/{link}", json={})
    opened = await client.post(f"{place}/{member.id}/enabling")
    page = await client.get(f"/fr/{edition.slug}/operator/people/{member.id}")

    assert (closed.status_code, refused.status_code, opened.status_code) == (204, 422, 204)
    assert "Fermer ce compte" in page.text
    assert await rows("SELECT part FROM role WHERE person = {}", member.id) == [{"part": "reviewer"}]


async def test_two_operators_who_close_each_other_leave_one(app, desk) -> None:
    from httpx import ASGITransport, AsyncClient

    client, edition, first, place = desk
    second = await a_person("operator", edition=edition)
    async with AsyncClient(transport=ASGITransport(app), base_url=str(client.base_url)) as other:
        await sign_in(other, second)
        await asyncio.gather(
            client.post(f"{place}/{second.id}/disabling"), other.post(f"{place}/{first.id}/disabling")
        )

    left = await rows("SELECT id FROM person WHERE id = ANY({}) AND disabled_at IS NULL", [first.id, second.id])
    assert len(left) == 1


async def test_handing_over_gives_parts_with_their_sections_then_dismisses(desk) -> None:
    client, edition, _, place = desk
    leaver = await a_person("chair", "filmmaker", edition=edition)
    sections = [row["id"] for row in await rows("SELECT id FROM section WHERE edition = {} AND letter = 'C'", edition.id)]
    await people.grant(leaver, Role.CHAIR, edition=edition, by=None, sections=sections)
    await people.new_token_for(leaver, edition=edition, name="robot", scopes={"committee"})
    mark = (await client.get(f"{place}/{leaver.id}")).json()["mark"]
    email = f"heir.{edition.slug}@example.org"

    page = await client.get(f"/fr/{edition.slug}/operator/people/{leaver.id}/hand-over")
    done = await client.post(f"{place}/{leaver.id}/hand-over", json={"email": email, "parts": ["chair"], "seen": mark})

    heir = await people.by_email(email)
    held = await rows("SELECT person, part, sections FROM role WHERE person = ANY({}) ORDER BY part", [heir.id, leaver.id])
    assert (page.status_code, done.status_code) == (200, 204)
    assert [(row["person"], row["part"], row["sections"]) for row in held] == [
        (heir.id, "chair", sections), (leaver.id, "filmmaker", []),
    ]  # fmt: skip
    assert await people.tokens_of(leaver.id, edition.id) == []


LIST = "adresse;nom;rôles;sections\n{0}a@example.org;Zoé;reviewer+programmation;C\n{0}b@example.org;;chair;\n"


async def listed(place, client, text: str):
    return await client.post(f"{place}/lists/reading", json={"text": text})


async def test_a_list_tells_every_fault_by_its_row_and_writes_nothing(desk) -> None:
    client, edition, operator, place = desk
    text = f"x@;A;reviewer\na{edition.slug}@example.org;A;jury\nA{edition.slug}@Example.org;A;chair;;de\nb{edition.slug}@example.org;B;chair;Z\n{operator.email};M;chair"

    told = (await listed(place, client, text)).json()
    refused = await client.post(f"{place}/lists", json={"text": text})

    assert [(one["row"], one["code"]) for one in told["faults"]] == [
        (1, "email_invalid"), (2, "part_unknown"), (3, "language_not_here"), (3, "row_twin"),
        (4, "section_not_here"), (5, "part_to_oneself"),
    ]  # fmt: skip
    assert (refused.status_code, refused.json()["codes"]) == (422, ["text:list_faulty"])
    assert not await InvitationList.exists().where(InvitationList.edition == edition.id)


@pytest.mark.parametrize(("separator", "encoding"), [(";", "utf-8-sig"), (",", "cp1252"), ("\t", "utf-16")])
async def test_a_file_is_read_however_it_was_saved(desk, separator: str, encoding: str) -> None:
    client, edition, _, _ = desk
    raw = LIST.format(edition.slug).replace(";", separator).encode(encoding)

    shown = await client.post(
        f"/fr/{edition.slug}/operator/people/lists/reading", data={"text": ""}, files={"file": ("gens.csv", raw)}
    )

    assert shown.status_code == 200
    assert "Zoé" in shown.text
    assert "Inviter (2)" in shown.text


async def test_a_list_is_done_once_however_often_it_comes_and_tells_the_others_once(desk) -> None:
    client, edition, _, place = desk
    await a_person("chair", edition=edition, name="Chair")
    text = LIST.format(edition.slug)

    async def done() -> dict:
        made = (await client.post(f"{place}/lists", json={"text": text})).json()["id"]
        for line in await rows("SELECT id FROM outbox WHERE task = 'invite_list' AND done_at IS NULL AND edition = {}", edition.id):
            await tasks.work(line["id"], worker="test")
        return (await client.get(f"{place}/lists/{made}")).json()

    first, second = await done(), await done()
    held = await rows("SELECT part FROM role WHERE edition = {} AND part <> 'operator' ORDER BY part", edition.id)
    letters = await rows("SELECT kind, count(*) AS n FROM letter WHERE edition = {} GROUP BY 1 ORDER BY 1", edition.id)

    assert (first["done"], first["is_over"], first["counts"]) == (2, True, {"invited": 2})
    assert second["counts"] == {"stands": 2}
    assert [row["part"] for row in held] == ["chair", "chair", "programmer", "reviewer"]
    assert {row["kind"]: row["n"] for row in letters} == {"invitation": 2, "parts_given_list": 2}
