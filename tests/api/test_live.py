"""A tap in a dark room is public truth at once: on pages, in diaries, in the foyer; in a rehearsal nowhere."""

import pytest
from icalendar import Calendar

from festival.clock import festival_day, minutes_of, now
from festival.people import grant
from festival.tables import Role
from tests.builders import a_person, sign_in
from tests.screenings.live.world import EVENING, Evening


async def a_festival_day(client, **what) -> Evening:
    """The first day is this one."""
    world = await Evening().opened(first_day=festival_day(now()), **what)
    await sign_in(client, world.by)
    return world


async def tap(client, world: Evening, n: int, what: str, **data: object):
    stable = await world.stable(n)
    return await client.post(
        f"/api/v1/{world.edition.slug}/live/screenings/{stable}/{what}",
        json={"version": await world.version_of(stable), **data},
    )


async def read(client, world: Evening, path: str, lang: str = "fr"):
    """As somebody who has not signed in."""
    kept = dict(client.cookies)
    client.cookies.clear()
    try:
        return await client.get(f"/{lang}/{world.edition.slug}{path}")
    finally:
        client.cookies.update(kept)


async def as_its_maker(client, world: Evening, n: int) -> tuple[dict, str]:
    """What its makers read of the first screening of a film: the program's answer, and the page."""
    home, its = world.edition.slug, f"/submissions/{world.films[n]}/screenings"
    await sign_in(client, world.maker)
    told, page = (await client.get(f"/api/v1/{home}{its}")).json(), await client.get(f"/fr/{home}{its}")
    await sign_in(client, world.by)
    return told[0], page.text


async def entry(client, world: Evening, n: int):
    """What a diary is told of a screening."""
    [event] = Calendar.from_ical(
        (await read(client, world, f"/screenings/{await world.stable(n)}.ics")).content
    ).walk("VEVENT")
    return event


async def test_what_is_cancelled_is_cancelled_everywhere_at_once_and_back(client) -> None:
    world = await a_festival_day(client)
    before = await read(client, world, f"/films/{world.programmes[1]}")

    done = await tap(client, world, 0, "cancelled", texts={"fr": "Panne de courant", "en": "No power"})

    assert done.status_code == 201
    page = await read(client, world, f"/films/{world.programmes[0]}", "en")
    assert "Cancelled" in page.text
    assert "No power" in page.text
    assert "EventCancelled" in page.text
    assert "Panne de courant" in (await read(client, world, "/")).text
    told, told_page = await as_its_maker(client, world, 0)
    assert (told["live"]["cancelled"], "Panne de courant" in told_page) == (True, True)
    assert (await as_its_maker(client, world, 1))[0]["live"] is None
    event = await entry(client, world, 0)
    assert (event["status"], event["sequence"]) == ("CANCELLED", 2)
    assert "Nuit 0" not in (await read(client, world, "/exports/schedule.xml")).text
    assert (await read(client, world, f"/films/{world.programmes[1]}")).headers["etag"] == before.headers["etag"]

    await client.post(f"/api/v1/{world.edition.slug}/live/acts/{done.json()['act']}/undone")

    event = await entry(client, world, 0)
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 3)
    assert "Annulée" not in (await read(client, world, f"/films/{world.programmes[0]}")).text


async def test_what_is_moved_moves_in_every_diary(client) -> None:
    world = await a_festival_day(client, screens=2)
    was = (await entry(client, world, 1))["dtstart"].dt

    await tap(client, world, 1, "moved", screen=world.screens[1], starts="19:20")

    event = await entry(client, world, 1)
    assert minutes_of(event["dtstart"].dt, world.edition.first_day) == EVENING + 80
    assert (event["dtstart"].dt - was).total_seconds() == 20 * 60
    assert event["location"].startswith("Vega 0")
    page = (await read(client, world, f"/films/{world.programmes[1]}")).text
    assert "prévue dans la salle Orion" in page
    assert "prévue à 19:00" in page


async def test_whoever_waits_is_foretold_and_no_diary_moves(client) -> None:
    world = await a_festival_day(client)
    was = await entry(client, world, 1)

    await tap(client, world, 0, "late", minutes=120)

    told = await entry(client, world, 1)
    assert (told["dtstart"].dt, told["sequence"]) == (was["dtstart"].dt, was["sequence"])


async def test_a_stale_tap_is_refused_and_says_so(client) -> None:
    world = await a_festival_day(client)
    stable = await world.stable(0)
    await tap(client, world, 0, "cancelled")

    late = await client.post(
        f"/api/v1/{world.edition.slug}/live/screenings/{stable}/late", json={"version": 0, "minutes": 5}
    )

    assert late.status_code == 409


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_the_page_rehearses_an_evening_by_forms_alone(client, lang) -> None:
    world = await Evening().opened()
    await grant(world.by, Role.OPERATOR, edition=world.edition, by=None)
    await sign_in(client, world.by)
    page = f"/{lang}/{world.edition.slug}/programmer/live"
    stable = await world.stable(0)
    assert "rehearsal" in (await client.get(page)).text

    begun = await client.post(f"{page}/rehearsal", data={"day": "0", "hour": "18:10"})
    assert begun.status_code == 303
    shown = (await client.get(page)).text
    assert 'class="show due"' in shown
    assert f"{page}/{stable}/begun" in shown

    await client.post(f"{page}/{stable}/begun", data={"version": "0", "at": "18:00"})
    shown = (await client.get(page)).text
    assert 'class="show running"' in shown
    again = await client.post(f"{page}/{stable}/late", data={"version": "0", "minutes": "60"})
    assert again.status_code == 409
    await client.post(f"{page}/{stable}/late", data={"version": "1", "minutes": "60"})

    shown = (await client.get(f"{page}?ways=all")).text
    assert 'id="h-wait"' in shown
    foyer = (await client.get(f"{page}/foyer")).text
    assert "19:51" in foyer
    assert "19:51" not in (await read(client, world, "/foyer", lang)).text
    await client.post(f"{page}/rehearsal/ended", data={})
    assert "rehearsal/ended" not in (await client.get(page)).text


async def test_only_the_office_comes_in_and_only_operators_rehearse(client) -> None:
    world = await Evening().opened()
    page = f"/fr/{world.edition.slug}/programmer/live"
    await sign_in(client, world.by)
    assert (await client.get(page)).status_code == 200
    refused = await client.post(f"{page}/rehearsal", data={"day": "0", "hour": "18:10"})
    assert refused.status_code == 403
    await sign_in(client, await a_person("reviewer", edition=world.edition))
    assert (await client.get(page)).status_code == 403
    assert (await client.get(f"/api/v1/{world.edition.slug}/live")).status_code == 403


async def test_the_foyer_renews_itself_and_says_what_has_changed(client) -> None:
    world = await a_festival_day(client, screens=2)
    quiet = await read(client, world, "/foyer")
    assert '<noscript><meta http-equiv="refresh" content="30"' in quiet.text
    assert "Changements" not in quiet.text

    await tap(client, world, 1, "moved", screen=world.screens[1], starts="03:30")  # still to come, also at midnight

    told = (await read(client, world, f"/foyer/{world.venue}")).text
    assert "03:30, Vega 0 au lieu de Orion" in told
    assert (await read(client, world, "/foyer/nowhere")).status_code == 404
