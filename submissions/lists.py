"""What filmmakers read; `status` only, never the committee's `pending`."""

from datetime import datetime
from typing import Any, get_args

import msgspec

from festival.access import Act, Subject, Viewer, in_scope, may
from festival.db import made_once, rows
from festival.errors import Missing, NotAllowed
from festival.paging import NEWEST
from festival.tables import Edition, Section
from festival.texts import Texts
from submissions.receiving import Incoming
from submissions.tables import FilmFile, Step, Submission, Trailer


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One film on its maker's page, with the state of its newest file."""

    id: str
    title: str
    titles: Texts
    director: str
    status: str
    section_letter: str | None = None
    section_names: Texts | None = None
    declared_seconds: int | None = None
    changed_at: datetime
    filed_at: datetime | None = None
    file: str | None = None
    file_state: str | None = None
    file_name: str | None = None
    file_size: int | None = None
    verdict: dict[str, Any] | None = None
    screener: dict[str, Any] | None = None
    fraction: float | None = None
    stands: int | None = None


CARD = """
SELECT s.id, f.title, f.titles, f.director, s.status, f.declared_seconds, s.changed_at, s.filed_at,
  x.letter AS section_letter, x.names AS section_names,
  n.id AS file, n.state AS file_state, n.name AS file_name, n.size AS file_size,
  n.verdict, n.screener,
  (SELECT fraction FROM step WHERE file = n.id AND kind = 'screener') AS fraction,
  (SELECT max(number) FROM film_file WHERE submission = s.id AND number < n.number
     AND state IN ('ready', 'released')) AS stands
FROM submission s JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
LEFT JOIN LATERAL (SELECT * FROM film_file WHERE submission = s.id AND state <> 'replaced'
                   ORDER BY number DESC LIMIT 1) n ON true
"""


async def my_submissions(viewer: Viewer) -> list[Card]:
    """The viewer's films in this edition, most urgent first."""
    selected = await rows(
        CARD
        + """WHERE s.edition = {} AND EXISTS (
            SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = {})
        ORDER BY (n.state IN ('faulty', 'quarantined', 'failed')) DESC NULLS LAST,
          (n.state = 'ready') DESC NULLS LAST, (s.status = 'draft') DESC, s.changed_at DESC""",
        viewer.edition,
        viewer.id,
    )
    return msgspec.convert(selected, list[Card])


async def card(submission_id: str) -> Card:
    selected = await rows(CARD + "WHERE s.id = {}", submission_id)
    if not selected:
        raise Missing("submission_missing")
    return msgspec.convert(selected[0], Card)


async def submission_in(edition: Edition, submission_id: str) -> Submission:
    """Of this edition, or it does not exist."""
    submission = await Submission.objects().get(
        (Submission.id == submission_id) & (Submission.edition == edition.id)
    )
    if submission is None:
        raise Missing("submission_missing")
    return submission


async def own(submission_id: str, viewer: Viewer, edition: Edition, act: Act) -> Submission:
    """The submission, if this viewer may do this to it as its maker. To others there is none; a maker with a
    lesser right is told so.
    """
    subject = await subject_of(submission_id, viewer)
    if not (may(viewer, Act.SEE_ENTRY, subject) and in_scope(viewer, "entries")):
        raise Missing("submission_missing")
    if not may(viewer, act, subject):
        raise NotAllowed("entry_right_lacks")
    return await submission_in(edition, submission_id)


async def subject_of(submission_id: str, viewer: Viewer) -> Subject:
    """What access must know of a submission; one of another edition does not exist."""
    selected = await rows(
        """SELECT s.id, s.section, s.status,
             coalesce(m.members, '[]') AS members, coalesce(m.editors, '[]') AS editors,
             coalesce(m.owners, '[]') AS owners,
             EXISTS (SELECT 1 FROM film_file WHERE submission = s.id AND state = 'released')
               AS is_released
           FROM submission s LEFT JOIN LATERAL (
             SELECT jsonb_agg(person) AS members,
               jsonb_agg(person) FILTER (WHERE entry_right IN ('edit', 'own')) AS editors,
               jsonb_agg(person) FILTER (WHERE entry_right = 'own') AS owners
             FROM member WHERE submission = s.id) m ON true
           WHERE s.id = {} AND s.edition = {}""",
        submission_id,
        viewer.edition,
    )
    if not selected:
        raise Missing("submission_missing")
    makers = {name: frozenset(selected[0][name]) for name in ("members", "editors", "owners")}
    return msgspec.convert({**selected[0], **makers}, Subject)


async def subject_of_file(file_id: str, viewer: Viewer) -> tuple[Subject, FilmFile]:
    """A file of another edition is told from no file at all by nothing."""
    file = await FilmFile.objects().get(FilmFile.id == file_id)
    if file is None:
        raise Missing("file_missing")
    try:
        return await subject_of(file.submission, viewer), file
    except Missing:
        raise Missing("file_missing") from None


async def subject_of_trailer(trailer_id: str, viewer: Viewer) -> tuple[Subject, Trailer]:
    """As of a film's file: of another edition there is none."""
    trailer = await Trailer.objects().get(Trailer.id == trailer_id)
    if trailer is None:
        raise Missing("trailer_missing")
    try:
        return await subject_of(trailer.submission, viewer), trailer
    except Missing:
        raise Missing("trailer_missing") from None


async def subject_of_upload(upload_id: str, viewer: Viewer) -> tuple[Subject, Incoming]:
    """Whatever comes by the door of uploads; of another edition there is none."""
    for table in get_args(Incoming):
        if (upload := await table.objects().get(table.id == upload_id)) is not None:
            try:
                return await subject_of(upload.submission, viewer), upload
            except Missing:
                break
    raise Missing("upload_missing")


@made_once
async def files_of(submission_id: str) -> list[FilmFile]:
    """Every version, the newest first."""
    return await (
        FilmFile.objects()
        .where(FilmFile.submission == submission_id)
        .order_by(FilmFile.number, ascending=False)
    )


async def current_file(submission_id: str, number: int | None = None) -> FilmFile | None:
    """The newest one that was not put aside, or the version that is asked for."""
    for file in await files_of(submission_id):
        if file.number == number or (number is None and file.state != "replaced"):
            return file
    return None


async def steps_of(file_id: str) -> dict[str, Step]:
    return {step.kind: step for step in await Step.objects().where(Step.file == file_id)}


@made_once
async def sections_of(edition: Edition) -> list[Section]:
    return await Section.objects().where(Section.edition == edition.id).order_by(Section.position)


@made_once
async def section_of(submission: Submission) -> Section | None:
    return await Section.objects().get(Section.id == submission.section)


async def journal_of(submission_id: str) -> list[dict[str, Any]]:
    """What happened to this film lately, for its makers: their own acts and the house's, no decision."""
    return await rows(
        f"""SELECT at, act, CASE WHEN act = ANY(ARRAY['import_applied', 'entry_amended'])
             THEN jsonb_build_object() ELSE details END AS details
           FROM record
           WHERE subject IN (SELECT {{}} UNION ALL SELECT id FROM film_file WHERE submission = {{}}
                             UNION ALL SELECT brought FROM import_change WHERE submission = {{}})
             AND act = ANY({{}}) ORDER BY id DESC LIMIT {NEWEST}""",
        submission_id,
        submission_id,
        submission_id,
        [
            "entry_opened",
            "file_received",
            "file_judged",
            "file_refused",
            "copy_ready",
            "copy_released",
            "file_failed",
            "member_added",
            "upload_begun",
            "upload_refused",
            "import_applied",
            "entry_amended",
        ],
    )
