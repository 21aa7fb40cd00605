"""Several people on one entry: each does what their right allows, nobody is added without a yes, an owner is always left."""

import asyncio
import re

import pytest

from festival import people
from festival.db import rows
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.letters import key_of
from festival.settings import Settings
from festival.tables import Letter, new_id
from keeping import erasure
from submissions import membership
from submissions.tables import EntryRight, Member, Submission
from tests.builders import a_film, a_person, an_edition, sign_in, the_viewer

SEE, EDIT, OWN = EntryRight.SEE, EntryRight.EDIT, EntryRight.OWN


class Shared:
    """An entry and its owner."""

    async def build(self, **film) -> "Shared":
        self.edition = await an_edition()
        self.owner = await a_person("filmmaker", edition=self.edition, name="Nora")
        self.id, self.file = await a_film(self.edition, self.owner, **{"status": "draft", **film})
        self.entry = await Submission.objects().get(Submission.id == self.id)
        return self

    async def ask(self, email: str, right: EntryRight = EDIT, *, by=None) -> str:
        return await membership.invite(
            self.entry, email, right, edition=self.edition, by=by or self.owner, settings=Settings.read()
        )

    async def join(self, right: EntryRight, name: str = "Bo"):
        person = await a_person(edition=self.edition, name=name)
        await membership.accept(await self.ask(person.email, right), by=person)
        return person

    async def member(self, person) -> Member:
        return await Member.objects().get((Member.submission == self.id) & (Member.person == person.id))

    async def rights(self) -> list[str]:
        found = await rows(
            "SELECT entry_right FROM member WHERE submission = {} ORDER BY entry_right", self.id
        )
        return [row["entry_right"] for row in found]


@pytest.fixture
async def shared(house) -> Shared:
    return await Shared().build()


async def test_a_letter_leads_its_reader_to_a_question_and_only_a_yes_opens_the_entry(client, shared) -> None:
    address = f"bo.{shared.id}@example.org"
    await sign_in(client, shared.owner)
    place = f"/fr/{shared.edition.slug}/submissions/{shared.id}"
    csrf = client.headers["x-csrf-token"]

    asked = await client.post(f"{place}/people", data={"email": address, "entry_right": "edit", "_csrf": csrf})
    letter = await Letter.objects().get((Letter.about == shared.id) & (Letter.kind == "entry_invited"))
    link = f"/fr/{shared.edition.slug}/account/links/{key_of(letter.id, Settings.read())}"
    client.cookies.clear()
    del client.headers["x-csrf-token"]
    door = await client.get(link)
    question = re.search(r'name="next" value="([^"]+)"', door.text)[1]
    csrf = re.search(r'name="_csrf" value="([^"]+)"', door.text)[1]
    led = await client.post(link, data={"next": question, "_csrf": csrf})
    before = await client.get(place)
    page = await client.get(question)
    csrf = re.search(r'name="_csrf" value="([^"]+)"', page.text)[1]
    joined = await client.post(f"{question}/acceptance", data={"_csrf": csrf})
    after = await client.get(place)
    again = await client.post(f"{question}/acceptance", data={"_csrf": csrf})

    assert (asked.status_code, letter.subject) == (303, "« Nuit claire » : Nora vous invite")
    assert (led.headers["location"], before.status_code) == (question, 404)
    assert "Nora vous invite" in page.text
    assert (joined.status_code, after.status_code, again.status_code) == (303, 200, 404)
    assert [row["kind"] for row in await rows(
        "SELECT kind FROM letter WHERE person = {} AND about = {}", shared.owner.id, shared.id
    )] == ["entry_joined"]  # fmt: skip


READS = [("GET", ""), ("GET", "/report"), ("GET", "/people")]
CHANGES = [("PATCH", ""), ("POST", "/release"), ("PUT", "/code")]
OWNS = [("POST", "/filing"), ("POST", "/withdrawal"), ("POST", "/people")]
ALLOWED = {"stranger": 0, SEE: 1, EDIT: 2, OWN: 3}


@pytest.mark.parametrize("who", ALLOWED)
async def test_each_right_opens_its_doors_and_no_other_by_page_and_json(client, shared, who) -> None:
    person = await shared.join(who) if who in set(EntryRight) else await a_person(edition=shared.edition)
    await sign_in(client, person)
    api = f"/api/v1/{shared.edition.slug}/submissions/{shared.id}"
    told: dict[str, set[int]] = {}

    for name, doors in (("reads", READS), ("changes", CHANGES), ("owns", OWNS)):
        for method, path in doors:
            body = {"PATCH": {"entry": {"title": "Autre"}, "version": 99}}.get(method, {})
            if path == "/people" and method == "POST":
                body = {"email": "no address"}
            if path == "/code":
                body = {"code": "none"}
            answer = await client.request(method, f"{api}{path}", json=body)
            told.setdefault(name, set()).add(answer.status_code)

    shut = 404 if who == "stranger" else 403
    for level, name in enumerate(("reads", "changes", "owns"), start=1):
        is_open = ALLOWED[who] >= level
        assert (shut in told[name]) != is_open, (name, told[name])
        assert is_open or told[name] == {shut}, (name, told[name])


async def test_a_reader_is_shown_the_entry_without_a_button_that_would_say_no(client, shared) -> None:
    reader = await shared.join(SEE)
    await sign_in(client, reader)
    place = f"/fr/{shared.edition.slug}/submissions"
    pages = [
        (await client.get(one)).text
        for one in (place, f"{place}/{shared.id}", f"{place}/{shared.id}/file", f"{place}/{shared.id}/people")
    ]
    acts = {act for page in pages for act in re.findall(r'action="([^"]+)"', page) if shared.id in act}

    assert acts == {f"{place}/{shared.id}/leaving"}
    assert "Vous pouvez lire ce dossier" in pages[1]
    assert shared.owner.email not in pages[3]


async def test_the_last_owner_neither_leaves_nor_is_made_less_and_two_cannot_put_each_other_out(shared) -> None:
    await shared.join(EDIT)
    mine = await shared.member(shared.owner)
    for attempt in (
        membership.leave(shared.entry, by=shared.owner),
        membership.change_right(shared.entry, mine.id, SEE, was=OWN, by=shared.owner),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.codes == ("member_last_owner",)
    second = await shared.join(OWN, "Cy")
    theirs = await shared.member(second)

    told = await asyncio.gather(
        membership.remove(shared.entry, theirs.id, by=shared.owner),
        membership.remove(shared.entry, mine.id, by=second),
        return_exceptions=True,
    )

    assert [type(one) for one in told if one is not None] in ([NotAllowed], [Missing])
    assert await shared.rights() == ["edit", "own"]


async def test_a_closed_account_is_no_owner_and_nobody_hands_over_to_one(shared) -> None:
    second = await shared.join(OWN)
    await people.disable(second, by=shared.owner)

    with pytest.raises(Refused) as stays:
        await membership.leave(shared.entry, by=shared.owner)
    with pytest.raises(Refused) as closed:
        await membership.hand_over(shared.entry, (await shared.member(second)).id, by=shared.owner)

    assert (stays.value.codes, closed.value.codes) == (("member_last_owner",), ("member_closed",))


async def test_an_entry_is_handed_over_in_one_act_and_its_giver_edits_on(shared) -> None:
    second = await shared.join(SEE)

    await membership.hand_over(shared.entry, (await shared.member(second)).id, by=shared.owner)

    assert (await shared.member(second)).entry_right == OWN
    assert (await shared.member(shared.owner)).entry_right == EDIT
    with pytest.raises(NotAllowed):
        await shared.ask("late@example.org")
    await membership.leave(shared.entry, by=shared.owner)
    assert await shared.rights() == ["own"]


async def test_a_right_changes_against_what_was_seen_and_its_holder_hears_of_it(shared) -> None:
    second = await shared.join(SEE)
    theirs = await shared.member(second)

    await membership.change_right(shared.entry, theirs.id, EDIT, was=SEE, by=shared.owner)
    with pytest.raises(Conflict):
        await membership.change_right(shared.entry, theirs.id, OWN, was=SEE, by=shared.owner)
    await membership.remove(shared.entry, theirs.id, by=shared.owner)

    kinds = await rows("SELECT kind FROM letter WHERE person = {} ORDER BY created_at", second.id)
    assert [row["kind"] for row in kinds] == ["entry_invited", "entry_right", "entry_removed"]
    with pytest.raises(Missing):
        await membership.leave(shared.entry, by=second)


async def test_a_question_taken_back_opens_nothing_and_one_that_is_asked_anew_is_one(client, shared) -> None:
    person = await a_person(edition=shared.edition, name="Bo")
    first = await shared.ask(person.email, SEE)
    second = await shared.ask(person.email.upper(), EDIT)
    open_ones = await membership.asked_to(shared.entry)
    letter = await rows("SELECT letter FROM member_invitation WHERE id = {}", second)

    await membership.revoke(shared.entry, second, by=shared.owner)

    assert [(one.id, one.entry_right) for one in open_ones] == [(second, EDIT)]
    for one in (first, second):
        with pytest.raises(Missing):
            await membership.accept(one, by=person)
    with pytest.raises(Refused):
        await people.use_link(key_of(letter[0]["letter"], Settings.read()))


async def test_nobody_else_answers_a_question_and_whoever_judged_the_film_is_not_of_its_makers(house) -> None:
    shared = await Shared().build(status="submitted")
    judge = await a_person("reviewer", edition=shared.edition, name="Judge")
    asked = await shared.ask(judge.email)
    await rows(
        "INSERT INTO review (id, submission, file, person, given_at) VALUES ({}, {}, {}, {}, now()) RETURNING id",
        new_id(), shared.id, shared.file, judge.id,
    )  # fmt: skip
    other = await a_person(edition=shared.edition)

    with pytest.raises(Missing):
        await membership.accept(asked, by=other)
    with pytest.raises(Refused) as judged:
        await membership.accept(asked, by=judge)

    assert judged.value.codes == ("member_has_judged",)
    assert (await the_viewer(judge, shared.edition)).id == judge.id
    assert await shared.rights() == ["own"]


async def test_so_many_are_asked_and_no_more(shared, monkeypatch) -> None:
    monkeypatch.setattr(membership, "MOST_PEOPLE", 3)
    await shared.ask("one@example.org")
    await shared.ask("two@example.org")
    with pytest.raises(Refused) as many:
        await shared.ask("three@example.org")
    monkeypatch.setattr(membership, "MOST_PEOPLE", 20)
    monkeypatch.setattr(membership, "MOST_ASKED", 2)
    with pytest.raises(Refused) as today:
        await shared.ask("four@example.org")
    with pytest.raises(Refused) as own:
        await shared.ask(shared.owner.email)

    assert (many.value.codes, today.value.codes) == (("members_many",), ("member_invitations_many",))
    assert own.value.codes == ("email:member_already",)


async def test_where_an_owner_is_forgotten_the_film_goes_with_them_or_to_whoever_edits(house) -> None:
    kept, gone = await Shared().build(), await Shared().build()
    editor = await kept.join(EDIT)
    await gone.join(SEE)

    for one in (kept, gone):
        await erasure.ask(one.owner, by=one.owner, edition=one.edition)
    plans = [await erasure.films_of(one.owner.id) for one in (kept, gone)]
    await Member.delete().where(Member.person == kept.owner.id)
    await membership.keep_owned([kept.id])

    assert [plan[0].goes for plan in plans] == [False, True]
    assert (await kept.member(editor)).entry_right == OWN


async def call(shared: Shared, email: str, by) -> str:
    return await membership.call_owner(
        shared.entry, email, edition=shared.edition, by=by, settings=Settings.read()
    )


async def test_the_office_names_an_owner_only_where_none_can_come_in(shared) -> None:
    editor = await shared.join(EDIT)
    office = await a_person("operator", edition=shared.edition)
    with pytest.raises(Refused) as there:
        await call(shared, editor.email, office)
    await people.disable(shared.owner, by=office)

    wrong = await call(shared, "nowa@example.org", office)
    await membership.call_no_owner(shared.entry, wrong, by=office)
    asked = await call(shared, "nova@example.org", office)
    await call(shared, editor.email, office)
    with pytest.raises(Refused) as late:
        await membership.call_no_owner(shared.entry, asked, by=office)

    assert there.value.codes == late.value.codes == ("email:owner_there",)
    assert [one.id for one in await membership.asked_to(shared.entry)] == [asked]
    assert await membership.owners_of(shared.entry) == [editor.id]


async def test_asking_tells_nobody_whether_an_address_is_known(client, shared) -> None:
    known = await a_person(edition=shared.edition, name="Connue")
    await sign_in(client, shared.owner)
    door = f"/api/v1/{shared.edition.slug}/submissions/{shared.id}/people"

    answers = [await client.post(door, json={"email": one}) for one in (known.email, "nobody.new@example.org")]
    there = (await client.get(door)).json()

    assert [(one.status_code, sorted(one.json())) for one in answers] == [(201, ["id"])] * 2
    assert "Connue" not in str(there["asked"])
