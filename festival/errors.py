"""The five ways in which the festival says no; `api/refusals.py` alone knows their HTTP numbers."""


class FestivalError(Exception):
    """Carries codes, never sentences: the words stand in `locale/` under `error.<code>`."""

    def __init__(self, *codes: str, **values: object) -> None:
        super().__init__(*codes)
        self.codes = codes
        self.values = values


class Refused(FestivalError):
    """A rule says no: all the reasons at once, `field:code` where a field is at fault."""


class NotAllowed(FestivalError):
    """This person may not do this."""


class Missing(FestivalError):
    """There is no such thing, or none that this person may know of."""


class Conflict(FestivalError):
    """Somebody else was faster; look again."""


class Busy(FestivalError):
    """As much is done of this as may be done at once; come again soon."""
