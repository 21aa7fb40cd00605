"""Who may see which film is said twice, in `festival.access` and as SQL where lists are fetched. Here
the two are held against each other, for roles, sections and recusals as they may come.
"""

import json
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from festival.access import Act, Subject, Viewer, may, within_scope
from festival.db import rows
from festival.tables import Phase, Role
from reviews import board, lists
from reviews.decisions import unseen_by_others
from reviews.evidence import seated
from submissions.lists import subject_of
from submissions.tables import Member
from tests.builders import a_film, a_person, a_section, an_edition, the_viewer

SECTIONS = ("C", "S")
STATUSES = ("draft", "submitted", "accepted", "declined", "withdrawn")
FILES = ("released", "ready")
FILMS = [
    film
    for film in product(SECTIONS, STATUSES, FILES, (False, True))
    if film[1] == "submitted" or not film[3] or film[2] == "released"
]
SITTING = st.dictionaries(
    st.sampled_from([Role.REVIEWER, Role.CHAIR, Role.PROGRAMMER]),
    st.sets(st.sampled_from(SECTIONS)),
)
ASIDE = st.lists(st.tuples(st.integers(0, len(FILMS) - 1), st.booleans()), max_size=5)
EVERY_KIND = settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


class World:
    """One film of every kind: its section, its status, its file, and whether Ann made it."""

    made: "World | None" = None

    @classmethod
    async def known(cls) -> "World":
        if cls.made is None:
            cls.made = await cls().make()
        return cls.made

    async def make(self) -> "World":
        self.edition = await an_edition(phase=Phase.SELECTION, two_person_release=True)
        maker = await a_person("filmmaker", edition=self.edition)
        self.ann = await a_person(edition=self.edition, name="Ann")
        self.sections = {letter: (await a_section(self.edition, letter)).id for letter in SECTIONS}
        self.films = []
        for n, (section, status, file, is_own) in enumerate(FILMS):
            film, _ = await a_film(
                self.edition, maker, title=f"Nuit {n:02d}", section=section, status=status, file=file
            )
            self.films.append(film)
            if is_own:
                await Member(submission=film, person=self.ann.id).save()
        return self

    async def seat(self, roles: dict[Role, set[str]], aside: list[tuple[int, bool]]) -> Viewer:
        """Ann has these roles and no others, and steps aside from these films, or came back."""
        await rows("DELETE FROM role WHERE person = {} RETURNING id", self.ann.id)
        await rows("DELETE FROM recusal WHERE person = {} RETURNING id", self.ann.id)
        for part, letters in roles.items():
            await rows(
                "INSERT INTO role (id, person, edition, part, sections) VALUES ({}, {}, {}, {}, {}::jsonb) RETURNING id",
                f"{self.ann.id[:6]}{part}"[:16], self.ann.id, self.edition.id, part.value,
                json.dumps(sorted(self.sections[letter] for letter in letters)),
            )  # fmt: skip
        for n, (film, is_back) in enumerate(dict(aside).items()):
            await rows(
                """INSERT INTO recusal (id, submission, person, reason, created_at, lifted_at)
                   VALUES ({}, {}, {}, '', now(), CASE WHEN {} THEN now() END) RETURNING id""",
                f"{self.ann.id[:10]}{n}", self.films[film], self.ann.id, is_back,
            )  # fmt: skip
        return await the_viewer(self.ann, self.edition)

    async def subjects(self, viewer: Viewer) -> list[Subject]:
        return [await subject_of(film, viewer) for film in self.films]


@EVERY_KIND
@given(SITTING, ASIDE)
async def test_lists_fetch_what_the_table_of_access_allows_and_nothing_else(house, roles, aside) -> None:
    world = await World.known()
    viewer = await world.seat(roles, aside)
    subjects = await world.subjects(viewer)
    allowed = {one.id for one in subjects if may(viewer, Act.WATCH, one)}
    waiting = {one.id for one in subjects if one.id in allowed and one.status == "submitted"}

    assert {film.id for film in await lists.queue(viewer)} == allowed
    ahead = await lists.ahead(viewer, "")
    assert (ahead.left, ahead.id in waiting) == (len(waiting), bool(waiting))
    assert {film.id for film in await board.films(viewer)} == {
        one.id for one in subjects if may(viewer, Act.DECIDE, one)
    }


@EVERY_KIND
@given(SITTING, ASIDE)
async def test_a_vote_is_heard_of_whoever_may_see_the_film(house, roles, aside) -> None:
    """Of films that are there to be seen: a seat is about the person, not about the file."""
    world = await World.known()
    viewer = await world.seat(roles, aside)

    heard = await rows(
        f"SELECT s.id FROM submission s, person p WHERE s.edition = {{}} AND p.id = {{}} AND {seated('p.id')}",
        world.edition.id,
        world.ann.id,
    )

    there = {one.id for one in await world.subjects(viewer) if one.is_released and one.status not in {"draft", "withdrawn"}}
    assert {row["id"] for row in heard} & there == {
        one.id for one in await world.subjects(viewer) if within_scope(viewer, one)
    }


@EVERY_KIND
@given(st.sets(st.sampled_from(SECTIONS)), ASIDE)
async def test_the_other_chair_releases_what_they_may_decide(house, sections, aside) -> None:
    world = await World.known()
    viewer = await world.seat({Role.CHAIR: sections}, aside)
    there = [one for one in await world.subjects(viewer) if one.is_released and one.status == "submitted"]

    hidden = await unseen_by_others(world.edition, [one.id for one in there], but="nobody")

    unseen = {f"Nuit {world.films.index(one.id):02d}" for one in there if not may(viewer, Act.DECIDE, one)}
    assert {film["title"] for film in hidden} == unseen
