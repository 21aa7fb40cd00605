"""The colours of an edition's sections, as a style sheet."""

from festival.tables import Edition
from submissions.lists import sections_of


async def hue_sheet(edition: Edition) -> bytes:
    """The hue of every section by its letter: pages may not say it themselves."""
    return "".join(
        f'[data-section="{one.letter}"],[data-hue="{one.hue}"]{{--h:{one.hue}}}\n'
        for one in await sections_of(edition)
    ).encode()
