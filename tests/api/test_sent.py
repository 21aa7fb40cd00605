"""What goes along where somebody sends an address on: words, a picture, and what machines read, by schema."""

import io
import json
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from lxml import html
from PIL import Image

from api.leaves import Asked
from api.pages._linked import film_page
from screenings.document import LiveNews
from screenings.exports.cards import MARGIN, SIZE, SentCard, drawn, titled
from tests.api.test_frozen_pages import published
from tests.screenings.hostile import HOSTILE, hostile_world

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "linked.schema.json").read_text())
IVORY = 0.84  # luminance of the words


def faults(linked: object) -> list[str]:
    return [str(one) for one in jsonschema_rs.validator_for(SCHEMA).iter_errors(linked)]


def linked_in(text: str) -> object:
    page = html.document_fromstring(text)
    [block] = page.xpath("//script[@type='application/ld+json']")
    return json.loads(block.text)


def meta(text: str) -> dict[str, str]:
    page = html.document_fromstring(text)
    return {one.get("property") or one.get("name"): one.get("content") for one in page.iter("meta") if one.get("content")}


async def test_every_film_says_what_it_is_to_machines_and_to_whom_it_is_sent(app, client) -> None:
    world = await hostile_world()
    await published(app, world)
    host, slug = "http://127.0.0.1:8000", world.edition.slug

    for lang in ("fr", "en"):
        front = (await client.get(f"/{lang}/{slug}/")).text
        assert faults(linked_in(front)) == []
        assert meta(front)["og:image"] == f"{host}/{lang}/{slug}/card.jpg"
        for n, title in enumerate(HOSTILE):
            place = f"/{lang}/{slug}/films/{world.programmes[n]}"
            text = (await client.get(place)).text
            linked, told = linked_in(text), meta(text)
            assert faults(linked) == []
            assert (linked[0]["@type"], linked[0]["name"]) == ("ScreeningEvent", title)
            assert linked[0]["workPresented"]["director"]["name"] == title
            assert told["og:title"] == title.replace("\u202e", "").replace("  ", " ")
            assert "\u202e" not in told["og:description"]
            assert (told["og:url"], told["og:image"]) == (f"{host}{place}", f"{host}{place}/card.jpg")
            assert (told["twitter:card"], told["og:type"]) == ("summary_large_image", "video.movie")
            assert "<script>alert" not in text
    for place in (f"/fr/{slug}/card.jpg", f"/fr/{slug}/films/{world.programmes[2]}/card.jpg"):
        card, again = await client.get(place), await client.get(place)
        assert (card.headers["content-type"], card.content) == ("image/jpeg", again.content)
        assert Image.open(io.BytesIO(card.content)).size == SIZE
    assert (await client.get(f"/fr/{slug}/films/{world.programmes[-1]}/card.jpg")).status_code == 404

    held = await app.state.shelf.held(slug)
    told_on_its_day(held.public, host)


def told_on_its_day(public, host: str) -> None:
    """What is called off, or begins later, says so by the same schema."""
    document, asked = public.document, Asked(public=public, url=host, lang="fr")
    for news, said in [
        (LiveNews(cancelled=True), "EventCancelled"),
        (LiveNews(was_at=document.screenings[0].starts_at - timedelta(hours=1)), "EventRescheduled"),
    ]:
        moved = [msgspec.structs.replace(one, live=news) for one in document.screenings]
        linked = film_page(asked, msgspec.structs.replace(document, screenings=moved), document.programmes[0])
        assert faults(linked) == []
        assert linked[0]["eventStatus"].endswith(said)


@pytest.mark.unit
@pytest.mark.parametrize("harm", [
    {"startDate": "demain"}, {"name": ""}, {"image": "/card.jpg"}, {"eventStatus": "EventCancelled"}, {"email": "a@b.c"},
])  # fmt: skip
def test_the_schema_refuses_what_no_machine_would_read(harm: dict[str, str]) -> None:
    place = {"@type": "Place", "name": "Orion", "address": "Cannes"}
    sound = {
        "@context": "https://schema.org", "@type": "ScreeningEvent", "@id": "https://x.org/a", "name": "A",
        "url": "https://x.org/a", "startDate": "2027-11-26T20:00:00+01:00", "endDate": "2027-11-26T22:00:00+01:00",
        "eventStatus": "https://schema.org/EventScheduled", "location": place, "image": "https://x.org/a/card.jpg",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "superEvent": {"@type": "Festival", "@id": "https://x.org/#f", "name": "F"},
    }  # fmt: skip

    assert faults([sound]) == []
    assert faults([sound | harm]) != []


def brightness(colour: tuple[int, int, int]) -> float:
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def white() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (640, 360), "white").save(made, "JPEG")
    return made.getvalue()


@pytest.mark.unit
@pytest.mark.parametrize("title", ["Périhélie", "L’ombre portée d’une très longue nuit sur la mer de la Tranquillité"])
def test_words_on_a_card_can_be_read_on_a_white_still(title: str) -> None:
    words = SentCard(title=title, lines=("Vendredi 26 novembre, 20:30 · Orion", "Ada · France"), when="26–28 novembre 2027")
    seen = Image.open(io.BytesIO(drawn(words, white()))).convert("RGB")

    top = SIZE[1] - MARGIN - 96 - round(sum(line.height for line in titled(title)))
    for box in [(0, 30, SIZE[0], 100), (0, top, SIZE[0], SIZE[1])]:
        column = [seen.getpixel((8, y)) for y in range(box[1], box[3])]  # beside the words
        assert (IVORY + 0.05) / (max(map(brightness, column)) + 0.05) >= 4.5
    middle = seen.getpixel((8, (100 + top) // 2))
    assert title != "Périhélie" or brightness(middle) > 0.4, "where no words stand, the film is seen"


@pytest.mark.unit
@pytest.mark.parametrize(("title", "is_rtl"), [
    ("Nuit", False), ("שלום עולם", True), ("سماء بلا حدود", True), ("Donaudampfschifffahrtsgesellschaft" * 3, False),
    ("a " * 150, False), ("Łódź", False), ("<b>&amp;</b>", False),
])  # fmt: skip
def test_a_title_stays_on_its_card(title: str, is_rtl: bool) -> None:
    lines = titled(title)

    assert 0 < len(lines) <= 3
    assert all(line.width <= SIZE[0] - 2 * MARGIN for line in lines)
    assert {line.is_rtl for line in lines} == {is_rtl}
    assert drawn(SentCard(title=title), None) == drawn(SentCard(title=title), b"no picture")


@pytest.mark.unit
def test_a_title_that_no_hand_of_ours_can_write_is_left_to_the_words_beside_the_card() -> None:
    assert titled("宇宙映画祭") == []
    assert Image.open(io.BytesIO(drawn(SentCard(title="宇宙映画祭", lines=("Orion",)), None))).size == SIZE
