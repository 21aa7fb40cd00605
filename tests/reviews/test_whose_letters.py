"""Each letter is written from what its one addressee may know: no title and no maker of another's film."""

from festival.db import rows
from festival.tables import Person, Phase, new_id
from reviews import decisions
from submissions.lists import submission_in
from tests.builders import a_film, a_person, an_edition

FILMS = 40
VERDICTS = (decisions.accept, decisions.wait, decisions.regret)


async def test_of_many_letters_none_names_another_makers_film(house) -> None:
    edition = await an_edition(phase=Phase.SELECTION)
    one, two = [await a_person("chair", edition=edition, name=name) for name in ("Claire", "Denis")]
    secrets: dict[str, tuple[str, str]] = {}
    films = []
    for n in range(FILMS):
        maker = await a_person("filmmaker", edition=edition, name=f"Maker{new_id()}")
        title = f"Title{new_id()}"
        film, _ = await a_film(edition, maker, title=title)
        secrets[maker.id] = (title, maker.name)
        films.append(film)
        await VERDICTS[n % 3](await submission_in(edition, film), by=one, note="Vu.")
    batch = await decisions.ask_announcement(edition, films, by=one)
    await decisions.announce(batch.id, edition=edition, by=two)

    letters = await rows("SELECT person, kind, subject, body FROM letter WHERE edition = {}", edition.id)
    results = [letter for letter in letters if letter["kind"] in {"accepted", "waitlisted", "declined"}]
    assert sorted(letter["person"] for letter in results) == sorted(secrets)
    for letter in letters:
        text = letter["subject"] + letter["body"]
        others = [word for person, words in secrets.items() if person != letter["person"] for word in words]
        assert not [word for word in others if word in text] or await is_on_the_committee(letter["person"])
    for letter in results:
        assert secrets[letter["person"]][0] in letter["subject"] + letter["body"]


async def is_on_the_committee(person: str) -> bool:
    """Who may hear of every film anyway."""
    parts = await rows("SELECT part FROM role WHERE person = {}", person)
    assert await Person.exists().where(Person.id == person)
    return bool({row["part"] for row in parts} & {"chair", "programmer", "operator"})
