"""What operators read of letters: their own edition's, as they will arrive; never a key, nor what the committee says."""

import json
import re

import pytest

from festival import letters
from festival.clock import now
from festival.db import rows
from festival.errors import Missing
from festival.kinds import OF_THE_COMMITTEE
from festival.settings import Settings
from festival.tables import Edition, Letter, Section
from reviews import decisions, reviewing
from reviews.tables import Decision
from screenings import departures
from submissions.lists import submission_in
from submissions.mail import A_PAGE, envelopes, letters_of, open_letter
from submissions.tables import Submission
from tests.builders import a_film, a_person, an_edition, has_seen, sign_in, the_viewer
from tests.screenings.world import World

CANARY = "Canari-7731"


async def a_letter(edition: Edition, kind: str = "submitted", *, about: str = "", link: str = "", **values) -> Letter:
    reader = await a_person("filmmaker", edition=edition, name="Zoe")
    given = {"title": CANARY, "by": "x", "reason": CANARY, "places": "x", "when": "x", "watched": "",
             "remarks": CANARY, "films": CANARY, "until": CANARY}
    await letters.write(kind, reader, occasion=f"{kind}:{reader.id}", edition=edition, about=about, link=link, **given | values)
    letter = await Letter.objects().get(Letter.person == reader.id)
    assert letter is not None
    return letter


async def opened(letter: Letter, operator, edition: Edition):
    viewer = await the_viewer(operator, edition)
    return await open_letter(letter.id, viewer=viewer, edition=edition, settings=Settings.read())


async def test_a_letter_is_read_as_it_will_arrive(house) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    letter = await a_letter(edition, "film_withdrawn", link="/programmer/grid")

    read = await opened(letter, operator, edition)

    assert f"{Settings.read().public_url}/fr/{edition.slug}/programmer/grid" in read.body
    assert "{link}" in read.draft
    assert (read.subject, read.may_change, read.may_hold) == (letter.subject, True, True)


@pytest.mark.parametrize("kind", ["sign_in", "invitation"])
async def test_no_key_is_ever_read(house, kind: str) -> None:
    edition, settings = await an_edition(), Settings.read()
    operator, reader = await a_person("operator", edition=edition), await a_person("filmmaker", edition=edition)
    await letters.write_key(kind, reader, edition=edition, settings=settings, part="x", words="")
    letter = await Letter.objects().get(Letter.person == reader.id)

    read = await opened(letter, operator, edition)

    assert letters.key_of(letter.id, settings) not in read.body + read.draft + read.subject
    assert "/account/links/" not in read.body
    assert "[lien personnel" in read.body
    assert (read.may_change, read.may_hold) == (False, False)


async def told_to(client, edition: Edition) -> str:
    """All that an operator can come to about letters and work, page by page, without what one may choose."""
    lists = ("letters", "letters?stands=sent", "letters?address=@", "letters?kind=committee")
    places = [
        f"{door}/{edition.slug}/operator/{page}"
        for door in ("/fr", "/api/v1")
        for page in (*lists, "queue", "record", "letters/cancellation" if door == "/fr" else "machines")
    ]
    told = "\n".join([(await client.get(place)).text for place in places])
    return re.sub(r"<option .*?</option>", "", told, flags=re.DOTALL)


@pytest.mark.parametrize("stands", ["waiting", "parked", "sent"])
async def test_letters_of_the_committee_are_counted_and_never_told(client, stands: str) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))
    film, _ = await a_film(edition, await a_person("filmmaker", edition=edition), title=CANARY)
    written = [await a_letter(edition, kind, about=film, link=f"/{CANARY}") for kind in sorted(OF_THE_COMMITTEE)]
    ids = [letter.id for letter in written]
    moved = {"waiting": "rung_at = now()", "parked": "parked_at = now(), fault = 'mail_refused 550 no'", "sent": "done_at = now()"}
    await rows(f"UPDATE outbox SET {moved[stands]} WHERE args->>'letter' = ANY({{}}) RETURNING id", ids)
    if stands == "sent":
        await rows("UPDATE letter SET sent_at = now() WHERE id = ANY({}) RETURNING id", ids)

    told = await told_to(client, edition)
    kinds = (await client.get(f"/api/v1/{edition.slug}/operator/letters")).json()["kinds"]

    assert CANARY not in told
    assert [kind for kind in OF_THE_COMMITTEE if kind in told] == []
    assert {"kind": "committee", "states": {stands: len(OF_THE_COMMITTEE)}} in kinds


@pytest.mark.parametrize("kind", sorted(OF_THE_COMMITTEE))
async def test_a_letter_of_the_committee_has_no_door(client, kind: str) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))
    letter = await a_letter(edition, kind)
    api = f"/api/v1/{edition.slug}/operator/letters"

    answers = [await client.get(f"/fr/{edition.slug}/operator/letters/{letter.id}"), await client.get(f"{api}/{letter.id}")]
    answers += [await client.post(f"{api}/{letter.id}/{act}") for act in ("hold", "release", "sending")]
    answers += [await client.put(f"{api}/{letter.id}", json={"subject": "x", "body": "y", "version": 1})]
    answers += [await client.post(f"{api}/kinds/{kind}/hold")]

    assert {answer.status_code for answer in answers} == {404}
    assert CANARY not in "".join(answer.text for answer in answers)


async def test_operators_read_nothing_of_a_decision_before_it_is_announced(client) -> None:
    """A film of the grid is no longer chosen: programmers are told, operators are not."""
    world = await World().build("submitted")
    film, edition = world.films[0], world.edition
    await world.place(0, 720)
    submission = await submission_in(edition, film)
    await rows("UPDATE film SET title = {} WHERE id = {} RETURNING id", CANARY, submission.film)
    await sign_in(client, await a_person("operator", edition=edition))
    chair = await a_person("chair", edition=edition)
    await decisions.accept(submission, by=chair, note="Oui.")
    seen = await Decision.count().where(Decision.submission == film)
    await decisions.regret(submission, by=chair, note="Non.", seen=seen)

    told = await told_to(client, edition)
    await departures.tell(film)
    told += await told_to(client, edition)

    written = await rows("SELECT kind FROM letter WHERE edition = {}", edition.id)
    lines = (await client.get(f"/api/v1/{edition.slug}/operator/queue")).json()
    assert [row["kind"] for row in written] == ["film_declined"]
    assert ("tell_of_departure" in told, "film_declined" in told) == (False, False)
    assert [line for line in lines if film in json.dumps(line["args"])] == []


async def test_results_that_are_held_after_their_announcement_are_read(house) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    film, _ = await a_film(edition, await a_person("filmmaker", edition=edition), title=CANARY, status="accepted")

    read = await opened(await a_letter(edition, "accepted", about=film), operator, edition)

    assert CANARY in read.subject


async def test_of_a_film_from_which_an_operator_stepped_aside_no_letter_is_opened_nor_title_told(house) -> None:
    edition = await an_edition()
    operator = await a_person("operator", "reviewer", edition=edition)
    film, _ = await a_film(edition, await a_person("filmmaker", edition=edition), title=CANARY)
    letter = await a_letter(edition, about=film)
    await reviewing.recuse(await submission_in(edition, film), by=operator, reason="Un ami.")

    (found,) = await envelopes(await the_viewer(operator, edition), edition)

    assert (found.title, found.may_read) == ("", False)
    with pytest.raises(Missing):
        await opened(letter, operator, edition)


@pytest.mark.parametrize(("parts", "is_announced", "is_told"), [
    (("operator",), False, True),
    (("operator", "reviewer"), False, False),
    (("operator", "reviewer"), True, True),
])  # fmt: skip
async def test_who_made_a_film_of_a_blind_section_is_not_told_to_the_committee_by_its_letters(
    house, parts, is_announced: bool, is_told: bool
) -> None:
    edition = await an_edition()
    await Section.update({Section.is_blind: True}).where(Section.edition == edition.id)
    operator = await a_person(*parts, edition=edition)
    film, file = await a_film(edition, await a_person("filmmaker", edition=edition), title=CANARY)
    await has_seen(operator, file)
    letter = await a_letter(edition, about=film)
    if is_announced:
        await Submission.update({Submission.announced_at: now()}).where(Submission.id == film)

    (found,) = await envelopes(await the_viewer(operator, edition), edition)

    assert (found.title == CANARY, found.may_read) == (is_told, is_told)
    if is_told:
        assert CANARY in (await opened(letter, operator, edition)).subject
    else:
        with pytest.raises(Missing):
            await opened(letter, operator, edition)


async def test_who_sits_in_the_committee_sees_not_even_whose_letter_of_it_failed(house) -> None:
    edition = await an_edition()
    letter = await a_letter(edition, "sheet_reopened")
    await rows("UPDATE outbox SET parked_at = now(), fault = 'mail_refused 550 no' WHERE args->>'letter' = {} RETURNING id", letter.id)
    both, alone = [await a_person(*parts, edition=edition) for parts in (("operator", "chair"), ("operator",))]

    assert await envelopes(await the_viewer(both, edition), edition) == []
    (found,) = await envelopes(await the_viewer(alone, edition), edition)
    assert (found.kind, found.title, found.detail, found.may_read) == ("committee", "", "550 no", False)
    assert found.written_at.hour == found.parked_at.minute == 0


async def test_pages_kinds_and_states_narrow_the_list(house) -> None:
    edition = await an_edition()
    viewer = await the_viewer(await a_person("operator", edition=edition), edition)
    for n in range(A_PAGE + 3):
        await a_letter(edition, "submitted" if n else "copy_ready")
    await a_letter(await an_edition())

    first, second, beyond = [await letters_of(viewer, edition, number=n) for n in (1, 2, 9)]
    of_kind = await letters_of(viewer, edition, kind="copy_ready")
    sent = await letters_of(viewer, edition, state="sent", kind="submitted")

    assert (len(first.letters), len(second.letters), first.last, first.found) == (A_PAGE, 3, 2, A_PAGE + 3)
    assert {one.id for one in first.letters} & {one.id for one in second.letters} == set()
    assert (beyond.number, [one.id for one in beyond.letters]) == (2, [one.id for one in second.letters])
    assert ([one.kind for one in of_kind.letters], sent.letters) == (["copy_ready"], [])


async def test_a_letter_whose_line_was_swept_is_still_found(house) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    letter = await a_letter(edition)
    await rows("UPDATE letter SET sent_at = now() WHERE id = {} RETURNING id", letter.id)
    await rows("DELETE FROM outbox WHERE args->>'letter' = {} RETURNING id", letter.id)

    read = await opened(letter, operator, edition)

    assert (read.envelope.state, read.envelope.line, read.may_change) == ("sent", "", False)


async def test_no_letter_of_another_edition_is_read(house) -> None:
    edition, other = await an_edition(), await an_edition()
    operator = await a_person("operator", edition=other)

    with pytest.raises(Missing):
        await opened(await a_letter(edition), operator, other)
