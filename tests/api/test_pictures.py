"""Pictures that stand for a film: drawn anew, their makers' alone until they are published, gone when taken away."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from festival.db import rows
from festival.settings import Settings
from media.storage import LocalStore
from submissions.tables import FilmFile
from tests.api.test_frozen_pages import a_programme, published
from tests.builders import a_film, a_person, an_edition, sign_in


def a_photograph(size: tuple[int, int] = (1600, 1000), kind: str = "JPEG", **given: Any) -> bytes:
    """Its left half blue, the other red; as a telephone writes it that was held upright."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (0, 0, size[0] // 2, size[1]))
    written = image.getexif()
    written[0x0112], written[0x010E] = 6, "CHEZ MOI"
    image.save(kept := io.BytesIO(), kind, exif=written, **given)
    return kept.getvalue()


class Entry:
    """A film with its maker at the door."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def opened(self, **given: Any) -> "Entry":
        self.edition = await an_edition()
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.film, self.file = await a_film(self.edition, self.maker, **given)
        self.at = f"/api/v1/{self.edition.slug}/submissions/{self.film}/pictures"
        await sign_in(self.client, self.maker)
        return self

    async def send(self, raw: bytes, name: str = "nuit.jpg") -> httpx.Response:
        kind = {"content-type": "image/jpeg"}
        return await self.client.post(self.at, params={"name": name}, content=raw, headers=kind)

    async def listed(self) -> list[dict[str, Any]]:
        return (await self.client.get(self.at)).json()


@pytest.fixture
async def entry(client: httpx.AsyncClient) -> Entry:
    return await Entry(client).opened(status="draft")


async def test_what_is_sent_is_drawn_anew_upright_and_without_what_a_camera_wrote(entry: Entry) -> None:
    sent = a_photograph()
    made = await entry.send(sent)

    kept = await entry.client.get(f"{entry.at}/{made.json()['id']}")
    shown = Image.open(io.BytesIO(kept.content))

    assert (made.status_code, kept.headers["content-type"]) == (201, "image/jpeg")
    assert b"CHEZ MOI" in sent
    assert b"CHEZ MOI" not in kept.content
    assert (shown.size, dict(shown.getexif())) == ((1000, 1600), {})
    assert shown.getpixel((500, 10))[2] > 150  # what stood at the left stands at the top


@pytest.mark.parametrize(("raw", "code"), [
    (b"", "attachment_empty"), (b"GIF89a", "attachment_no_picture"),
    (a_photograph()[:2000], "attachment_cut"), (a_photograph((640, 480)), "picture_small"),
    (b"\xff\xd8\xff" + b"\x00" * 900 + b"\xff\xd9", "picture_unreadable"),
])  # fmt: skip
async def test_what_is_no_picture_for_a_page_is_refused_by_name(entry: Entry, raw: bytes, code: str) -> None:
    answer = await entry.send(raw)

    assert (answer.status_code, answer.json()["codes"]) == (422, [code])
    assert await entry.listed() == []


async def test_pictures_stand_in_an_order_and_each_says_what_it_shows(entry: Entry) -> None:
    await FilmFile.update({FilmFile.screener: '{"posters": 1}'}).where(FilmFile.id == entry.file)
    store = LocalStore(Settings.read().media_root)
    first = (await entry.send(a_photograph())).json()["id"]
    folder = store.work_folder(entry.file)
    (folder / "poster-1.jpg").write_bytes(a_photograph())
    store.publish(folder, "copy" + entry.file[4:])
    await rows("UPDATE film_file SET id = {}, state = 'ready' WHERE id = {} RETURNING id", "copy" + entry.file[4:], entry.file)
    chosen = await entry.client.post(f"{entry.at}/choice", json={"number": 1, "leads": True})
    none = await entry.client.post(f"{entry.at}/choice", json={"number": 2})
    said = {"focus_x": 0, "focus_y": 10, "labels": {"fr": "Io"}, "credit": "Ada", "version": 1}

    changed = await entry.client.put(f"{entry.at}/{first}", json=said)
    late = await entry.client.put(f"{entry.at}/{first}", json=said | {"credit": "Bo"})
    wild = await entry.client.put(f"{entry.at}/{first}", json=said | {"focus_x": 11, "version": 2})
    there = await entry.listed()
    await entry.client.post(f"{entry.at}/{first}/move", json={"way": "up"})
    gone = await entry.client.post(f"{entry.at}/{first}/removal", json={"version": 2})
    again = await entry.client.get(f"{entry.at}/{first}")

    assert (chosen.status_code, none.status_code) == (201, 404)
    assert (changed.json(), late.status_code, wild.status_code) == ({"version": 2}, 409, 400)
    assert [one["id"] for one in there] == [chosen.json()["id"], first]
    assert (there[1]["focus_x"], there[1]["labels"], there[1]["credit"]) == (0, {"fr": "Io"}, "Ada")
    assert (gone.status_code, again.status_code) == (204, 404)
    assert [one["id"] for one in await entry.listed()] == [chosen.json()["id"]]


@pytest.mark.parametrize("part", ["reviewer", "chair", "programmer", "filmmaker"])
async def test_before_it_is_published_a_picture_is_its_makers_alone(entry: Entry, part: str) -> None:
    made = (await entry.send(a_photograph())).json()["id"]
    [shown] = await entry.listed()
    await sign_in(entry.client, await a_person(part, edition=entry.edition, name="Other"))

    page = f"/fr/{entry.edition.slug}/submissions/{entry.film}/pictures"
    api = f"/api/v1/{entry.edition.slug}"
    doors = [
        entry.at, f"{entry.at}/{made}", page, f"{api}/attachments/{shown['attachment']}",
        f"{api}/programme/stills/{shown['attachment']}.jpg",
    ]  # fmt: skip

    assert {(await entry.client.get(door)).status_code for door in doors} == {404}


async def test_a_form_takes_a_picture_and_says_what_is_wrong_beside_it(entry: Entry) -> None:
    page = f"/fr/{entry.edition.slug}/submissions/{entry.film}/pictures"
    proof = {"csrf": entry.client.headers["x-csrf-token"]}

    kept = await entry.client.post(page, data=proof, files={"file": ("a.jpg", a_photograph())})
    wrong = await entry.client.post(page, data=proof, files={"file": ("a.jpg", b"words")})
    text = (await entry.client.get(page)).text

    assert (kept.status_code, wrong.status_code) == (303, 422)
    assert "n’est pas une image" in wrong.text
    assert "data-crop" in text
    assert "CHEZ MOI" not in text


async def test_a_published_picture_leads_with_its_point_and_leaves_when_it_is_taken_away(app, client) -> None:
    world = await a_programme(app)
    await sign_in(client, world.maker)
    at = f"/api/v1/{world.edition.slug}/submissions/{world.films[0]}/pictures"
    kind = {"content-type": "image/jpeg"}
    ids = [(await client.post(at, content=a_photograph(), headers=kind)).json()["id"] for _ in range(2)]
    said = {"focus_x": 2, "focus_y": 5, "labels": {"fr": "Un soir"}, "credit": "Ada", "version": 1}
    for one in ids:
        await client.put(f"{at}/{one}", json=said)
    lead, beside = [one["attachment"] for one in (await client.get(at)).json()]
    page = f"/fr/{world.edition.slug}/films/{world.programmes[0]}"
    still = f"/api/v1/{world.edition.slug}/programme/stills"
    unpublished = (await client.get(f"{still}/{lead}.jpg")).status_code

    await published(app, world)
    text = (await client.get(page)).text
    shown = [(await client.get(f"{still}/{one}.jpg")).status_code for one in (lead, beside)]
    await client.post(f"{at}/{ids[0]}/removal", json={"version": 2})
    gone = await client.get(f"{still}/{lead}.jpg")
    left = await client.get(page)

    assert unpublished == 404
    assert text.index(f"{lead}.jpg") < text.index(f"{beside}.jpg")
    assert 'data-fx="2" data-fy="5"' in text
    assert all(words in text for words in ("Un soir", "© Ada"))
    assert shown == [200, 200]
    assert gone.status_code == 404
    assert f"{lead}.jpg" not in left.text
    assert f"{beside}.jpg" in left.text
