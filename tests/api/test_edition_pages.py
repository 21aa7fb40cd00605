"""The desk's pages of editions: what is typed stays, what stands is told, each act has two doors."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from api.pages._timeline import line
from festival import editions, people, site
from festival.clock import now
from festival.db import rows
from festival.editions import NewEdition
from festival.site import NewText, SiteKind
from festival.tables import Edition, Phase, new_id
from screenings.editions import Happening
from screenings.publication import publish
from tests.builders import a_person, an_edition, sign_in
from tests.screenings.world import World


async def desk(client: httpx.AsyncClient, **given) -> tuple[Edition, str, str]:
    """An edition with its operator at the door; (edition, page, JSON) are its addresses."""
    edition = await an_edition(**given)
    await sign_in(client, await a_person("operator", edition=edition, name="Maud"))
    return edition, f"/fr/{edition.slug}/operator", f"/api/v1/{edition.slug}/operator"


def the_form(edition: Edition, **given) -> dict[str, object]:
    return {
        "version": edition.version, "name": edition.name, "first_day": edition.first_day.isoformat(),
        "days": 3, "zone": edition.zone, "place_fr": "Cannes", "place_en": "Cannes",
        "deadline_at": "2027-09-30T23:59", "coverage": 90, "measured_runtime": "true", **given,
    }  # fmt: skip


# Rules


async def test_the_form_keeps_all_that_stands_in_it(client) -> None:
    edition, page, _ = await desk(client)

    answer = await client.post(f"{page}/edition", data=the_form(edition, name="Autre", opens_at="2027-10-20T18:00"))

    kept = await editions.again(edition)
    assert answer.headers["location"].endswith("/operator/edition?done=desk.done.kept")
    assert (kept.name, kept.two_person_release, kept.measured_runtime, kept.version) == ("Autre", False, True, 2)
    assert kept.deadline_at == datetime(2027, 9, 30, 21, 59, tzinfo=UTC)
    assert kept.opens_at == datetime(2027, 10, 20, 16, 0, tzinfo=UTC)
    assert kept.places == {"fr": "Cannes", "en": "Cannes"}


async def test_a_form_that_nobody_changed_moves_no_moment(client) -> None:
    """A deadline at midnight is shown as 23:59 of the day before; that is no other deadline."""
    midnight = datetime(2027, 9, 30, 22, 0, tzinfo=UTC)
    edition, page, _ = await desk(client, deadline_at=midnight, coverage=0.875)
    shown = (await client.get(f"{page}/edition")).text

    await client.post(f"{page}/edition", data=the_form(edition, coverage=88, two_person_release="true", place_fr="", place_en=""))

    kept = await editions.again(edition)
    assert 'value="2027-09-30T23:59"' in shown
    assert (kept.deadline_at, kept.coverage, kept.version) == (midnight, 0.875, 1)


async def test_what_was_typed_stays_where_somebody_was_faster_and_what_stands_is_told(client) -> None:
    edition, page, json = await desk(client)
    assert (await client.patch(f"{json}/edition", json={"version": 1, "name": "Plus vite"})).status_code == 204

    answer = await client.post(f"{page}/edition", data=the_form(edition, name="Trop tard"))

    assert answer.status_code == 409
    assert 'value="Trop tard"' in answer.text
    assert "<dd>Plus vite</dd>" in answer.text


@pytest.mark.parametrize(("given", "words"), [
    ({"name": ""}, "f-name"), ({"days": 99}, "f-days"), ({"zone": "Paris"}, "f-zone"),
    ({"deadline_at": "demain"}, "f-deadline_at"), ({"coverage": 101}, "f-coverage"), ({"first_day": "?"}, "f-first_day"),
])  # fmt: skip
async def test_a_wrong_field_is_led_to_and_the_rest_stays(client, given, words) -> None:
    edition, page, _ = await desk(client)

    answer = await client.post(f"{page}/edition", data=the_form(edition, **{"place_fr": "Nice", **given}))

    assert answer.status_code == 422
    assert f'href="#{words}"' in answer.text
    assert 'value="Nice"' in answer.text


async def test_hours_are_those_of_the_editions_own_wall(client) -> None:
    edition, page, _ = await desk(client, zone="America/Toronto", deadline_at=datetime(2027, 9, 1, 3, 59, tzinfo=UTC))

    desk_page = (await client.get(f"{page}/edition")).text
    makers = (await client.get(f"/fr/{edition.slug}/submissions/new")).text
    await client.post(f"{page}/edition", data=the_form(edition, deadline_at="2027-09-30T23:59"))

    assert 'value="2027-08-31T23:59"' in desk_page
    assert "mardi 31 août à 23:59, heure de Toronto" in " ".join(makers.split())
    assert (await editions.again(edition)).deadline_at == datetime(2027, 10, 1, 3, 59, tzinfo=UTC)


# Phases and the front page


async def test_an_edition_is_opened_and_shown_each_by_its_own_act(client) -> None:
    edition, page, json = await desk(client, phase=Phase.PREPARING)
    shown = (await client.get(f"{page}/edition")).text
    before = await client.get(f"/fr/{edition.slug}/")

    opened = await client.post(f"{page}/edition/phase", data={"phase": "entries"})
    again = await client.post(f"{json}/edition/phase", json={"phase": "entries"})
    front = (await client.get("/")).headers["location"]
    taken = await client.post(f"{page}/front-page")

    assert "Ouvrir les inscriptions" in shown
    assert "ne sont pas encore ouvertes" in before.text
    assert opened.headers["location"].endswith("?done=desk.done.entries")
    assert (again.status_code, again.json()) == (200, {"phase": "entries"})
    assert front != f"/fr/{edition.slug}/"
    assert taken.headers["location"].endswith("?done=desk.done.front")
    assert (await client.get("/")).headers["location"] == f"/fr/{edition.slug}/"


async def test_what_is_missing_before_opening_is_told_on_the_page(client) -> None:
    _, page, _ = await desk(client, phase=Phase.PREPARING, deadline_at=now() - timedelta(days=1))

    answer = await client.post(f"{page}/edition/phase", data={"phase": "entries"})

    assert answer.status_code == 422
    assert "déjà passée" in answer.text


async def test_a_rule_of_the_edition_cannot_carry_the_front_page_along(client) -> None:
    edition, _, json = await desk(client)

    answer = await client.patch(f"{json}/edition", json={"name": "Autre", "is_current": True})

    assert answer.status_code in {204, 400}
    assert (await editions.again(edition)).is_current is False


# Founding and removal


async def test_an_edition_is_founded_from_the_list_as_a_copy(client) -> None:
    edition, page, json = await desk(client)
    slug = f"n{new_id()[:8]}"

    answer = await client.post(f"{page}/editions", data={
        "slug": slug, "name": "L’année prochaine", "first_day": "2029-11-23", "days": 3,
        "zone": "Europe/Paris", "copy_of": edition.slug, "kinds": ["sections", "rules"],
    })  # fmt: skip
    listed = (await client.get(f"{json}/editions")).json()
    shown = (await client.get(answer.headers["location"])).text

    assert answer.headers["location"] == f"/fr/{slug}/operator/edition?done=desk.done.founded"
    assert [one["slug"] for one in listed] == [slug, edition.slug]
    assert (listed[0]["phase"], listed[0]["entries"], listed[0]["people"]) == ("preparing", 0, 1)
    assert "L’année prochaine" in shown


async def test_a_refused_founding_keeps_what_was_typed_and_ticked(client) -> None:
    edition, page, _ = await desk(client)

    answer = await client.post(f"{page}/editions", data={
        "slug": edition.slug, "name": "L’année prochaine", "first_day": "2029-11-23", "days": 3,
        "zone": "Europe/Paris", "copy_of": edition.slug, "kinds": ["rules"],
    })  # fmt: skip

    assert answer.status_code == 422
    assert 'value="L’année prochaine"' in answer.text
    assert answer.text.count('name="kinds"') == answer.text.count('type="checkbox"')
    assert answer.text.count("checked") == 1


async def test_nobody_copies_an_edition_that_they_do_not_run(client) -> None:
    abroad = await an_edition()
    _, _, json = await desk(client)

    answer = await client.post(f"{json}/editions", json={
        "slug": f"n{new_id()[:8]}", "name": "X", "first_day": "2029-11-23", "copy_of": abroad.slug, "kinds": ["team"],
    })  # fmt: skip

    assert answer.status_code == 404


async def test_a_key_sees_and_copies_its_own_edition_alone(client) -> None:
    edition, _, _ = await desk(client)
    other = await an_edition()
    person = await a_person("operator", edition=edition)
    await people.grant(person, people.Role.OPERATOR, edition=other, by=None)
    key = await people.new_token_for(person, edition=edition, name="k", scopes={"operate"})
    client.cookies.clear()
    head = {"authorization": f"Bearer {key}"}

    listed = await client.get(f"/api/v1/{edition.slug}/operator/editions", headers=head)
    copied = await client.post(f"/api/v1/{edition.slug}/operator/editions", headers=head, json={
        "slug": f"n{new_id()[:8]}", "name": "X", "first_day": "2029-11-23", "copy_of": other.slug,
    })  # fmt: skip

    assert [one["slug"] for one in listed.json()] == [edition.slug]
    assert copied.status_code == 404


async def test_an_empty_edition_is_taken_away_after_a_page_that_says_what_goes(client) -> None:
    edition, page, _ = await desk(client)
    maud = (await rows("SELECT person FROM role WHERE edition = {}", edition.id))[0]["person"]
    made = await editions.found(
        NewEdition(slug=f"n{new_id()[:8]}", name="De trop", first_day=date(2029, 11, 23)), by=await people.person(maud)
    )

    asked = await client.get(f"/fr/{made.slug}/operator/edition/removal")
    stale = await client.request("DELETE", f"/api/v1/{made.slug}/operator/edition", json={"version": 9})
    done = await client.post(f"/fr/{made.slug}/operator/edition/removal", data={"version": 1})
    held = await client.get(f"{page}/edition/removal")

    assert "Supprimer l’édition" in asked.text
    assert stale.status_code == 409
    assert done.headers["location"] == f"/fr/{edition.slug}/operator/editions?done=desk.done.edition_removed"
    assert (await client.get(f"/fr/{made.slug}/")).status_code == 404
    assert held.status_code == 200


# The opening of the programme


async def test_the_public_reads_what_is_published_from_the_opening_on(client) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    await publish(world.edition, version=await world.version(), by=world.by)
    slug, programme = world.edition.slug, world.programmes[0]
    addresses = [
        f"/fr/{slug}/films/{programme}", f"/fr/{slug}/programme.ics", f"/api/v1/{slug}/programme",
        f"/api/v1/{slug}/programme/films/{programme}", f"/api/v1/{slug}/programme/films/{programme}/poster.jpg",
    ]  # fmt: skip
    await rows("UPDATE edition SET opens_at = now() + interval '1 day' WHERE id = {} RETURNING id", world.edition.id)

    early = [(await client.get(one)).status_code for one in addresses]
    promised = await client.get(f"/fr/{slug}/")
    await sign_in(client, world.by)
    inside = [await client.get(one) for one in (f"/fr/{slug}/", addresses[0], addresses[4])]
    program = [(await client.get(one)).status_code for one in addresses[1:4]]
    client.cookies.clear()
    await rows("UPDATE edition SET opens_at = now() - interval '1 second' WHERE id = {} RETURNING id", world.edition.id)
    open_now = [(await client.get(one)).status_code for one in addresses]

    assert early == [404] * 5
    assert "Il paraîtra ici" in promised.text
    assert programme not in promised.text
    assert [one.status_code for one in inside] == [200] * 3
    assert all("no-store" in one.headers["cache-control"] for one in inside)
    assert program == [404] * 3  # programs may be asked through a cache that keeps answers for all
    assert open_now == [200] * 5


async def test_a_letter_about_a_screening_leads_to_no_page_that_is_not_open(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    await rows("UPDATE edition SET opens_at = now() + interval '1 day' WHERE id = {} RETURNING id", world.edition.id)
    world.edition = await editions.again(world.edition)

    await publish(world.edition, version=await world.version(), by=world.by)

    links = await rows("SELECT link FROM letter WHERE edition = {} AND occasion LIKE 'published:%'", world.edition.id)
    assert links
    assert not [row for row in links if "/films/" in row["link"]]


# Texts of the site


async def test_a_text_is_tried_kept_and_read_by_the_public(client) -> None:
    edition, page, _ = await desk(client)
    words = "Éditeur : les Amis.\n\n- https://example.org/a?b=1&c=2\n- <script>alert(1)</script>"

    tried = await client.post(f"{page}/site/legal/preview", data={"text_fr": words, "version": 0})
    before = await client.get(f"/fr/{edition.slug}/site/legal")
    kept = await client.post(f"{page}/site/legal", data={"text_fr": words, "version": 0})
    client.cookies.clear()
    public = await client.get(f"/en/{edition.slug}/site/legal")
    front = await client.get(f"/fr/{edition.slug}/")
    door = await client.get(f"/fr/{edition.slug}/account/sign-in")

    assert (tried.status_code, before.status_code, kept.status_code) == (200, 404, 303)
    for read in (tried, public):
        assert "<li>&lt;script&gt;" in read.text
        assert "<script>alert" not in read.text
        assert 'href="https://example.org/a?b=1&amp;c=2" rel="' in read.text
    assert 'lang="fr"' in public.text
    for foot in (front, door):
        assert f"/{edition.slug}/site/legal" in foot.text
        assert f"/{edition.slug}/site/privacy" not in foot.text


async def test_two_who_write_one_text_do_not_undo_each_other(client) -> None:
    edition, page, json = await desk(client)
    first = await client.put(f"{json}/site/legal", json={"texts": {"fr": "Un"}, "version": 0})

    late = await client.post(f"{page}/site/legal", data={"text_fr": "Deux", "version": 0})
    second = await client.put(f"{json}/site/legal", json={"texts": {}, "version": 1})

    assert first.json() == {"texts": {"fr": "Un"}, "version": 1}
    assert late.status_code == 409
    assert "Deux" in late.text
    assert second.json() == {"texts": {}, "version": 2}
    assert (await client.get(f"/fr/{edition.slug}/site/legal")).status_code == 404


async def test_tagline_and_introduction_stand_on_the_programmes_page(client) -> None:
    edition, page, _ = await desk(client)
    by = await a_person("operator", edition=edition)
    await site.write_text(edition, SiteKind.INTRO, NewText(texts={"en": "Come & see."}), by=by)

    long = await client.post(f"{page}/site/tagline", data={"text_fr": "x" * 201, "version": 0})
    await client.post(f"{page}/site/tagline", data={"text_fr": "Rien que le ciel.", "version": 0})
    public = (await client.get(f"/fr/{edition.slug}/")).text

    assert long.status_code == 422
    assert "Rien que le ciel." in public
    assert "Come &amp; see." in public
    assert (await client.get(f"/fr/{edition.slug}/site/tagline")).status_code == 404


async def test_the_record_tells_a_changed_moment_as_people_read_it(client) -> None:
    _, page, json = await desk(client)
    await client.patch(f"{json}/edition", json={"opens_at": "2028-10-20T18:00:00+02:00"})

    told = await client.get(f"{page}/record")

    assert "20 octobre 2028, 18:00" in told.text


NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)


@pytest.mark.unit
def test_of_seven_things_on_one_day_no_words_lie_on_others() -> None:
    edition = Edition(first_day=date(2027, 11, 26), days=3, created_at=NOON, deadline_at=NOON)
    moments = [Happening(what="entries", at=NOON + timedelta(minutes=n)) for n in range(7)]

    points = line(edition, moments, now=NOON).points

    early = [point.lane for point in points if point.what != "festival"]
    assert [lane for lane in early if lane is not None] == [0, 1, 2, 3]
    assert len(early) == 8
