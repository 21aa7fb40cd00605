"""The one table of work: every job, its queue, its verb, and what follows when it is given up or taken up again.

Acts write lines of it (`festival.db.later`), the relay notifies the workers, the workers run the verbs, the
launcher starts a worker for each queue, and operators stop and resume it (`festival.work`).

A verb stands above this floor, so it is named by its place, as `package.module:verb`, and loaded when it first
runs: whoever only writes a line loads none. `tests/festival/test_jobs.py` holds every place against the code.
"""

from collections.abc import Awaitable, Callable
from pkgutil import resolve_name
from typing import Any, cast

import msgspec

JobVerb = Callable[..., Awaitable[Any]]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of work.

    `verb` gets the `ids` that travel with the line, and by name whatever else it asks of a worker.
    `given_up` says of what it worked on that nothing more is tried: (lease, fault); `taken_up` that it
    is tried again: (lease); `tells` says to operators that it stopped: (lease, fault).
    `phases` are those that people read while it runs. `every` is how often the calendar asks for it,
    in seconds; 0 is never. `longest` is how many seconds it may last before its worker's process is ended.
    """

    queue: str
    verb: str
    ids: tuple[str, ...] = ()
    given_up: str = ""
    taken_up: str = ""
    tells: str = "festival.work:tell_stopped"
    phases: tuple[str, ...] = ()
    every: float = 0.0
    longest: int = 3 * 3600


def of_a_file(queue: str, verb: str, *more: str, **given: Any) -> Job:
    """Work on one version of a film, or on a part of it."""
    return Job(queue=queue, verb=verb, ids=("file", *more), **given)


_INTAKE = {"given_up": "submissions.intake:give_up", "taken_up": "submissions.intake:take_up_again"}
_SHARED = {"given_up": "submissions.sharing:stop", "taken_up": "submissions.sharing:take_up_again"}
_IMPORT: dict[str, Any] = {
    "queue": "fast",
    "ids": ("brought", "edition"),
    "given_up": "submissions.importing.imports:give_up",
    "taken_up": "submissions.importing.imports:take_up_again",
}

DAY_SECONDS = 86400
JOBS = {
    "look_early": of_a_file("fast", "submissions.first_look:look"),
    "inspect_film": of_a_file(
        "fast", "submissions.intake:inspect", phases=("look", "listen", "judge"), **_INTAKE
    ),
    "make_screener": of_a_file(
        "heavy", "submissions.intake:make_screener", phases=("copy", "publish"), **_INTAKE
    ),
    "encode_part": of_a_file("heavy", "submissions.sharing:encode_part", "part", **_SHARED),
    "encode_sound": of_a_file("heavy", "submissions.sharing:encode_sound", **_SHARED),
    "join_screener": of_a_file("heavy", "submissions.sharing:join_screener", **_SHARED),
    "mark_copy": of_a_file("heavy", "submissions.marking:mark_copy"),
    "mark_copies": Job(queue="control", verb="submissions.marking:order_all", ids=("edition",)),
    "make_mezzanine": of_a_file("heavy", "submissions.projection:make_mezzanine"),
    "discard_projection": Job(
        queue="control", verb="submissions.projection:discard", ids=("submission",)
    ),
    "plan_grid": Job(
        queue="plans",
        verb="screenings.planning:plan",
        ids=("run",),
        given_up="screenings.planning:give_up",
        taken_up="screenings.planning:take_up_again",
    ),
    "send_letter": Job(
        queue="letters",
        verb="festival.letters:send",
        ids=("letter",),
        tells="festival.mailbag:note_dead_letter",
    ),
    "invite_list": Job(queue="letters", verb="festival.invitations:run", ids=("list",)),
    "tell_of_letters": Job(queue="letters", verb="festival.mailbag:tell", ids=("edition",)),
    "tell_of_departure": Job(
        queue="letters", verb="screenings.departures:tell", ids=("submission",)
    ),
    "tell_of_lengths": Job(
        queue="letters", verb="screenings.departures:tell_of_lengths", ids=("edition",)
    ),
    "announce_due": Job(
        queue="control", verb="reviews.releasing:carry_out", ids=("announcement", "edition")
    ),
    "publish_planned": Job(queue="control", verb="screenings.planned:carry_out", ids=("planned",)),
    "tell_of_closing": Job(
        queue="letters", verb="submissions.closings:tell", ids=("edition", "section")
    ),
    "discard_attachment": Job(
        queue="control", verb="submissions.attachments:discard", ids=("attachment",)
    ),
    "make_trailer": Job(
        queue="heavy",
        verb="submissions.trailers:make",
        ids=("trailer", "edition"),
        given_up="submissions.trailers:give_up",
        taken_up="submissions.trailers:take_up_again",
    ),
    "discard_trailer": Job(
        queue="control", verb="submissions.trailers:discard", ids=("trailer", "edition")
    ),
    "sweep_trailers": Job(queue="control", verb="submissions.trailers:sweep", every=600.0),
    "check_package": Job(
        queue="heavy",
        verb="submissions.packages:check",
        ids=("package",),
        given_up="submissions.packages:give_up",
        taken_up="submissions.packages:take_up_again",
    ),
    "discard_package": Job(queue="control", verb="submissions.packages:discard", ids=("package",)),
    "leave_packages": Job(queue="control", verb="submissions.packages:leave", ids=("submission",)),
    "sweep_packages": Job(queue="control", verb="submissions.packages:sweep", every=600.0),
    "make_archive": Job(
        queue="heavy",
        verb="submissions.archiving.archives:make",
        ids=("archive", "edition"),
        given_up="submissions.archiving.archives:give_up",
        taken_up="submissions.archiving.archives:take_up_again",
    ),
    "sweep_archives": Job(
        queue="control", verb="submissions.archiving.archives:sweep", every=3600.0
    ),
    "check_import": Job(verb="submissions.importing.work:check", **_IMPORT),
    "apply_import": Job(verb="submissions.importing.work:apply", **_IMPORT),
    "undo_import": Job(verb="submissions.importing.work:undo", **_IMPORT),
    "sweep_imports": Job(
        queue="control", verb="submissions.importing.imports:sweep", every=21600.0
    ),
    "erase_person": Job(queue="control", verb="keeping.erasure:erase", ids=("erasure",)),
    "export_data": Job(
        queue="control",
        verb="keeping.export:make",
        ids=("export", "edition"),
        given_up="keeping.export:give_up",
        taken_up="keeping.export:take_up_again",
    ),
    "sweep_exports": Job(queue="control", verb="keeping.export:sweep", every=3600.0),
    "keep_backup": Job(
        queue="backups", verb="keeping.backups:keep", ids=("run",), longest=DAY_SECONDS
    ),
    "drill_backup": Job(
        queue="backups", verb="keeping.backups:drill", ids=("run",), longest=DAY_SECONDS
    ),
    "backup_due": Job(queue="control", verb="keeping.backups:ask_when_due", every=1800.0),
    "scrub_masters": Job(queue="backups", verb="keeping.scrubbing:scrub", every=3600.0),
    "keep_calendar": Job(queue="control", verb="keeping.retention:keep_calendar", every=3600.0),
    "erase_due": Job(queue="control", verb="keeping.erasure:carry_out_due", every=3600.0),
    "send_reminders": Job(queue="control", verb="submissions.reminders:carry_out", every=3600.0),
    "look_for_twins": Job(queue="control", verb="submissions.office.twins:look", every=600.0),
    "chase_fixes": Job(queue="control", verb="submissions.office.fixes:remind_late", every=3600.0),
    "tell_of_fixes": Job(
        queue="control", verb="submissions.office.waiting:carry_out", every=3600.0
    ),
    "tell_of_talk": Job(queue="control", verb="reviews.digests:carry_out", every=3600.0),
    "look_for_conflicts": Job(
        queue="control", verb="reviews.conflicts:look_where_new", every=1800.0
    ),
    "sweep_rows": Job(queue="control", verb="festival.sweeping:sweep", every=3600.0),
    "sweep_uploads": Job(queue="control", verb="submissions.uploads:sweep", every=600.0),
    "watch_house": Job(queue="control", verb="submissions.watch:watch", every=60.0),
    "sweep_attachments": Job(queue="control", verb="submissions.attachments:sweep", every=21600.0),
    "sweep_parts": Job(queue="control", verb="submissions.sharing:sweep", every=600.0),
}
WHEN_ARCHIVED = frozenset({
    "send_letter", "tell_of_letters", "make_archive", "erase_person", "export_data", "discard_attachment",
    "discard_trailer", "discard_package",
})  # fmt: skip
"""What is still done for an archived edition: letters that were written, and what keeps and lets go.
All other work of it waits until somebody reopens it."""
QUEUES = frozenset(job.queue for job in JOBS.values())


class Worker(msgspec.Struct, frozen=True):
    """Who listens to which queues, and does how many things at once where one host does all."""

    queues: tuple[str, ...]
    at_once: int


# Each has queues of its own: an optimisation of ten minutes holds up no letter.
WORKERS = {
    "fast": Worker(("fast",), 2),
    "letters": Worker(("control", "letters"), 2),
    "plans": Worker(("plans",), 1),
    "heavy": Worker(("heavy",), 2),
    "backups": Worker(("backups",), 1),
}


def job_of(task: str) -> Job:
    """A name that no worker knows is a mistake of ours: it must fail before the act commits."""
    return JOBS[task]


def queue_now(task: str, written: str) -> str:
    """Where the job is heard today, whatever was written in a line of before it moved."""
    return JOBS[task].queue if task in JOBS else written


def verb_at(place: str) -> JobVerb:
    """What stands at `package.module:verb`."""
    return cast("JobVerb", resolve_name(place))


async def follow(place: str, *about: object) -> None:
    """Run the verb at this place, where there is one."""
    if place:
        await verb_at(place)(*about)
