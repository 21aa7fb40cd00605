"""The very same file twice: told to whoever may know of both films, and to nobody else."""

from typing import Any

from submissions.tables import FilmFile, Submission
from tests.builders import a_film, a_person, an_edition, sign_in

HASH = "ab" * 32


async def with_one_file(*files: str) -> None:
    await FilmFile.update({FilmFile.sha256: HASH}).where(FilmFile.id.is_in(list(files)))


async def two_makers(status: str = "submitted") -> tuple[Any, Any, Any, list[tuple[str, str]]]:
    """(edition, the maker of two, the maker of one, the three films), all three with one file."""
    edition = await an_edition(phase="selection")
    maker, stranger = [await a_person("filmmaker", edition=edition) for _ in range(2)]
    films = [await a_film(edition, by, title=title, status=status)
             for by, title in [(maker, "Bends"), (maker, "Courbes"), (stranger, "Étrangère")]]
    await with_one_file(*(file for _, file in films))
    return edition, maker, stranger, films


async def test_a_maker_is_told_of_their_own_films_and_of_no_stranger_s(client) -> None:
    edition, maker, stranger, films = await two_makers()

    async def told(person: Any, submission: str) -> tuple[list[str], str]:
        await sign_in(client, person)
        known = await client.get(f"/api/v1/{edition.slug}/submissions/{submission}/report")
        page = await client.get(f"/fr/{edition.slug}/submissions/{submission}/file")
        assert (known.status_code, page.status_code) == (200, 200)
        return [one["title"] for one in known.json()["twins"]], page.text

    mine, page = await told(maker, films[0][0])
    theirs, stranger_page = await told(stranger, films[2][0])

    assert (mine, theirs) == (["Courbes"], [])
    assert "octet pour octet, est aussi celui de\u00a0: Courbes." in page
    assert "Étrangère" not in page
    assert "octet pour octet" not in stranger_page


async def test_the_committee_is_told_of_the_films_that_it_may_watch(client) -> None:
    edition, maker, _, films = await two_makers()
    _, file = await a_film(edition, maker, title="Brouillon", status="draft")
    await with_one_file(file)
    await sign_in(client, await a_person("reviewer", edition=edition))

    page = (await client.get(f"/en/{edition.slug}/committee/submissions/{films[0][0]}")).text

    assert "byte for byte, is also that of: Courbes, Étrangère." in page
    assert "Brouillon" not in page


async def test_programmers_are_told_of_two_programmes_with_one_film(client) -> None:
    edition, _, _, films = await two_makers("accepted")
    await sign_in(client, await a_person("programmer", edition=edition))
    base = f"/api/v1/{edition.slug}"
    maker = await a_person("filmmaker", edition=edition)
    alone = await a_film(edition, maker, title="Sans jumeau", status="accepted")
    for submission, _ in [*films[:2], alone]:
        made = await client.post(
            f"{base}/programmes", json={"kind": "film", "title_fr": "x", "films": [submission]}
        )
        assert made.status_code == 201, made.text

    page = (await client.get(f"/fr/{edition.slug}/programmer/programmes")).text

    assert page.count("octet pour octet") == 2
    assert page.count("<bdi>x</bdi>") == 3
    assert "Étrangère" not in page


async def test_a_withdrawn_film_and_another_edition_s_are_no_twins(client) -> None:
    edition, maker, _, films = await two_makers()
    await Submission.update({Submission.status: "withdrawn"}).where(Submission.id == films[1][0])
    _, file = await a_film(await an_edition(), maker, title="Ailleurs")
    await with_one_file(file)
    await sign_in(client, maker)

    known = await client.get(f"/api/v1/{edition.slug}/submissions/{films[0][0]}/report")

    assert known.json()["twins"] == []


async def test_a_file_of_another_edition_is_told_as_none_at_all(client) -> None:
    here, there = await an_edition(), await an_edition()
    maker = await a_person("filmmaker", edition=here)
    _, file = await a_film(here, maker)
    await sign_in(client, maker)
    base = f"/api/v1/{there.slug}/files"

    for name in ("poster.jpg", "sprite.jpg", "screener/main.m3u8"):
        known, none = [await client.get(f"{base}/{one}/{name}") for one in (file, "abcdefabcdefabcd")]
        assert (known.status_code, known.text) == (none.status_code, none.text)
        assert none.json()["codes"] == ["file_missing"]
