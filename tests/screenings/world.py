"""An edition with one room and accepted films in programmes, in the database."""

from festival.tables import Edition
from screenings import grid
from screenings.document import Document
from screenings.grid import NewScreening, ScreenStart
from screenings.lists import placed_in, working_grid
from screenings.programmes import ProgrammeForm, add_programme
from screenings.public import all_of
from screenings.rooms import ScreenForm, add_screen
from screenings.venues import VenueForm, add_venue
from tests.builders import a_film, a_person, an_edition


class World:
    async def build(self, *statuses: str, **edition: object) -> "World":
        self.edition = await an_edition(**edition)
        self.by = await a_person("programmer", edition=self.edition, name="Pia")
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.venue = (await add_venue(self.edition, VenueForm(name="Palais"), by=self.by)).id
        form = ScreenForm(venue=self.venue, name="Orion", seats=300, hours=[(600, 1440)] * 3)
        self.screen = (await add_screen(self.edition, form, by=self.by)).id
        self.films, self.programmes = [], []
        for n, status in enumerate(statuses):
            film, _ = await a_film(self.edition, self.maker, title=f"Nuit {n}", status=status)
            made = ProgrammeForm(titles={"fr": f"Nuit {n}"}, section="C", films=[film])
            self.films.append(film)
            self.programmes.append((await add_programme(self.edition, made, by=self.by)).id)
        return self

    async def version(self) -> int:
        return (await working_grid(self.edition)).version

    async def move(self, n: int, start: int) -> None:
        """The first showing of a programme, to another hour on the same screen."""
        [placed] = [p for p in await placed_in(await working_grid(self.edition)) if p.programme == self.programmes[n]]
        there = ScreenStart(screen=self.screen, start=start)
        await grid.move(self.edition, placed.id, there, version=await self.version(), by=self.by)

    async def place(self, n: int, start: int) -> str:
        new = NewScreening(programme=self.programmes[n], screen=self.screen, start=start)
        placed, _ = await grid.place(self.edition, new, by=self.by)
        return placed


async def what_the_public_reads(edition: Edition) -> Document | None:
    """The newest publication, less what has left since; none before the opening."""
    return (await all_of(edition)).open_document
