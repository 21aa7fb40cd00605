"""A page has one sheet, small on the line; it is what its parts are."""

import re

import brotli
import pytest

from api import assets
from api.drawing import TEMPLATES
from tests.builders import an_edition

NAMED = re.compile(r"set styles = \[(.*?)\]", re.DOTALL)


@pytest.mark.unit
def test_every_sheet_that_a_template_names_is_there() -> None:
    """One that is not would leave its page without any."""
    named = {
        name
        for file in TEMPLATES.rglob("*.html")
        for names in NAMED.findall(file.read_text())
        for name in re.findall(r'"([^"]+)"', names)
    }

    assert named - assets.sheets_there().keys() == set()
    assert len(named) > 40


async def test_a_page_asks_for_one_sheet_that_comes_compressed(client) -> None:
    edition = await an_edition()
    page = await client.get(f"/fr/{edition.slug}/account/sign-in")
    asked = re.findall(r'rel="stylesheet"\s+href="([^"]+)"', page.text)

    assert [place for place in asked if "sections.css" not in place] == [asked[0]]
    plain = await client.get(asked[0], headers={"accept-encoding": "identity"})
    async with client.stream("GET", asked[0], headers={"accept-encoding": "br"}) as small:
        sent = b"".join([piece async for piece in small.aiter_raw()])
    again = await client.get(asked[0], headers={"accept-encoding": "br", "if-none-match": small.headers["etag"]})
    head = await client.head(asked[0], headers={"accept-encoding": "identity"})

    assert plain.content == b"".join((assets.STATIC / "css" / f"{n}.css").read_bytes() for n in assets.FOR_ALL_PAGES)
    assert (small.headers["content-encoding"], small.headers["vary"]) == ("br", "accept-encoding")
    assert brotli.decompress(sent) == plain.content
    assert len(sent) < len(plain.content) / 3
    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("name", ["all.nothing.css", "all.public.public.css", "public.css", "all.css.map", "all.%2e%2e.css"])
async def test_a_sheet_of_no_parts_of_ours_is_not_there(client, name: str) -> None:
    answer = await client.get(f"{assets.prefix()}/sheets/{name}")

    assert answer.status_code == 404
