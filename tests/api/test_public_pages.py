"""What the public reads may be kept by anybody; what names a viewer is kept by nobody."""

from tests.builders import a_person, an_edition, sign_in


async def test_a_programme_that_names_its_reader_is_kept_by_nobody(client) -> None:
    edition = await an_edition()
    place = f"/fr/{edition.slug}/"

    public = await client.get(place)
    await sign_in(client, await a_person("filmmaker", edition=edition, name="Ada"))
    own = await client.get(place)

    assert ("Ada" in public.text, public.headers["cache-control"]) == (False, "public, max-age=60")
    assert ("Ada" in own.text, own.headers["cache-control"]) == (True, "private, no-store")
    assert public.headers["vary"] == own.headers["vary"] == "cookie"
