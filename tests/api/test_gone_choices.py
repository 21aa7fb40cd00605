"""A page that was drawn before somebody else took a choice away sends what is gone: it is told so in words."""

import pytest
from lxml import html

from tests.builders import a_person, an_edition, sign_in

GONE = "no-such-choice"


@pytest.fixture
async def desk(client):
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))

    async def sent(place: str, **fields: str):
        return await client.post(f"/fr/{edition.slug}/operator/{place}", data=fields)

    return sent


def told(page: str) -> list[str]:
    return [one.text_content().strip() for one in html.fromstring(page).xpath('//*[contains(@class, "summary")]//li')]


@pytest.mark.parametrize(("place", "fields"), [
    ("form/questions", {"kind": GONE, "label_fr": "Pourquoi ?", "label_en": "Why?"}),
    ("materials", {"kind": GONE, "label_fr": "Affiche", "label_en": "Poster", "accepts": "picture"}),
    ("materials", {"kind": "poster", "label_fr": "Affiche", "label_en": "Poster", "accepts": GONE}),
    ("form/fields/year", {"section": "C", "wanted": GONE, "version": "0"}),
    ("form/fields/year", {"section": "Z", "wanted": "optional", "version": "0"}),
    ("form/fields/year", {"section": "", "wanted": GONE, "version": "0"}),
    ("deadlines", {"kind": GONE, "section": "", "at_day": "2027-01-31", "at_hour": "23:59"}),
    ("deadlines", {"kind": "regular", "section": "Z", "at_day": "2027-01-31", "at_hour": "23:59"}),
    ("codes", {"percent": "100", "most_uses": "1", "sections": "Z"}),
])  # fmt: skip
async def test_a_choice_that_is_gone_is_refused_in_words(desk, place, fields) -> None:
    answer = await desk(place, **fields)

    assert answer.status_code == 422
    assert told(answer.text)
    for typed in ("Pourquoi ?", "Affiche"):
        assert (typed in fields.values()) is (f'value="{typed}"' in answer.text)
