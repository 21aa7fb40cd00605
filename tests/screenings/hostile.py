"""A published edition whose films have names that nobody should be able to harm a page with."""

from festival.db import rows
from submissions.tables import Film, Submission
from tests.screenings.world import World

HOSTILE = [
    'Dite "L’Étoile" <b href="/x">', "../../../etc/passwd", "שלום/עולם \u202e gpj.exe",
    "A&B; &amp; 'c' href=\"/y\" </script><script>alert(1)</script>",
]  # fmt: skip


async def hostile_world() -> World:
    """Not published yet; the last of its films is not accepted."""
    world = await World().build(*["accepted"] * len(HOSTILE), "submitted")
    for n, title in enumerate(HOSTILE):
        film = (await Submission.objects().get(Submission.id == world.films[n])).film
        named = {Film.title: title, Film.director: title, Film.synopses: {"fr": title, "en": title}}
        await Film.update(named).where(Film.id == film)
        await rows(
            """UPDATE programme SET titles = jsonb_build_object('fr', {}::text, 'en', {}::text)
               WHERE id = {} RETURNING id""",
            title, title, world.programmes[n],
        )  # fmt: skip
        await world.place(n, 600 + 130 * n)
    return world
