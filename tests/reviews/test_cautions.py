"""No letter says what the house does not know, and whoever releases an announcement is told first."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from festival.clock import now
from festival.tables import Letter
from reviews import decisions, lists
from reviews.tables import Review, Viewing
from tests.builders import a_person, sign_in, the_viewer
from tests.reviews.test_decisions import Room

LOCALE = Path(__file__).parents[2] / "festival" / "locale"


async def watched(room: Room, film: int, seconds: float, *, gives: bool = False) -> None:
    """A member plays so much of a film of a minute, and may give a vote on it."""
    member = await a_person("reviewer", edition=room.edition, name=f"Bea{film}")
    _, file = await room.film(film), await room.file(film)
    await Viewing(submission=room.films[film], file=file, person=member.id, seconds=seconds,
                  ranges=[[0, seconds]], position=seconds).save()
    if gives:
        scores = {"writing": 3, "image": 3, "sound": 3, "space": 3}
        await Review(submission=room.films[film], file=file, person=member.id, scores=scores,
                     seen=seconds / 60, given_at=now()).save()


class Cinema(Room):
    async def file(self, n: int) -> str:
        from submissions.tables import FilmFile

        found = await FilmFile.objects().get(FilmFile.submission == self.films[n])
        assert found is not None
        return found.id


async def declined(room: Room) -> dict[str, str]:
    """The letter of each refused film, by its id."""
    for n in range(len(room.films)):
        await decisions.regret(await room.film(n), by=room.one, note="Trop long.")
    batch = await decisions.ask_announcement(room.edition, room.films, by=room.one)
    await decisions.announce(batch.id, edition=room.edition, by=room.two)
    found = await Letter.objects().where((Letter.edition == room.edition.id) & (Letter.kind == "declined"))
    return {letter.about: letter.body for letter in found}


async def test_a_refusal_says_watched_only_where_somebody_has_watched(house) -> None:
    room = await Cinema().fill(films=3)
    await watched(room, 0, 60)
    await watched(room, 1, 20)

    told = await declined(room)

    assert ["regardé" in told[film] for film in room.films] == [True, False, False]
    assert [("serré" in body, "en entier" in body and "regardé" not in body) for body in told.values()] == [(False, False)] * 3


async def test_a_release_warns_with_names_and_counts(client) -> None:
    room = await Cinema().fill(films=3)
    await watched(room, 0, 60, gives=True)
    await watched(room, 1, 5)
    for n in range(3):
        await decisions.regret(await room.film(n), by=room.one, note="Trop long.")
    await decisions.ask_announcement(room.edition, room.films, by=room.one)
    await sign_in(client, room.two)

    page = await client.get(f"/fr/{room.edition.slug}/committee/announcements")
    (batch,) = (await client.get(f"/api/v1/{room.edition.slug}/announcements")).json()

    names = {one["code"]: [film["title"] for film in one["films"]] for one in batch["cautions"]}
    assert names == {"unwatched": ["Nuit 2"], "half_watched": ["Nuit 1"], "unvoted": ["Nuit 1", "Nuit 2"]}
    assert "1 film que personne n’a regardé" in page.text
    assert "2 films sans note qui compte" in page.text


async def test_of_what_was_announced_the_first_films_are_listed_and_all_are_counted(client, monkeypatch) -> None:
    monkeypatch.setattr(lists, "FIRST_FILMS", 1)
    room = await Cinema().fill(films=3)
    await decisions.accept(await room.film(2), by=room.one, note="Oui.")
    for n in range(2):
        await decisions.regret(await room.film(n), by=room.one, note="Trop long.")
    drawn = await decisions.ask_announcement(room.edition, room.films, by=room.one)
    viewer = await the_viewer(room.two, room.edition)
    (open_one,) = await lists.announcements(viewer)
    await decisions.announce(drawn.id, edition=room.edition, by=room.two)

    (batch,) = await lists.announcements(viewer)
    await sign_in(client, room.two)
    page = (await client.get(f"/fr/{room.edition.slug}/committee/announcements")).text

    assert [film["title"] for film in open_one.films] == ["Nuit 0", "Nuit 1", "Nuit 2"], "whoever releases is warned of each"
    assert ([film["title"] for film in batch.films], batch.tally) == (["Nuit 0"], {"accepted": 1, "declined": 2})
    assert (batch.hidden, batch.takes_back, "et 2 autres films" in page) == (0, False, True)


async def test_what_was_heard_by_somebody_needs_no_warning(house) -> None:
    room = await Cinema().fill(films=1)
    await watched(room, 0, 60, gives=True)
    await decisions.accept(await room.film(0), by=room.one, note="Oui.")
    await decisions.ask_announcement(room.edition, room.films, by=room.one)

    (batch,) = await lists.announcements(await the_viewer(room.two, room.edition))

    assert batch.cautions == []


async def test_as_many_letters_are_told_as_are_written(house) -> None:
    room = await Cinema().fill(films=2)
    from submissions.tables import Member

    await Member(submission=room.films[0], person=(await a_person("filmmaker", edition=room.edition)).id).save()
    for n in range(2):
        await decisions.regret(await room.film(n), by=room.one, note="Trop long.")
    drawn = await decisions.ask_announcement(room.edition, room.films, by=room.one)
    (batch,) = await lists.announcements(await the_viewer(room.two, room.edition))

    await decisions.announce(drawn.id, edition=room.edition, by=room.two)

    assert batch.letters == len(await room.letters()) == 3


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_word_of_ours_claims_what_nobody_checked(language: str) -> None:
    claims = {"fr": ("en entier ;", "Le choix fut", "Le comité aime", "vous en parlerez avec la salle", "aime «"),
              "en": ("watched to its end", "choice was close", "committee likes", "talk about it with")}[language]
    said = []
    for file in sorted((LOCALE / language).glob("*.po")):
        with file.open("rb") as lines:
            said += [str(message.string) for message in read_po(lines, locale=language)]

    assert [text for text in said if any(claim in text for claim in claims)] == []
