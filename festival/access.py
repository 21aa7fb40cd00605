"""Who may do what to which film: one closed table, asked by every door.

Pure: it is handed roles, sections and recused ids, and knows nothing above `festival`.
"""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from festival.language import OFFICIAL
from festival.tables import Phase, Role

COMMITTEE = frozenset({Role.REVIEWER, Role.CHAIR})
BEFORE_SELECTION = frozenset({Phase.PREPARING, Phase.ENTRIES})


class Watching(StrEnum):
    """Which films members watch; each word allows more than those before it."""

    NONE = "none"
    ASSIGNED = "assigned"
    ALL = "all"


class Openness(StrEnum):
    """When a member reads others' sheets of a film; each word allows more than those before it."""

    NEVER = "never"
    AFTER = "after"
    ALWAYS = "always"


class PhaseRights(msgspec.Struct, frozen=True, kw_only=True):
    """What the committee's phases that are open now allow together; an edition without phases allows all of it.

    `scores`: sheets are given; `changes`: given ones are given again. `chair_waits`: a chair, too, reads others'
    sheets only after their own.
    """

    watching: Watching = Watching.ALL
    scores: bool = True
    changes: bool = True
    discusses: bool = True
    votes: Openness = Openness.AFTER
    votes_named: bool = True
    chair_waits: bool = False


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """The person at the door, in one edition. `sections` of a role: none named means all.

    `unproved` are parts that were given, and are not held before a second factor is set up. `assigned` are the
    films that a member watches while the phase shows only those.
    """

    id: str = ""
    name: str = ""
    email: str = ""
    language: str = OFFICIAL[0]
    edition: str = ""
    phase: Phase = Phase.ENTRIES
    roles: frozenset[Role] = frozenset()
    sections: dict[Role, frozenset[str]] = {}
    unproved: frozenset[Role] = frozenset()
    recused: frozenset[str] = frozenset()
    rights: PhaseRights = PhaseRights()
    assigned: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.id)

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What access needs to know of a submission; `section` is its id. `members` are all of its makers, `editors`
    those of them who may change it, `owners` those who may also file it, take it back and ask others to it.
    """

    id: str
    section: str | None = None
    status: str = "draft"
    members: frozenset[str] = frozenset()
    editors: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    is_released: bool = False
    has_own_review: bool = False


class Act(StrEnum):
    """Everything that can be done to one submission or within an edition."""

    ENTER = "enter"
    SEE_ENTRY = "see_entry"
    EDIT_ENTRY = "edit_entry"
    UPLOAD = "upload"
    FILE_ENTRY = "file_entry"
    SHARE_ENTRY = "share_entry"
    WATCH_OWN = "watch_own"
    SEE_QUEUE = "see_queue"
    WATCH = "watch"
    REVIEW = "review"
    RECUSE = "recuse"
    SEE_REVIEWS = "see_reviews"
    DISCUSS = "discuss"
    SEE_ANSWERS = "see_answers"
    SEE_MATERIALS = "see_materials"
    SEE_BOARD = "see_board"
    DECIDE = "decide"
    READMIT = "readmit"
    ANNOUNCE = "announce"
    SEE_GRID = "see_grid"
    PLAN = "plan"
    PUBLISH = "publish"
    OPERATE = "operate"
    SET_SHEETS = "set_sheets"
    SEE_TEAM = "see_team"
    CORRECT_FILMS = "correct_films"
    CORRECT = "correct"
    AMEND = "amend"
    RUN_DAYS = "run_days"
    TAKE_SITE = "take_site"


def within_scope(viewer: Viewer, subject: Subject) -> bool:
    """A committee member's view: right section, shown in this phase, not recused, past the draft, copy released."""
    return (
        _is_shown(viewer, subject)
        and subject.id not in viewer.recused
        and subject.status not in {"draft", "withdrawn"}
        and subject.is_released
        and not subject.members & {viewer.id}
        and any(
            role in viewer.roles
            and (not viewer.sections.get(role) or subject.section in viewer.sections[role])
            for role in COMMITTEE
        )
    )


def _is_shown(viewer: Viewer, subject: Subject) -> bool:
    """Whether the phase shows this film to its members; to its chair every phase does."""
    if viewer.rights.watching is Watching.ALL or subject.id in viewer.assigned:
        return True
    own = viewer.sections.get(Role.CHAIR)
    return Role.CHAIR in viewer.roles and (not own or subject.section in own)


def in_scope(viewer: Viewer, scope: str) -> bool:
    """A browser's session has every scope of its person; a token only its own."""
    return viewer.scopes is None or scope in viewer.scopes


def is_member(viewer: Viewer, subject: Subject) -> bool:
    return viewer.is_known and viewer.id in subject.members


def is_editor(viewer: Viewer, subject: Subject) -> bool:
    return is_member(viewer, subject) and viewer.id in subject.editors


def is_owner(viewer: Viewer, subject: Subject) -> bool:
    return is_member(viewer, subject) and viewer.id in subject.owners


def _chairs(viewer: Viewer, subject: Subject) -> bool:
    return (
        Role.CHAIR in viewer.roles
        and within_scope(viewer, subject)
        and (not viewer.sections.get(Role.CHAIR) or subject.section in viewer.sections[Role.CHAIR])
    )


def _may_decide(viewer: Viewer, subject: Subject) -> bool:
    return viewer.phase not in BEFORE_SELECTION and _chairs(viewer, subject)


def reads_sheets(rights: PhaseRights, *, is_chair: bool, has_own: bool) -> bool:
    """Others' sheets of a film stay hidden until one's own is given, or as the phase says. Its chair, who decides on
    them, reads them at once, unless the edition's chairs wait as everybody does.

    The one rule: `may` asks it for a film, and queries for many at once. An abstention is no sheet of one's own.
    """
    if is_chair and (has_own or not rights.chair_waits):
        return True
    return rights.votes is Openness.ALWAYS or (rights.votes is Openness.AFTER and has_own)


def _may_see_reviews(viewer: Viewer, subject: Subject) -> bool:
    return within_scope(viewer, subject) and reads_sheets(
        viewer.rights, is_chair=_chairs(viewer, subject), has_own=subject.has_own_review
    )


def _may_discuss(viewer: Viewer, subject: Subject) -> bool:
    """Whoever reads what others say may answer, while the phase is for it."""
    return _may_see_reviews(viewer, subject) and viewer.rights.discusses


def _may_see_answers(viewer: Viewer, subject: Subject) -> bool:
    """What was answered about a filed film, and what the team asks itself of it: operators and its chair.
    Nobody of them of a film of their own, or of one that they have stepped aside from.
    """
    is_filed = subject.status not in {"draft", "withdrawn"} and subject.is_released
    is_apart = subject.id in viewer.recused or viewer.id in subject.members
    return (viewer.has(Role.OPERATOR) and is_filed and not is_apart) or _chairs(viewer, subject)


def _may_see_materials(viewer: Viewer, subject: Subject) -> bool:
    """What an accepted film has brought, once that is announced."""
    return (
        viewer.has(Role.OPERATOR, Role.PROGRAMMER)
        and subject.status == "accepted"
        and subject.id not in viewer.recused
    )


def _may_correct(viewer: Viewer, subject: Subject) -> bool:
    """The public data of a filed and released film, for the office; nobody of them of a film of their own."""
    return (
        _in_the_office(viewer)
        and subject.is_released
        and subject.status not in {"draft", "withdrawn"}
        and subject.id not in viewer.recused
        and viewer.id not in subject.members
    )


def _may_amend(viewer: Viewer, subject: Subject) -> bool:
    """What its makers can no longer change of an entry, for operators; nobody of them of a film of their own."""
    return (
        viewer.has(Role.OPERATOR)
        and in_scope(viewer, "operate")
        and subject.status != "withdrawn"
        and (subject.status == "draft" or subject.is_released)
        and subject.id not in viewer.recused
        and viewer.id not in subject.members
    )


def _in_the_office(viewer: Viewer) -> bool:
    """Programmers and operators, each with their own scope."""
    return (viewer.has(Role.PROGRAMMER) and in_scope(viewer, "programme")) or (
        viewer.has(Role.OPERATOR) and in_scope(viewer, "operate")
    )


ABOUT_A_FILM: dict[Act, Callable[[Viewer, Subject], bool]] = {
    Act.SEE_ENTRY: is_member,
    Act.EDIT_ENTRY: is_editor,
    Act.UPLOAD: is_editor,
    Act.FILE_ENTRY: is_owner,
    Act.SHARE_ENTRY: is_owner,
    Act.WATCH_OWN: is_member,
    Act.WATCH: within_scope,
    Act.REVIEW: within_scope,
    Act.RECUSE: within_scope,
    Act.SEE_REVIEWS: _may_see_reviews,
    Act.DISCUSS: _may_discuss,
    Act.SEE_ANSWERS: _may_see_answers,
    Act.SEE_MATERIALS: _may_see_materials,
    Act.DECIDE: _may_decide,
    Act.READMIT: _chairs,
    Act.CORRECT: _may_correct,
    Act.AMEND: _may_amend,
}

WITHIN_AN_EDITION: dict[Act, Callable[[Viewer], bool]] = {
    Act.ENTER: lambda viewer: viewer.is_known,
    Act.SEE_QUEUE: lambda viewer: viewer.has(*COMMITTEE),
    Act.SEE_BOARD: lambda viewer: viewer.has(Role.CHAIR),
    Act.ANNOUNCE: lambda viewer: viewer.has(Role.CHAIR),
    Act.SEE_GRID: lambda viewer: viewer.has(Role.PROGRAMMER),
    Act.PLAN: lambda viewer: viewer.has(Role.PROGRAMMER),
    Act.PUBLISH: lambda viewer: viewer.has(Role.PROGRAMMER),
    Act.OPERATE: lambda viewer: viewer.has(Role.OPERATOR),
    Act.SET_SHEETS: lambda viewer: viewer.has(Role.OPERATOR, Role.CHAIR),
    Act.SEE_TEAM: lambda viewer: viewer.has(Role.OPERATOR, Role.CHAIR),
    Act.CORRECT_FILMS: _in_the_office,
    Act.RUN_DAYS: _in_the_office,
    Act.TAKE_SITE: _in_the_office,
}


def lacks_a_factor(viewer: Viewer, act: Act) -> bool:
    """Whether a second factor is all that stands between this person and an act of an edition."""
    proved = msgspec.structs.replace(viewer, roles=viewer.roles | viewer.unproved)
    return act in WITHIN_AN_EDITION and may(proved, act) and not may(viewer, act)


def may(viewer: Viewer, act: Act, subject: Subject | None = None) -> bool:
    """The one question. An act on a film needs its subject; forgetting it is a mistake of ours."""
    if act in ABOUT_A_FILM:
        if subject is None:
            raise TypeError(f"{act} is about a film")
        return ABOUT_A_FILM[act](viewer, subject)
    return WITHIN_AN_EDITION[act](viewer)


def may_set_sheet(viewer: Viewer, section: str | None) -> bool:
    """How a section is scored (or, without one, the whole edition) is for operators and its chairs."""
    if viewer.has(Role.OPERATOR) and in_scope(viewer, "operate"):
        return True
    own = viewer.sections.get(Role.CHAIR)
    chairs = viewer.has(Role.CHAIR) and in_scope(viewer, "committee")
    return chairs and (not own or section in own)


class Scope(msgspec.Struct, frozen=True):
    """What a committee member's lists may fetch, as data for the query; None: all sections.

    Where the phase shows only some films, those are `only`, and whole sections that its member chairs are `chaired`.
    """

    sections: list[str] | None
    recused: list[str]
    person: str
    only: list[str] | None = None
    chaired: list[str] = []


def committee_scope(viewer: Viewer, roles: frozenset[Role] = COMMITTEE) -> Scope:
    """The widest of the person's roles among these; lists, counts and exports all apply it.

    What only a chair reads is asked for with the chair's role: whoever also reviews other
    sections decides nothing there, and reads no decision of theirs.
    """
    named = [viewer.sections.get(role, frozenset()) for role in roles & viewer.roles]
    sections = None if any(not names for names in named) else sorted(frozenset().union(*named))
    chaired = viewer.sections.get(Role.CHAIR)
    is_open = viewer.rights.watching is Watching.ALL or (chaired is not None and not chaired)
    return Scope(
        sections=sections,
        recused=sorted(viewer.recused),
        person=viewer.id,
        only=None if is_open else sorted(viewer.assigned),
        chaired=sorted(chaired or ()),
    )
