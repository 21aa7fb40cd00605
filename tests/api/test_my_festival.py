"""A visit proposed for somebody's wishes, from what is public alone."""

import re

import pytest

from api import limits
from screenings import visits
from tests.api.test_selection import published


def found(text: str) -> list[str]:
    return re.findall(r"<h3>\s*<a[^>]*><bdi>([^<]+)", text)


async def test_the_proposal_fits_together_and_prefers_what_must_be_seen(client) -> None:
    """Two films overlap; the ways of 40 minutes keep a third from following at once."""
    world, ids = await published(600, 615, 900, 2040)
    place = f"/fr/{world.edition.slug}/my-festival"

    form = await client.get(place)
    assert 'name="school"' not in form.text
    any_of_them = await client.get(f"{place}?go=1")
    second = await client.get(f"{place}?go=1&must={world.programmes[1]}")
    one_day = await client.get(f"{place}?go=1&stay=1&must={world.programmes[1]}")
    late = await client.get(f"{place}?go=1&earliest=720")

    assert (form.status_code, found(form.text)) == (200, [])
    assert len(found(any_of_them.text)) == 3
    assert found(second.text) == ["Nuit 1", "Nuit 2", "Nuit 3"]
    assert found(one_day.text) == ["Nuit 1", "Nuit 2"]
    assert found(late.text) == ["Nuit 2"]
    assert (
        f"/fr/{world.edition.slug}/selection/programme.ics?s={ids[1]}&amp;s={ids[2]}"
        in one_day.text
    )


async def test_what_cannot_be_seen_is_named(client) -> None:
    world, _ = await published(600, 615)
    both = "&".join(f"must={one}" for one in world.programmes)

    told = await client.get(f"/en/{world.edition.slug}/my-festival?go=1&{both}")

    assert len(found(told.text)) == 1
    assert re.search(r"Without Nuit \d: none of their screenings fits", told.text)


async def test_school_sessions_are_for_classes(client) -> None:
    """Friday at ten and at five, Saturday at ten: only the first is in school hours, and for the young alone."""
    world, _ = await published(600, 1020, 2040, youth=(0, 1))
    place = f"/en/{world.edition.slug}/my-festival?go=1&must={world.programmes[0]}"

    alone = await client.get(place)
    class_ = await client.get(f"{place}&school=1")

    assert found(alone.text) == ["Nuit 1", "Nuit 2"]
    assert "Without Nuit 0" in alone.text
    assert found(class_.text) == ["Nuit 0", "Nuit 1", "Nuit 2"]
    assert re.search(r'name="school" value="1"\s+checked', class_.text)


async def test_who_asks_the_same_is_answered_at_once_and_not_counted(client, monkeypatch) -> None:
    world, _ = await published(600, 900)
    place = f"/fr/{world.edition.slug}/my-festival?go=1"
    first = await client.get(place)
    monkeypatch.setattr(limits, "MOST_VISITS", 1)

    async def never(*_) -> None:
        raise AssertionError

    monkeypatch.setattr(visits, "proposed", never)
    again = await client.get(place)
    another = await client.get(f"{place}&most=1")

    assert (first.status_code, again.text) == (200, first.text)
    assert another.status_code == 429


@pytest.mark.parametrize(
    "hostile",
    ["most=99999999999999999999", "pause=x", "earliest=900&latest=600", "age=-4", "stay=99"],
)
async def test_wishes_that_no_form_sends_are_refused(client, hostile: str) -> None:
    world, _ = await published(600)

    answer = await client.get(f"/fr/{world.edition.slug}/my-festival?go=1&{hostile}")

    assert answer.status_code == 422
