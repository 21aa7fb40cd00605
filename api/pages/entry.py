"""The entry, to those who made it: the form of a draft, what was filed, and the way out."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER
from api.pages import _entry, _report
from api.pages._answers import form_fields
from api.pages._page import language_of, page, prefix_of
from api.pages._rules import exports_told, told_before
from api.pages._sections import told_of_finding
from api.pages._uploading import header_rules, received, said
from api.pages.filmmaker import days_left
from api.pages.sections import offered
from api.refusals import status_of, told_of
from api.request import AnyRequest
from festival import codes, language
from festival.access import Act, Viewer
from festival.clock import now
from festival.deadlines import line_for, stop_at
from festival.errors import FestivalError, Refused
from festival.language import euro, t
from festival.reading import one_view
from festival.settings import Settings
from festival.tables import Edition
from keeping import retention
from media.policy import Policy
from media.storage import Store
from submissions import answers, entries, membership, technical
from submissions.asking import CREDITS, EntryForm, QuestionKind
from submissions.attachments import MOST_BYTES
from submissions.candidates import EntryStanding, standing_of
from submissions.entry import PREMIERES, SYNOPSIS_LEAST, Entry
from submissions.fees import price_of
from submissions.lists import card, current_file, files_of, own, sections_of, steps_of
from submissions.office import fixes, wishes
from submissions.status import MOVES, WORKING, FileState, Status
from submissions.tables import EntryRight, FilmFile, Submission
from submissions.told import told as told_in_words
from submissions.verdicts import verdict_of
from submissions.versions import standing_before
from submissions.waiver_codes import code_on

READ = ("none", "tracks", "wrote", "keep")
QUEUED = (
    "kind", "tongue", "tongue_missing", "nothing", "film", "lines", "state_asked", "state_waiting",
    "state_unasked", "state_later", "state_sending", "state_paused", "state_arrived", "state_above",
)  # fmt: skip


@get("/submissions/{submission_id:str}", guards=MAKER)
async def entry(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """The form of a draft; what was filed is only read, and so it is by whoever may only read."""
    async with one_view():
        submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
        if await may_type(submission, viewer):
            return await entry_page(request, submission, edition_row, store, settings)
        return await answers_page(request, submission, edition_row, None)


@get("/submissions/{submission_id:str}/filing", guards=MAKER)
async def reread(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """Read it all once more, with everything that is missing, then file: the last step of the entry."""
    async with one_view():
        submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
        if await may_type(submission, viewer):
            return await entry_page(
                request, submission, edition_row, store, settings, step=_entry.FILING
            )
        return await answers_page(request, submission, edition_row, None)


async def may_type(submission: Submission, viewer: Viewer) -> bool:
    """Whether the entry is a form to this reader: a draft, and theirs to change."""
    is_draft = submission.status == Status.DRAFT
    return is_draft and await membership.right_of(submission, viewer.id) is not EntryRight.SEE


class EntryTyped(msgspec.Struct, frozen=True):
    """What an entry asks, and what stands in it: `there` as it was saved last, `fields` with what was typed here."""

    form: EntryForm
    written: Entry
    there: dict[str, str]
    fields: dict[str, str]
    locked: frozenset[str]

    @property
    def section(self) -> str:
        return self.fields.get("section", "")


async def entry_page(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    store: Store,
    settings: Settings,
    *,
    given: dict[str, str] | None = None,
    error: FestivalError | None = None,
    status: int | None = None,
    others: dict[str, str] | None = None,
    code: str = "",
    step: str = "",
) -> Response[str]:
    """`given` is what this browser typed, `others` what another one saved meanwhile in the same fields.
    `code` is a waiver code that was refused. `step` is the one that is shown, else the one of the address.

    Words that nobody could read are told again whenever the form is drawn: that alone is no refusal.
    """
    lang = language_of(request)
    typed = await typed_of(submission, lang, given or {})
    unread = unread_told(typed.fields, submission, typed.form)
    told = told_in_full(error, unread) if error else unread
    return page(
        request,
        "filmmaker/entry.html",
        error=told,
        status=status or status_of(error),
        submission=submission,
        mine=await membership.right_of(submission, request.state["viewer"].id),
        others=others or {},
        **form_told(request, submission, typed),
        **await steps_told(request, submission, edition, typed, told, unread, step),
        **await file_told(lang, submission, typed, store, settings),
        **await rules_told(lang, submission, edition, typed),
        **await until_when(submission, edition),
        **await told_answers(lang, submission, typed.form, typed.written),
        **await fee_told(lang, submission, edition, code),
    )


async def typed_of(submission: Submission, lang: str, given: dict[str, str]) -> EntryTyped:
    form, written = await answers.form_of(submission), await entries.written(submission)
    there = _entry.typed(written, lang, unread_of(submission), form)
    return EntryTyped(form, written, there, there | given, _entry.locked_in(form, written))


def form_told(request: AnyRequest, submission: Submission, typed: EntryTyped) -> dict[str, Any]:
    """The fields, where each of them stands, and what may be chosen in it."""
    lang, form = language_of(request), typed.form
    asked = [*typed.fields, *form.fields, *(one.field for one in form.questions), "file"]
    return {
        "fields": typed.fields,
        "there": typed.there,
        "called": _entry.title_of(typed.fields),
        "drawn": _entry.drawn_fields(form, typed.locked),
        "places": _entry.places_of(asked, f"{prefix_of(request)}/submissions/{submission.id}"),
        "read": {name: t(lang, f"filmmaker.read.{name}") for name in READ},
        "premieres": PREMIERES,
        "least": SYNOPSIS_LEAST,
        "countries": sorted({language.country(lang, code) for code in codes.countries()}),
        "tongues": [(code, language.tongue(lang, code)) for code in codes.languages()],
        **asked_of(form, typed.written, typed.locked),
    }


async def steps_told(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    typed: EntryTyped,
    told: FestivalError | None,
    unread: FestivalError | None,
    step: str,
) -> dict[str, Any]:
    """How far each step is, the one that is shown, and all that keeps the entry from being filed."""
    lang, where = language_of(request), await standing_of(submission, edition)
    open_codes = await entries.missing_of(submission, typed.form)
    refused = entries.lacks(submission, typed.form, open_codes, where)
    missing = list(refused.codes) if refused else []
    to_mend = [code for code in missing if code not in open_codes or code.endswith(":field_unread")]
    lines = _entry.steps(typed.fields, missing, typed.form, to_mend=to_mend)
    names = [line.name for line in lines] + [_entry.FILING]
    shown = step or request.query_params.get("step", "")
    shown = _entry.next_of(lines) if shown == _entry.NEXT else shown
    return {
        "steps": lines,
        "names": names,
        "shown": shown if shown in names else names[0],
        "ways": ways(lang, names),
        "missing": words_missing(lang, refused, told, unread),
        **eligibility_told(lang, where),
    }


async def file_told(
    lang: str, submission: Submission, typed: EntryTyped, store: Store, settings: Settings
) -> dict[str, Any]:
    """The film that was sent, how far it is, and what the browser needs that sends one; files that answer questions."""
    file, files = await current_file(submission.id), await answers.files_answered(submission)
    return {
        "file": file,
        "kept": await received(file.id, file.state, store) if file else 0,
        "is_working": file is not None and file.state in WORKING,
        "stands": await standing_before(submission.id, file.number) if file else None,
        "said": said(lang),
        "most": settings.max_upload_bytes,
        "answer_files": files,
        "most_attached": MOST_BYTES,
        "queue": queue_of(lang, typed.form, files),
        **await news(lang, file, Status(submission.status)),
    }


async def rules_told(
    lang: str, submission: Submission, edition: Edition, typed: EntryTyped
) -> dict[str, Any]:
    """The sections that are offered, and what the chosen one asks of a film."""
    rules = await rules_in(edition, typed.section)
    return {
        "sections": await sections_of(edition),
        "offered": await offered(edition, lang, typed.section),
        "rules": header_rules(rules, submission),
        "told_before": told_before(lang, rules),
        "exports": exports_told(lang, rules),
    }


async def until_when(submission: Submission, edition: Edition) -> dict[str, Any]:
    """Until when it may be filed, and what is kept of it until when."""
    deadline = await entries.closing_for(submission, edition)
    return {
        "deadline": deadline,
        "days_left": days_left(deadline),
        "is_open": await entries.may_still_file(submission, edition),
        "grace": edition.grace_hours,
        "kept_until": await kept_until(edition),
    }


def ways(lang: str, names: Sequence[str]) -> list[dict[str, str]]:
    """The steps in their order, with the words of the buttons that lead to each of them."""
    return [
        {
            "name": name,
            "onward": t(lang, f"filmmaker.onward.{name}") if name != names[0] else "",
            "backward": t(lang, f"filmmaker.backward.{name}") if name != names[-1] else "",
        }
        for name in names
    ]


def queue_of(lang: str, form: EntryForm, files: Mapping[str, answers.FileShown]) -> dict[str, Any]:
    """What `<file-queue>` may have to say, and the questions that a file answers: `over` is the one that stands."""
    asked = [
        {
            "id": one.id,
            "label": language.text_in(lang, one.labels),
            "accepts": one.accepts,
            "over": files[one.id].id if one.id in files else "",
        }
        for one in form.questions
        if one.kind is QuestionKind.FILE and not one.state.is_frozen
    ]
    words = {name: t(lang, f"filmmaker.queue.{name}") for name in QUEUED}
    return {
        **words,
        "asked": asked,
        "pause": t(lang, "filmmaker.upload.pause"),
        "resume": t(lang, "filmmaker.upload.resume"),
    }


async def kept_until(edition: Edition) -> list[retention.Kept]:
    """What is kept of an entry that is not chosen, and until when."""
    return [await retention.kept(edition, kind) for kind in retention.RULES]


def words_missing(
    lang: str, refused: Refused | None, error: FestivalError | None, unread: FestivalError | None
) -> list[tuple[str, str]]:
    """(field, words) of all that keeps the entry from being filed, but what `error` tells already."""
    if refused is None:
        return []
    told = told_of(lang, error)
    return [one for one in told_of(lang, told_in_full(refused, unread)) if one not in told]


def asked_of(form: EntryForm, written: Entry, locked: frozenset[str]) -> dict[str, Any]:
    """What the parts of a form need to know of what it asks."""
    return {
        "form": form,
        "asked_names": [name for name in form.fields if form.asks(name)],
        "locked": locked,
        "answered": {one.id: written.answers.get(one.id) for one in form.questions},
        "drawn_of": form_fields,
        "credit_fields": list(CREDITS),
    }


def eligibility_told(lang: str, where: EntryStanding) -> dict[str, Any]:
    """What the chosen section says of the film, and which would take it."""
    return {
        "refused": [told_of_finding(lang, one.rule, one.values) for one in where.refused],
        "remarks": [told_of_finding(lang, one.rule, one.values) for one in where.remarks],
        "is_closed": where.is_closed,
        "fits": where.fits,
    }


async def fee_told(
    lang: str, submission: Submission, edition: Edition, code: str = ""
) -> dict[str, Any]:
    """What the entry costs until when, and the waiver code that stands on it; `code` was refused."""
    line = await line_for(edition, submission.section)
    return {
        "price": await price_of(submission, edition),
        "stops": line,
        "standing_stop": stop_at(now(), line),
        "euro": partial(euro, lang),
        "code_on": await code_on(submission),
        "code_typed": code,
    }


async def stands(submission: Submission, lang: str, form: EntryForm) -> dict[str, str]:
    """The form as it was saved last, whoever saved it."""
    return _entry.typed(await entries.written(submission), lang, unread_of(submission), form)


def unread_of(submission: Submission) -> dict[str, str]:
    return msgspec.convert(submission.unread, dict[str, str])


def unread_told(
    fields: dict[str, str], submission: Submission, form: EntryForm
) -> FestivalError | None:
    """What was kept as typed is told again at every visit, until it is mended."""
    if not submission.unread:
        return None
    _, _, error = _entry.readable(fields, {}, form)
    return error


def told_in_full(error: FestivalError, unread: FestivalError | None) -> FestivalError:
    """The same error, with what cannot be read named as the form names it."""
    if unread is None:
        return error
    others = [code for code in error.codes if not code.endswith(":field_unread")]
    if len(others) == len(error.codes):
        return error
    return Refused(*unread.codes, *others, **{**error.values, **unread.values})


async def news(lang: str, file: FilmFile | None, status: Status) -> dict[str, Any]:
    """How far the film is after its last byte, and what is wrong with it."""
    if file is None:
        return {"phases": [], "found": []}
    verdict = verdict_of(file.verdict)
    return {
        "phases": _report.phases(file, await steps_of(file.id), status),
        "found": _report.found_rows(lang, verdict) if verdict else [],
    }


async def rules_in(edition: Edition, letter: str) -> Policy:
    """By which a film of this section is judged; a letter that nobody knows is none."""
    book = await technical.book_of(edition.id)
    return book.policy(book.called(letter) if letter in book.letters.values() else None)


async def answers_page(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    error: FestivalError | None,
    *,
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    """What was filed, or what stands of a draft, for whoever may only read it. `typed` is a wish to correct it
    that was refused.
    """
    lang = language_of(request)
    form, written = await answers.form_of(submission), await entries.written(submission)
    deadline = await entries.closing_for(submission, edition)
    fields = _entry.typed(written, lang, unread_of(submission), form)
    return page(
        request, "filmmaker/answers.html", error=error, submission=submission,
        mine=await membership.right_of(submission, request.state["viewer"].id),
        fields=fields, called=_entry.title_of(fields), form=form,
        **await told_answers(lang, submission, form, written),
        sections=await sections_of(edition), places={},
        **await wishes_told(lang, submission), typed=typed or {},
        deadline=deadline, days_left=days_left(deadline), grace=edition.grace_hours,
        **await fee_told(lang, submission, edition),
        may_withdraw=Status.WITHDRAWN in MOVES[Status(submission.status)],
    )  # fmt: skip


async def told_answers(
    lang: str, submission: Submission, form: EntryForm, written: Entry
) -> dict[str, Any]:
    """What the list of answers needs besides the fields of the form."""
    return {
        "written": written,
        "credits": told_in_words(lang, "credits", written.credits),
        "answer_lines": await answer_lines(submission, form),
        "filed_file": await filed_or_current(submission.id),
    }


async def wishes_told(lang: str, submission: Submission) -> dict[str, Any]:
    """What of a filed entry is being corrected, and what its makers may wish to correct."""
    label = partial(fixes.field_label, lang)
    if submission.status not in wishes.STILL_CORRECTED:
        return {"fixes": [], "wishable": [], "fix_label": label}
    own_fields, questions = await fixes.askable(submission)
    return {
        "fixes": await fixes.fixes_of(submission.id),
        "wishable": [
            *((name, label(name, None)) for name in own_fields),
            *((one.field, label(one.field, one.labels)) for one in questions),
        ],
        "fix_label": label,
    }


async def answer_lines(submission: Submission, form: EntryForm) -> list[answers.GivenAnswer]:
    """What was answered, and in a draft also what was not; what is closed by now stays readable."""
    given = await answers.given_answers(submission)
    if submission.status != Status.DRAFT:
        return given
    known = {one.question.id: one for one in given}
    asked = [known.pop(q.id, answers.GivenAnswer(question=q)) for q in form.questions]
    return [*asked, *known.values()]


async def filed_or_current(submission_id: str) -> FilmFile | None:
    """The file that filing takes, or the one that is still in the way of it."""
    for file in await files_of(submission_id):
        if file.state == FileState.RELEASED:
            return file
    return await current_file(submission_id)


@get("/submissions/{submission_id:str}/withdrawal", guards=MAKER)
async def ask_withdrawal(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """One page between a press of a button and a film that leaves."""
    submission = await own(submission_id, viewer, edition_row, Act.FILE_ENTRY)
    return page(
        request,
        "filmmaker/withdrawal.html",
        submission=submission,
        card=await card(submission.id),
        may_withdraw=Status.WITHDRAWN in MOVES[Status(submission.status)],
        until=await entries.comes_back_until(submission),
    )


HANDLERS: list[Any] = [entry, reread, ask_withdrawal]
