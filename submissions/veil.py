"""From whom the names of a film's makers are kept, wherever an office lists films: a rule in SQL.

Whoever sits in the committee of a blind section reads no name of its makers, whatever other parts they have.
"""

from festival.access import COMMITTEE, Viewer


def is_veiled(viewer: Viewer) -> str:
    """SQL: whether names are kept from this viewer, of a submission whose section is `x`."""
    return "coalesce(x.is_blind, false)" if viewer.has(*COMMITTEE) else "false"
