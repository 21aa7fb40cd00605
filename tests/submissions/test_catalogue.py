"""A maker's many films in one table: what comes next, several done at once, and all that was written to them."""

from datetime import timedelta

import pytest

from festival.access import Act
from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from festival.settings import Settings
from media.storage import LocalStore
from submissions import bringing, catalogue, materials
from submissions.catalogue import CatalogueQuery
from submissions.lists import own
from submissions.office import fixes
from submissions.office.fixes import FixWanted
from submissions.tables import Material, Member
from tests.api.test_asking import PDF
from tests.builders import a_film, a_person, an_edition, sign_in, the_viewer


class Slate:
    """A distributor with films in every state."""

    async def build(self) -> "Slate":
        self.edition = await an_edition()
        self.maker = await a_person("filmmaker", edition=self.edition, name="Io")
        self.by = await a_person("operator", edition=self.edition, name="Op")
        made = {}
        for name, status, file in (
            ("ask", "submitted", "released"),
            ("draft of a film", "draft", "released"),
            ("ready to be seen", "draft", "ready"),
            ("bad", "draft", "faulty"),
            ("won", "accepted", "released"),
            ("filed", "submitted", "released"),
        ):
            made[name], _ = await a_film(
                self.edition, self.maker, title=name, status=status, file=file
            )
        self.films = made
        await Material(edition=self.edition.id, labels={"fr": "Affiche", "en": "Poster"}).save()
        wanted = FixWanted(field="year", why="Wrong.", due=now().date() + timedelta(days=7))
        op = await the_viewer(self.by, self.edition)
        await fixes.ask(self.edition, made["ask"], wanted, viewer=op, by=self.by)
        self.viewer = await the_viewer(self.maker, self.edition)
        return self


async def test_each_film_says_what_comes_next_and_a_stranger_s_is_not_there(house) -> None:
    slate = await Slate().build()
    stranger = await a_person("filmmaker", edition=slate.edition, name="Bo")
    await a_film(slate.edition, stranger, title="theirs")

    sheet = await catalogue.films(slate.viewer, slate.edition, CatalogueQuery())

    assert [(line.title, line.next) for line in sheet.lines] == [
        ("ask", "fix"), ("bad", "replace"), ("ready to be seen", "release"), ("draft of a film", "continue"), ("won", "bring"),
        ("filed", "none"),
    ]  # fmt: skip
    assert sheet.by_next == {
        "fix": 1, "replace": 1, "release": 1, "continue": 1, "bring": 1, "none": 1
    }  # fmt: skip
    [poster] = sheet.materials
    assert {line.title: line.cells for line in sheet.lines if line.cells} == {
        "won": {poster.id: False}
    }
    found = await catalogue.films(
        slate.viewer, slate.edition, CatalogueQuery(q="DRÀFT", state="draft")
    )
    assert [line.title for line in found.lines] == ["draft of a film"]
    await Member.update({Member.entry_right: "see"}).where(
        Member.submission == slate.films["draft of a film"]
    )
    [read] = (await catalogue.films(slate.viewer, slate.edition, CatalogueQuery(q="draft"))).lines
    assert read.next == "none"


async def test_a_page_of_sixty_films_takes_three_statements_and_the_post_three(
    house, monkeypatch
) -> None:
    slate = await Slate().build()
    for n in range(54):
        await rows(
            """WITH made AS (INSERT INTO submission (id, edition, film, section, status)
                 SELECT {}, edition, film, section, 'draft' FROM submission WHERE id = {} RETURNING id)
               INSERT INTO member (id, submission, person) SELECT {}, id, {} FROM made RETURNING id""",
            f"{slate.edition.id[:10]}{n}", slate.films["draft of a film"], f"m{slate.edition.id[:10]}{n}", slate.maker.id,
        )  # fmt: skip
    asked = []

    async def counting(sql, *values):
        asked.append(sql)
        return await rows(sql, *values)

    monkeypatch.setattr(catalogue, "rows", counting)
    sheet = await catalogue.films(slate.viewer, slate.edition, CatalogueQuery())
    assert (sheet.total, len(sheet.lines), len(asked)) == (60, 50, 3)
    asked.clear()
    await catalogue.post_of(slate.viewer)
    assert len(asked) == 3


async def test_several_are_filed_each_if_it_is_whole_and_still_what_was_seen(house) -> None:
    slate = await Slate().build()
    second, _ = await a_film(slate.edition, slate.maker, title="second", status="draft")
    films = slate.films
    await rows("UPDATE submission SET version = 5 WHERE id = {} RETURNING id", second)

    done = await catalogue.file_each(
        slate.viewer,
        slate.edition,
        [f"{films['draft of a film']}.1", f"{films['ready to be seen']}.1", f"{second}.1"],
        by=slate.maker,
    )

    assert done.n == 1
    left = {one.title: one.codes for one in done.left}
    assert left == {
        "ready to be seen": ("file:file_not_released",),
        "second": ("entry_changed_meanwhile",),
    }
    stands = {
        row["id"]: row["status"]
        for row in await rows(
            "SELECT id, status FROM submission WHERE edition = {}", slate.edition.id
        )
    }
    assert stands[films["draft of a film"]] == "submitted"
    assert stands[films["ready to be seen"]] == stands[second] == "draft"


async def wanted(slate: Slate, accepts: str) -> tuple[str, list[str]]:
    """A material, and three films of one maker of which it is wanted: none has it."""
    material = Material(edition=slate.edition.id, labels={"fr": "Contact"}, accepts=accepts)
    await material.save()
    films = [slate.films["won"]]
    for title in ("second", "third"):
        film, _ = await a_film(slate.edition, slate.maker, title=title, status="accepted")
        films.append(film)
    return material.id, films


async def brought(material: str) -> dict[str, str]:
    found = await rows(
        """SELECT f.title, d.text FROM delivery d JOIN submission s ON s.id = d.submission
           JOIN film f ON f.id = s.film WHERE d.material = {} ORDER BY f.title""",
        material,
    )
    return {row["title"]: row["text"] for row in found}


async def test_a_text_goes_to_each_of_one_s_films_unless_another_stands_there_by_now(house) -> None:
    slate = await Slate().build()
    material, _films = await wanted(slate, "text")
    stranger = await a_person("filmmaker", edition=slate.edition, name="Bo")
    theirs, _ = await a_film(slate.edition, stranger, title="theirs", status="accepted")
    _, seen = await bringing.takers(slate.viewer, slate.edition, material)
    second = next(one for one in seen if one.title == "second")
    await materials.bring_text(
        await own(second.id, slate.viewer, slate.edition, Act.EDIT_ENTRY),
        material, "Already.", version=0, by=slate.maker,
    )  # fmt: skip

    done = await bringing.bring_text_each(
        slate.viewer,
        slate.edition,
        material,
        "Io, io@example.org",
        [*(one.seen for one in seen), f"{theirs}.0", f"{slate.films['filed']}.0"],
        by=slate.maker,
    )

    assert [one.title for one in seen] == ["second", "third", "won"]
    assert done.n == 2
    assert {one.title: one.codes for one in done.left} == {
        "second": (f"m_{material}:material_meanwhile",), "filed": ("material_missing",),
    }  # fmt: skip
    assert await brought(material) == {
        "second": "Already.", "third": "Io, io@example.org", "won": "Io, io@example.org"
    }  # fmt: skip
    viewer = await the_viewer(stranger, slate.edition)
    assert [one.id for one in (await bringing.takers(viewer, slate.edition, material))[1]] == [theirs]


async def test_a_file_goes_beside_what_is_there_and_replaces_nothing(house) -> None:
    slate = await Slate().build()
    material, films = await wanted(slate, "document")
    give = {"name": "contact.pdf", "by": slate.maker, "store": LocalStore(Settings.read().media_root)}

    async def bring(raw: bytes, *seen: str) -> catalogue.DoneForSeveral:
        return await bringing.bring_file_each(
            slate.viewer, slate.edition, material, raw, seen, **give
        )

    with pytest.raises(Refused):
        await bring(b"no paper", f"{films[0]}.0")
    assert (await bring(PDF, f"{films[0]}.0")).n == 1
    again = await bring(PDF, *(f"{film}.0" for film in films))

    assert again.n == 2
    assert [(one.title, one.codes) for one in again.left] == [("won", ("material_full",))]
    assert sorted(await brought(material)) == ["second", "third", "won"]


async def test_a_package_is_of_one_film_and_is_never_brought_for_several(house, client) -> None:
    slate = await Slate().build()
    material, films = await wanted(slate, "package")
    await sign_in(client, slate.maker)
    place = f"/fr/{slate.edition.slug}/submissions/materials/{material}"

    page = await client.get(place)
    sent = await client.post(f"{place}/file", data={"chosen": f"{films[0]}.0"}, files={"file": ("a.tar", b"x" * 600)})

    assert (page.status_code, sent.status_code) == (404, 404)
    assert material not in [one.id for one in await bringing.wanted_of_mine(slate.viewer, slate.edition)]


async def test_the_post_holds_what_went_out_and_no_key(house) -> None:
    slate = await Slate().build()
    assert (await catalogue.post_of(slate.viewer)).letters == []
    await rows("UPDATE letter SET sent_at = now() WHERE person = {} RETURNING id", slate.maker.id)
    await rows(
        """INSERT INTO letter (id, person, kind, occasion, about, language, subject, body, link, sent_at)
           VALUES ('k' || {}, {}, 'sign_in', {}, {}, 'fr', 'Clé', 'x', '/account/links/', now()) RETURNING id""",
        slate.edition.id[:12], slate.maker.id, f"key:{slate.edition.id}", slate.films["ask"],
    )  # fmt: skip

    post = await catalogue.post_of(slate.viewer)

    assert [one.kind for one in post.letters] == ["fix_asked"]
    assert [one.field for one in post.asked] == ["year"]


async def test_whoever_has_many_films_reads_a_table_and_files_from_it(house, client) -> None:
    slate = await Slate().build()
    for n in range(4):
        await a_film(slate.edition, slate.maker, title=f"more {n}", status="draft")
    await sign_in(client, slate.maker)
    place = f"/en/{slate.edition.slug}/submissions"

    table, cards = await client.get(place), await client.get(f"{place}?as=cards")
    look = await client.get(f"{place}/filings?chosen={slate.films['draft of a film']}.1")
    filed = await client.post(
        f"{place}/filings", data={"chosen": f"{slate.films['draft of a film']}.1"}
    )
    none = await client.post(f"{place}/filings", data={})
    post = await client.get(f"{place}/post")

    assert "data-rows" in table.text
    assert "data-rows" not in cards.text
    assert look.status_code == filed.status_code == post.status_code == 200
    assert "1 film filed." in filed.text
    assert none.status_code == 422
