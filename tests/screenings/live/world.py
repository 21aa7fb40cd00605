"""A published evening on two screens, and a moment of it that a rehearsal pretends."""

from datetime import datetime

from festival.clock import at
from screenings import publication
from screenings.live import acts
from screenings.live.day import LiveDay, day_of
from screenings.rooms import ScreenForm, add_screen
from tests.screenings.world import World

EVENING = 18 * 60
"""The first of some short films, each an hour after the other on the same screen."""
LASTS, TURNAROUND = 26, 25
"""Minutes: with its introduction and its debate, and until the screen is clear."""


class Evening(World):
    async def opened(self, *, screens: int = 1, films: int = 2, **edition: object) -> "Evening":
        """So many films one after the other on the first screen; published."""
        await self.build(*["accepted"] * films, **edition)
        self.screens = [self.screen]
        for n in range(screens - 1):
            form = ScreenForm(venue=self.venue, name=f"Vega {n}", seats=300, hours=[(600, 1440)] * 3)
            self.screens.append((await add_screen(self.edition, form, by=self.by)).id)
        for n in range(films):
            await self.place(n, EVENING + 60 * n)
        await publication.publish(self.edition, version=await self.version(), by=self.by)
        return self

    async def rehearsed(self, minute: int = EVENING) -> "Evening":
        await acts.rehearse(self.edition, self.moment(minute), by=self.by)
        return self

    def moment(self, minute: int) -> datetime:
        return at(self.edition.first_day, minute)

    async def day(self) -> LiveDay:
        found = await day_of(self.edition)
        assert found is not None
        return found

    async def stable(self, n: int) -> str:
        document = (await self.day()).document
        return next(s.id for s in document.screenings if s.programme == self.programmes[n])

    async def version_of(self, stable: str) -> int:
        return (await self.day()).live(stable).version

