"""Answers that are no field of the entry's form: files, and what the team answers among itself."""

from collections.abc import Mapping
from typing import Any

import msgspec

from festival.access import COMMITTEE, Act, Subject, Viewer, in_scope, may
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.record import record
from festival.tables import Edition, Person, new_id
from festival.texts import ANY_TITLE, Texts
from media.storage import Store
from submissions import answers, attachments
from submissions.answers import MAKERS, TEAM, GivenAnswer
from submissions.asking import AskedQuestion, EntryForm, QuestionKind, labels_of, settled_answers
from submissions.entries import closed_by, held
from submissions.lists import section_of, subject_of, submission_in
from submissions.status import Status
from submissions.tables import Submission

PAGE = 40


async def file_question(submission: Submission, question_id: str) -> AskedQuestion:
    """A question that a file answers, if this film is asked it and it may still be answered."""
    if submission.status != Status.DRAFT:
        raise Refused(closed_by(submission))
    question = (await answers.form_of(submission)).question(question_id)
    if question is None or question.kind is not QuestionKind.FILE:
        raise Missing("question_missing")
    return question


async def bring_file(
    submission: Submission,
    question_id: str,
    raw: bytes,
    *,
    name: str,
    over: str,
    by: Person,
    store: Store,
) -> str:
    """Answer with a file; its id. `over` is the file that its sender saw there, which it replaces."""
    async with transaction():
        standing = await held(submission)
        question = await file_question(standing, question_id)
        before = (await answers.files_answered(standing)).get(question_id)
        check_seen(question, before.id if before else "", over)
        if question.state.is_frozen and (before or not question.state.is_required):
            raise Refused(
                f"{question.field}:field_frozen", questions={question.field: question.labels}
            )
        try:
            file = await attachments.keep(
                standing,
                raw,
                name=name,
                accepts=question.accepts,
                most=attachments.MOST_BYTES,
                by=by,
                store=store,
            )
        except Refused as error:
            raise Refused(
                *(f"{question.field}:{code}" for code in error.codes), **error.values
            ) from None
        await write_file(standing, question_id, file.id, by=by)
        await attachments.let_go(before.id if before else None)
        await record("answer_file_brought", standing.id, by=by, question=question_id)
    return file.id


def check_seen(question: AskedQuestion, standing: str, over: str) -> None:
    """Whoever replaces a file has seen it."""
    if standing != over:
        raise Conflict(f"{question.field}:answer_file_meanwhile")


async def write_file(
    submission: Submission, question_id: str, attachment: str | None, *, by: Person
) -> None:
    await rows(
        """INSERT INTO entry_answer (id, submission, question, attachment, person)
           VALUES ({}, {}, {}, {}, {})
           ON CONFLICT (submission, question) DO UPDATE SET attachment = excluded.attachment,
             person = excluded.person, version = entry_answer.version + 1, changed_at = now()
           RETURNING id""",
        new_id(),
        submission.id,
        question_id,
        attachment,
        by.id,
    )


async def drop_file(submission: Submission, question_id: str, *, by: Person) -> None:
    """Take the file back; twice is once."""
    async with transaction():
        standing = await held(submission)
        question = await file_question(standing, question_id)
        before = (await answers.files_answered(standing)).get(question_id)
        if before is None:
            return
        if question.state.is_frozen:
            raise Refused(
                f"{question.field}:field_frozen", questions={question.field: question.labels}
            )
        await write_file(standing, question_id, None, by=by)
        await attachments.let_go(before.id)
        await record("answer_file_dropped", standing.id, by=by, question=question_id)


# What the team reads and answers


async def film_for_team(
    submission_id: str, viewer: Viewer, edition: Edition
) -> tuple[Submission, Subject]:
    """The film, if this viewer may read what was answered about it; else there is none."""
    subject = await subject_of(submission_id, viewer)
    scope = "operate" if may(viewer, Act.OPERATE) else "committee"
    if not (may(viewer, Act.SEE_ANSWERS, subject) and in_scope(viewer, scope)):
        raise Missing("submission_missing")
    return await submission_in(edition, submission_id), subject


async def shown_to(viewer: Viewer, submission: Submission, subject: Subject) -> list[GivenAnswer]:
    """Answers that somebody who may see this film may read: the team's only where the team is asked, and
    nothing that identifies its makers for a committee that is blind.
    """
    section = await section_of(submission)
    is_blind = section is not None and section.is_blind and viewer.has(*COMMITTEE)
    asks = (MAKERS, TEAM) if may(viewer, Act.SEE_ANSWERS, subject) else (MAKERS,)
    return await answers.given_answers(submission, asks=asks, is_blind=is_blind)


class AnsweredFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A filed film, with how many answers its makers and the team have given, and how many the team owes."""

    id: str
    title: str
    titles: Texts
    section_letter: str
    makers: int
    team: int
    owed: int


class AnsweredSheet(msgspec.Struct, frozen=True, kw_only=True):
    films: list[AnsweredFilm]
    number: int
    last: int


async def films_answered(edition: Edition, viewer: Viewer, *, page: int) -> AnsweredSheet:
    """Filed films that this operator may read about, a page at a time; beyond the last is the last."""
    shown = await rows(
        """WITH here AS (
             SELECT s.id, s.edition, s.section, """ + ANY_TITLE + """ AS title, f.titles,
               coalesce(x.letter, '') AS section_letter
             FROM submission s JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
             WHERE s.edition = {} AND s.status NOT IN ('draft', 'withdrawn') AND NOT s.id = ANY({})
               AND EXISTS (SELECT 1 FROM film_file n WHERE n.submission = s.id AND n.state = 'released')
               AND NOT EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = {})),
           placed AS (
             SELECT *, row_number() OVER (ORDER BY title, id) - 1 AS place, count(*) OVER () AS films FROM here),
           page AS MATERIALIZED (
             SELECT * FROM placed WHERE place / {} = least({}::bigint, (films - 1) / {}))
           SELECT s.id, s.title, s.titles, s.section_letter, s.films,
             w.makers, w.team,
             (SELECT count(*) FROM question o WHERE o.edition = s.edition AND o.asks = 'team'
                AND o.closed_at IS NULL AND (o.sections = '[]' OR o.sections ? coalesce(s.section, ''))
                AND NOT EXISTS (SELECT 1 FROM entry_answer z WHERE z.submission = s.id
                  AND z.question = o.id AND z.value IS NOT NULL))::int AS owed
           FROM page s CROSS JOIN LATERAL (
             SELECT count(*) FILTER (WHERE q.asks = 'makers')::int AS makers,
               count(*) FILTER (WHERE q.asks = 'team')::int AS team
             FROM entry_answer w JOIN question q ON q.id = w.question
             WHERE w.submission = s.id AND (w.value IS NOT NULL OR w.attachment IS NOT NULL)) w
           ORDER BY s.place""",
        edition.id, sorted(viewer.recused), viewer.id, PAGE, max(page, 1) - 1, PAGE,
    )  # fmt: skip
    last = -(-shown[0]["films"] // PAGE) if shown else 1
    films = msgspec.convert(shown, list[AnsweredFilm])
    return AnsweredSheet(films=films, number=min(max(page, 1), last), last=last)


async def team_versions(submission: Submission) -> dict[str, int]:
    """Question → the version of its answer; one that was never answered has none."""
    selected = await rows(
        "SELECT question, version FROM entry_answer WHERE submission = {}", submission.id
    )
    return {row["question"]: row["version"] for row in selected}


async def answer_for_team(
    submission: Submission,
    given: Mapping[str, Any],
    versions: Mapping[str, int],
    *,
    form: EntryForm,
    by: Person,
) -> list[str]:
    """Keep what the team says; the questions whose answers changed.

    `versions` are those that the writer saw (0: none yet); an answer that somebody changed meanwhile
    is a `Conflict` that names it, and nothing of the form is kept.
    """
    async with transaction():
        standing = await held(submission)
        before = await answers.values_of(standing, asks=TEAM)
        values, wrong = settled_answers(form, before, given)
        if wrong:
            raise Refused(*wrong, **labels_of(form, wrong))
        there = await team_versions(standing)
        late = [one for one in values if versions.get(one, 0) != there.get(one, 0)]
        if late:
            raise Conflict(*(f"q_{question}:field_differs" for question in late))
        await answers.write_values(standing, values, by=by)
        if values:
            await record("team_answered", standing.id, by=by, questions=sorted(values))
    return sorted(values)
