"""How a film stands, for its maker: the words, the phases, and the one thing to do next. Pure."""

import msgspec

from api.pages._entry import STEPS, step_of
from submissions.lists import Card
from submissions.status import FileState, Status

PHASES = ("entry", "file", "check", "copy", "committee", "answer")
BAD = frozenset({FileState.FAULTY, FileState.QUARANTINED, FileState.FAILED})
CHECKING = frozenset({FileState.RECEIVED, FileState.INSPECTING})
COPYING = frozenset({FileState.PASSED, FileState.MAKING})
URGENT = frozenset({"faulty", "quarantined", "ready"})


class PhaseMark(msgspec.Struct, frozen=True):
    """One of the six; `mark` is done, now, bad, gold, sending or nothing yet."""

    name: str
    mark: str = ""
    percent: int | None = None


class FilmCard(msgspec.Struct, frozen=True):
    """One card: `stand` names its words, `act` its button, `place` where the button leads. `is_read`: its
    reader may only read it.
    """

    card: Card
    stand: str
    tone: str
    act: str
    place: str
    lacks: int
    is_read: bool
    phases: list[PhaseMark]

    @property
    def is_urgent(self) -> bool:
        return self.stand in URGENT and not self.is_read


ACTS = {
    "faulty": ("replace", "/file"),
    "quarantined": ("replace", "/file"),
    "failed": ("look", "/file"),
    "ready": ("watch", "/file"),
    "receiving": ("resume", "?step=file#transfer"),
    "checking": ("follow", "/file"),
    "copying": ("follow", "/file"),
    "whole": ("file", "/filing"),
    "draft": ("go_on", ""),
    "submitted": ("look", "/file"),
    "waitlisted": ("look", "/file"),
    "accepted": ("look", "/file"),
    "declined": ("reread", ""),
    "withdrawn": ("reread", ""),
}
TONES = {
    "faulty": "bad",
    "quarantined": "bad",
    "failed": "bad",
    "ready": "go",
    "whole": "go",
    "accepted": "gold",
}


def film(card: Card, *, missing: list[str], received: int = 0, is_read: bool = False) -> FilmCard:
    """`missing` counts for drafts only; `received` is what has come of a file under way. `is_read`: nothing
    of it is its reader's to do.
    """
    stand = standing(card, missing)
    act, place = ("reread", "") if is_read else ACTS[stand]
    if act == "go_on":
        place = first_open(missing)
    return FilmCard(
        card=card,
        stand=stand,
        tone=TONES.get(stand, ""),
        act=act,
        place=place,
        is_read=is_read,
        lacks=len(missing),
        phases=phases(
            card, lacks=[m for m in missing if not m.startswith("file:")], received=received
        ),
    )


def first_open(missing: list[str]) -> str:
    """Where a draft goes on: at the first step that lacks something."""
    steps = {step_of(code.partition(":")[0]) for code in missing}
    return next((f"?step={step}" for step in STEPS if step in steps), "")


def standing(card: Card, missing: list[str]) -> str:
    """One word for where the film is; the file speaks first while the entry is a draft."""
    if card.status != Status.DRAFT:
        return card.status
    state = card.file_state
    if state in BAD or state in {FileState.READY, FileState.RECEIVING}:
        return str(state)
    if state in CHECKING:
        return "checking"
    if state in COPYING:
        return "copying"
    return "draft" if missing else "whole"


def phases(card: Card, *, lacks: list[str], received: int) -> list[PhaseMark]:
    marks = [_entry(card, lacks), _file(card, received), _check(card), _copy(card)]
    return [*marks, _committee(card), _answer(card)]


def _entry(card: Card, lacks: list[str]) -> PhaseMark:
    return PhaseMark("entry", "now" if card.status == Status.DRAFT and lacks else "done")


def _file(card: Card, received: int) -> PhaseMark:
    if card.file_state is None:
        return PhaseMark("file")
    if card.file_state == FileState.RECEIVING:
        return PhaseMark("file", "sending", int(100 * received / max(card.file_size or 0, 1)))
    return PhaseMark("file", "done")


def _check(card: Card) -> PhaseMark:
    if card.file_state in BAD:
        return PhaseMark("check", "bad")
    if card.file_state in CHECKING:
        return PhaseMark("check", "now")
    passed = card.file_state in COPYING | {FileState.READY, FileState.RELEASED}
    return PhaseMark("check", "done" if passed else "")


def _copy(card: Card) -> PhaseMark:
    if card.file_state == FileState.MAKING:
        return PhaseMark("copy", "sending", int(100 * (card.fraction or 0)))
    if card.file_state in {FileState.PASSED, FileState.READY}:
        return PhaseMark("copy", "now")
    return PhaseMark("copy", "done" if card.file_state == FileState.RELEASED else "")


def _committee(card: Card) -> PhaseMark:
    if card.status in {Status.SUBMITTED, Status.WAITLISTED}:
        return PhaseMark("committee", "now")
    return PhaseMark(
        "committee", "done" if card.status in {Status.ACCEPTED, Status.DECLINED} else ""
    )


def _answer(card: Card) -> PhaseMark:
    marks = {Status.ACCEPTED: "gold", Status.WAITLISTED: "now", Status.DECLINED: "done"}
    return PhaseMark("answer", marks.get(Status(card.status), ""))
