"""Where a submission and its file stand, and the moves that exist. Pure."""

from enum import StrEnum


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


MOVES: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.SUBMITTED: frozenset(
        {Status.ACCEPTED, Status.WAITLISTED, Status.DECLINED, Status.WITHDRAWN}
    ),
    Status.WAITLISTED: frozenset({Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN}),
    Status.ACCEPTED: frozenset({Status.WITHDRAWN}),
    Status.DECLINED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}

DECIDABLE = frozenset({Status.SUBMITTED, Status.WAITLISTED})
DECISIONS = frozenset({Status.ACCEPTED, Status.WAITLISTED, Status.DECLINED})
# The ways back from what was announced: with a letter of their own alone (`reviews/changing.py`).
BACK: dict[Status, frozenset[Status]] = {
    told: (DECISIONS | {Status.SUBMITTED}) - {told} for told in DECISIONS
}


# Taken back in haste: the way there leads back while nothing has followed (`entries.comes_back_until`).
RETURNS: dict[Status, frozenset[Status]] = {
    Status.WITHDRAWN: frozenset({Status.DRAFT, Status.SUBMITTED})
}


class FileState(StrEnum):
    RECEIVING = "receiving"
    RECEIVED = "received"
    INSPECTING = "inspecting"
    PASSED = "sound"  # the word that rows and programs know
    MAKING = "making"
    READY = "ready"
    RELEASED = "released"
    FAULTY = "faulty"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    REPLACED = "replaced"


WORKING = frozenset({FileState.RECEIVED, FileState.INSPECTING, FileState.PASSED, FileState.MAKING})
LAST = frozenset(
    {FileState.READY, FileState.RELEASED, FileState.FAULTY, FileState.QUARANTINED,
     FileState.FAILED, FileState.REPLACED}
)  # fmt: skip
# Its makers watch the copy in these, if there is one: of a refused film it shows what was found.
WATCHED_BY_MAKERS = frozenset(
    {FileState.MAKING, FileState.READY, FileState.RELEASED, FileState.FAULTY}
)

_HOPELESS = frozenset(
    {FileState.RECEIVING, FileState.FAULTY, FileState.QUARANTINED, FileState.FAILED}
)  # fmt: skip
# What a newer file puts aside when it comes to a state: never an older one that can do more.
YIELDING: dict[FileState, frozenset[FileState]] = {
    FileState.RECEIVED: _HOPELESS,
    FileState.PASSED: _HOPELESS | WORKING,
    FileState.READY: _HOPELESS | WORKING | {FileState.READY},
    FileState.RELEASED: _HOPELESS | WORKING | {FileState.READY, FileState.RELEASED},
}

STEPS = ("receive", "sniff", "packets", "sound", "policy", "screener", "publish")
