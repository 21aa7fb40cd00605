"""What members say of a film: heard after one's own sheet, by nobody who stepped aside, told once a day."""

import re
from datetime import timedelta

import pytest

from festival.clock import now
from festival.db import rows
from festival.tables import Letter
from reviews import digests, reviewing, talk
from reviews.tables import CommitteePhase
from reviews.talk import NewTalk
from tests.builders import sign_in
from tests.reviews.test_blindness import GOOD, POOR, Jury

PROOFS = re.compile(r'(?:value|content)="[\w-]{16,}"')
WORDS = "Le dernier plan dure trop, @Bob ?"


class Talk(Jury):
    """Ann gave her sheet of the first film and spoke of it; Cy chairs; Bob has not given."""

    async def begin(self) -> "Talk":
        await self.seat()
        await self.give(self.ann, GOOD)
        self.submission, _ = await self.film()
        self.first = await talk.say(self.submission, NewTalk(text=WORDS), by=self.ann)
        return self

    def door(self, more: str = "", *, root: str = "/api/v1") -> str:
        return f"{root}/{self.edition.slug}/committee/submissions/{self.submission.id}/talk{more}"

    def pages(self) -> list[str]:
        slug, one = self.edition.slug, self.submission.id
        return [
            *(f"{root}/{slug}/committee{place}" for root in ("/api/v1", "/fr")
              for place in ("/talk", f"/submissions/{one}", f"/submissions/{one}/talk")),
            f"/fr/{slug}/committee", f"/api/v1/{slug}/committee/queue",
        ]  # fmt: skip

    async def read_by(self, client, person) -> dict:
        await sign_in(client, person)
        return (await client.get(self.door())).json()

    async def make_older(self) -> None:
        await rows("UPDATE talk_remark SET created_at = created_at - interval '1 hour' RETURNING id")

    async def letters(self) -> list[Letter]:
        return await Letter.objects().where(
            (Letter.edition == self.edition.id) & (Letter.kind == "talk_digest")
        ).order_by(Letter.created_at)


async def read_all(client, addresses: list[str]) -> list[str]:
    """Each page without the proofs of its forms, which are drawn anew each time."""
    return [PROOFS.sub("", (await client.get(one)).text) for one in addresses]


async def test_before_ones_own_sheet_no_byte_tells_that_others_speak(client) -> None:
    silent = await Talk().seat()
    silent.submission, _ = await silent.film()
    await silent.give(silent.ann, GOOD)
    await sign_in(client, silent.bob)
    before = await read_all(client, silent.pages())

    await talk.say(silent.submission, NewTalk(text=WORDS), by=silent.ann)
    await talk.say(silent.submission, NewTalk(text="@Bob"), by=silent.chair)
    after = await read_all(client, silent.pages())
    refused = await client.post(silent.door(), json={"text": "Et moi ?"})

    assert after == before
    assert (refused.status_code, refused.json()["codes"]) == (422, ["talk_after_sheet"])
    assert await rows("SELECT id FROM talk_mention m WHERE m.person = {}", silent.bob.id) == []


async def test_after_ones_own_sheet_the_talk_is_open_and_its_chair_hears_it_at_once(client) -> None:
    world = await Talk().begin()
    by_chair = await world.read_by(client, world.chair)
    await world.give(world.bob, POOR)
    by_bob = await world.read_by(client, world.bob)

    for told in (by_chair, by_bob):
        assert [(one["by"], one["text"], one["is_new"]) for one in told["lines"]] == [("Ann", WORDS, True)]
    assert ({one["name"] for one in by_bob["hearers"]}, by_bob["others"]) == ({"Ann", "Cy"}, 2)
    assert by_bob["lines"][0]["called"] == []  # he did not hear it when he was named


async def test_a_member_is_called_by_name_and_marks_are_kept(client) -> None:
    world = await Talk().begin()
    await world.give(world.bob, POOR)
    await sign_in(client, world.ann)
    second = (await client.post(world.door(), json={"text": "@Bob, la fin ?"})).json()["id"]

    before = await world.read_by(client, world.bob)
    await client.post(world.door("/reading"), json={"newest": second})
    await client.post(world.door("/reading"), json={"newest": world.first})  # never back
    after = await world.read_by(client, world.bob)
    listed = (await client.get(f"/api/v1/{world.edition.slug}/committee/talk")).json()["films"]
    by_ann = await world.read_by(client, world.ann)

    assert [(one["is_new"], one["names_me"]) for one in before["lines"]] == [(True, False), (True, True)]
    assert [one["is_new"] for one in after["lines"]] == [False, False]
    assert [(one["remarks"], one["unread"], one["names_me"]) for one in listed] == [(2, 0, False)]
    assert [one["read_by"] for one in by_ann["lines"]] == [1, 1]


async def test_ones_own_words_are_changed_and_taken_back_by_nobody_else(client) -> None:
    world = await Talk().begin()
    await sign_in(client, world.chair)
    by_others = [
        await client.put(world.door(f"/{world.first}"), json={"text": "Mien", "version": 1}),
        await client.post(world.door(f"/{world.first}/removal"), json={"version": 1}),
    ]
    await sign_in(client, world.ann)
    changed = await client.put(world.door(f"/{world.first}"), json={"text": "Mieux", "version": 1})
    stale = await client.put(world.door(f"/{world.first}"), json={"text": "Vieux", "version": 1})
    form = await client.post(world.door("", root="/fr"), data={"text": " "})
    gone = await client.post(world.door(f"/{world.first}/removal"), json={"version": 2})

    assert [one.status_code for one in by_others] == [404, 404]
    assert (changed.json(), stale.status_code, gone.status_code) == ({"version": 2}, 409, 204)
    assert form.status_code == 422
    assert (await world.read_by(client, world.chair))["lines"] == []


async def test_who_steps_aside_neither_hears_nor_is_heard_nor_called(client) -> None:
    world = await Talk().begin()
    await world.give(world.bob, POOR)
    await talk.say(world.submission, NewTalk(text="@Bob, la fin ?"), by=world.chair)
    await talk.say(world.submission, NewTalk(text="Je suis d’accord."), by=world.bob)

    await reviewing.recuse(world.submission, reason="Un ami.", by=world.bob)

    told = await world.read_by(client, world.ann)
    assert [one["text"] for one in told["lines"]] == [WORDS, "@Bob, la fin ?"]
    assert [one["called"] for one in told["lines"]] == [[], []]
    assert {one["name"] for one in told["hearers"]} == {"Cy"}
    await sign_in(client, world.bob)
    assert (await client.get(world.door())).status_code == 404
    assert world.submission.id not in (await client.get(f"/api/v1/{world.edition.slug}/committee/talk")).text


async def test_a_phase_says_who_speaks_who_reads_and_who_is_named(client) -> None:
    world = await Talk().begin()
    await world.give(world.bob, POOR)
    rights = {"watching": "all", "votes": "after", "votes_named": False, "discusses": False}
    phase = CommitteePhase(edition=world.edition.id, names={}, opens_at=now() - timedelta(days=1), **rights)
    await phase.save()
    refused = await client_says(client, world, world.bob)
    by_bob, by_chair = await world.read_by(client, world.bob), await world.read_by(client, world.chair)
    phase.votes = "never"
    await phase.save()
    closed = await world.read_by(client, world.bob)

    assert refused.json()["codes"] == ["talk_over"]
    assert [one["by"] for one in by_bob["lines"]] == [""]
    assert (by_bob["hearers"], by_bob["others"], by_bob["may_speak"]) == ([], 2, False)
    assert [one["by"] for one in by_chair["lines"]] == ["Ann"]
    assert (closed["is_open"], closed["lines"]) == (False, [])
    listed = (await client.get(f"/api/v1/{world.edition.slug}/committee/talk")).json()["films"]
    assert listed == []


async def client_says(client, world: Talk, person):
    await sign_in(client, person)
    return await client.post(world.door(), json={"text": "Je n’ai pas fini."})


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "FROM_HOUR", 0)


async def test_a_letter_a_day_tells_of_what_is_new_and_of_no_word(house, morning) -> None:
    world = await Talk().begin()
    await world.make_older()

    written = [await digests.tell_all(world.edition) for _ in range(2)]

    [letter] = await world.letters()
    assert (written, letter.person) == ([1, 0], world.chair.id)  # Ann wrote it, Bob does not hear it
    assert "Nuit 0" in letter.body
    assert "dernier plan" not in letter.body + letter.subject
    assert await digests.still_true(letter)


@pytest.mark.parametrize("how", ["read", "aside", "off"])
async def test_a_letter_that_came_to_nothing_does_not_go(house, morning, how) -> None:
    world = await Talk().begin()
    await world.make_older()
    await digests.tell_all(world.edition)
    [letter] = await world.letters()

    if how == "read":
        await talk.mark_read(world.submission, world.first, by=world.chair)
    elif how == "aside":
        await reviewing.recuse(world.submission, reason="Un ami.", by=world.chair)
    else:
        await talk.set_digest(world.edition, is_on=False, by=world.chair)

    assert not await digests.still_true(letter)


async def test_whoever_wants_no_letter_gets_none_and_nothing_is_told_twice(house, morning) -> None:
    world = await Talk().begin()
    await world.give(world.bob, POOR)
    await talk.set_digest(world.edition, is_on=False, by=world.bob)
    await world.make_older()
    await digests.tell_all(world.edition)
    await rows("UPDATE letter SET occasion = occasion || 'x', created_at = {} WHERE kind = 'talk_digest' RETURNING id",
               now() - timedelta(days=1))  # fmt: skip

    assert await digests.tell_all(world.edition) == 0
    assert {one.person for one in await world.letters()} == {world.chair.id}
