"""Pages of the filmmaker: their films, the entry, the technical report, filing and withdrawal."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import MAKER
from api.pages import _entry, _places, _report
from api.pages._answers import form_fields
from api.pages._films import FilmCard, film
from api.pages._page import language_of, page, prefix_of, text_of
from api.pages._paper import inline, printed
from api.pages._report import decimals
from api.pages._rules import exports_told, told_before
from api.pages._sections import told_of_finding
from api.pages.catalogue import table_page
from api.pages.sections import offered
from api.refusals import status_of, told_of
from api.request import AnyRequest
from festival import codes, language
from festival.access import Act, Viewer
from festival.clock import now
from festival.deadlines import last_closing, line_for, stop_at
from festival.errors import FestivalError, Missing, Refused
from festival.language import day, euro, has_words, last_minute, t, wall_day
from festival.reading import one_view
from festival.settings import Settings
from festival.tables import Edition
from festival.texts import own_title
from keeping import retention
from media.encodings import spelled
from media.policy import Policy
from media.rulebook import refuses
from media.storage import NotPublished, Store, early_key
from reviews import receipts
from screenings import confirming
from submissions import answers, entries, materials, membership, technical
from submissions.asking import CREDITS, EntryForm, QuestionKind
from submissions.attachments import MOST_BYTES
from submissions.candidates import EntryStanding, standing_of
from submissions.catalogue import MANY
from submissions.eligibility import may_open
from submissions.entry import PREMIERES, SYNOPSIS_LEAST, Entry
from submissions.fees import EntryPrice, price_of
from submissions.lists import (
    Card,
    card,
    current_file,
    files_of,
    journal_of,
    my_submissions,
    own,
    sections_of,
    steps_of,
    submission_in,
)
from submissions.office import fixes, wishes
from submissions.office.fixes import field_label, open_for
from submissions.reusing import films_to_reuse
from submissions.status import MOVES, WATCHED_BY_MAKERS, WORKING, FileState, Status
from submissions.subtitling import KINDS, tracks_of
from submissions.tables import EntryRight, FilmFile, Submission
from submissions.told import told as told_in_words
from submissions.twins import Twin, twins_for_maker
from submissions.verdicts import facts_of, verdict_of
from submissions.versions import standing_before
from submissions.waiver_codes import code_on, is_late_possible

COPIED = frozenset({FileState.READY, FileState.RELEASED})
ENDLESS = 10**9  # seconds: longer than any film
UPLOAD_CODES = (
    "storage_full", "file_too_large", "deadline_passed", "entry_is_filed", "entry_withdrawn",
    "upload_missing", "upload_expired", "upload_gone", "sign_in_needed", "csrf_failed",
    "submission_missing", "upload_busy", "film_quota", "person_quota", "person_room", "versions_quota",
)  # fmt: skip
READ = ("none", "tracks", "wrote", "keep")
QUEUED = (
    "kind", "tongue", "tongue_missing", "nothing", "film", "lines", "state_asked", "state_waiting",
    "state_unasked", "state_later", "state_sending", "state_paused", "state_arrived", "state_above",
)  # fmt: skip
HOPELESS = ("FILE_EMPTY", "HOSTILE_REFERENCE", "CONTAINER_NOT_ALLOWED", "CONTAINER_UNREADABLE")
IN_HEADERS = (
    "HOSTILE_REFERENCE", "CONTENT_ENCRYPTED", "VIDEO_MISSING", "AUDIO_MISSING", "VIDEO_CODEC",
    "VIDEO_RES_LOW", "DURATION_SHORT", "DURATION_LONG",
)  # fmt: skip
SAID = (
    "sending", "paused", "waiting", "received", "rate", "left", "soon", "cut", "again", "fell",
    "pause", "resume", "other", "strange_kind", "strange_head", "empty", "large", "unlike",
    "anyway", "afresh", "percent", "failed", "locked", "choose_same", "report",
)  # fmt: skip


def said(lang: str) -> dict[str, str]:
    """Everything that `<film-upload>` may have to say, in one language."""
    words = {name: t(lang, f"filmmaker.upload.{name}") for name in SAID}
    words |= {code: t(lang, f"error.{code}") for code in UPLOAD_CODES if has_words(f"error.{code}")}
    for code in {*HOPELESS, *IN_HEADERS}:
        finding = t(lang, f"finding.{code}", measured="{measured}", limit="{limit}")
        words[code] = f"{finding} {t(lang, f'finding.{code}.repair')}"
    return words


@get("/submissions", guards=MAKER)
async def films(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """One card a film, the most urgent first, each with the one thing to do next; of many films a table."""
    lang = language_of(request)
    cards = await my_submissions(viewer)
    if len(cards) > MANY and request.query_params.get("as") != "cards":
        return await table_page(request, edition_row, viewer)
    rights = await membership.rights_in(edition_row, viewer.id)
    shown = [
        await standing(card, edition_row, store, is_read=rights.get(card.id) is EntryRight.SEE)
        for card in cards
    ]
    closing = await last_closing(edition_row)
    return page(
        request,
        "filmmaker/films.html",
        films=shown,
        asked_to=await membership.questions_to(viewer.id),
        fixes=await open_for(viewer.id, edition_row),
        fix_label=partial(field_label, lang),
        decimals=partial(decimals, lang),
        most=settings.max_upload_bytes,
        days_left=days_left(closing),
        closing=closing,
        deadline_day=day(lang, last_minute(closing), style="month"),
        euro=partial(euro, lang),
        prices={card.id: await price_of_card(card, edition_row) for card in cards},
        festival_day=day(lang, edition_row.first_day, style="month"),
        asked=sum(1 for card in shown if card.is_urgent),
        receipts_on=(await receipts.rule_of(edition_row)).is_on,
        owed=[
            (one, day(lang, last_minute(one.due_at), style="month"))
            for one in await materials.owed_by([card.id for card in cards])
        ],
        by_id={card.id: card for card in cards},
        awaited=await confirming.awaited([card.id for card in cards]),
    )


async def standing(
    card: Card, edition: Edition, store: Store, *, is_read: bool = False
) -> FilmCard:
    """`is_read`: its reader may only read it, so that nothing of it is theirs to do."""
    missing: list[str] = []
    if card.status == Status.DRAFT:
        refused = await entries.refusals_of(await submission_in(edition, card.id), edition)
        missing = list(refused.codes) if refused else []
    kept = await received(card.file, card.file_state, store)
    return film(card, missing=missing, received=kept, is_read=is_read)


async def price_of_card(card: Card, edition: Edition) -> EntryPrice:
    """What the film costs, as its maker reads it."""
    return await price_of(await submission_in(edition, card.id), edition)


async def received(file: str | None, state: str | None, store: Store) -> int:
    """Bytes kept of an upload under way."""
    if file is None or state != FileState.RECEIVING:
        return 0
    try:
        return await asyncio.to_thread(store.size, file)
    except FileNotFoundError:
        return 0


def days_left(deadline: datetime) -> int | None:
    """Nights until the day of the deadline, by the calendar on the wall; none once it is over."""
    if not may_open(now(), deadline):
        return None
    return (wall_day(last_minute(deadline)) - wall_day(now())).days


@get("/submissions/new", guards=MAKER)
async def begin(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """A title opens an entry; the rest follows."""
    return await opening_page(request, edition_row, {}, None)


async def opening_page(
    request: AnyRequest, edition: Edition, given: dict[str, str], error: FestivalError | None
) -> Response[str]:
    closing = await last_closing(edition)
    return page(
        request,
        "filmmaker/new.html",
        error=error,
        given=given,
        offered=await offered(edition, language_of(request), given.get("section", "")),
        days_left=days_left(closing),
        closing=closing,
        is_open=may_open(now(), closing),
        is_late_possible=await is_late_possible(edition),
        reusable=await films_to_reuse(request.state["viewer"]),
    )


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


async def may_type(submission: Submission, viewer: Viewer) -> bool:
    """Whether the entry is a form to this reader: a draft, and theirs to change."""
    is_draft = submission.status == Status.DRAFT
    return is_draft and await membership.right_of(submission, viewer.id) is not EntryRight.SEE


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
    status = status or status_of(error)
    form, written = await answers.form_of(submission), await entries.written(submission)
    there = _entry.typed(written, lang, unread_of(submission), form)
    locked = _entry.locked_in(form, written)
    fields = there | (given or {})
    unread = unread_told(fields, submission, form)
    error = told_in_full(error, unread) if error else unread
    where = await standing_of(submission, edition)
    open_codes = await entries.missing_of(submission, form)
    refused = entries.lacks(submission, form, open_codes, where)
    missing = list(refused.codes) if refused else []
    to_mend = [code for code in missing if code not in open_codes or code.endswith(":field_unread")]
    lines = _entry.steps(fields, missing, form, to_mend=to_mend)
    names = [line.name for line in lines] + [_entry.FILING]
    shown = step or request.query_params.get("step", "")
    shown = _entry.next_of(lines) if shown == _entry.NEXT else shown
    place = f"{prefix_of(request)}/submissions/{submission.id}"
    deadline = await entries.closing_for(submission, edition)
    file, files = await current_file(submission.id), await answers.files_answered(submission)
    rules = await rules_in(edition, fields.get("section", ""))
    return page(
        request, "filmmaker/entry.html", error=error, status=status, submission=submission, fields=fields,
        mine=await membership.right_of(submission, request.state["viewer"].id),
        called=_entry.title_of(fields),
        steps=lines, names=names, shown=shown if shown in names else names[0],
        missing=words_missing(lang, refused, error, unread),
        places=_entry.places_of([*fields, *form.fields, *(one.field for one in form.questions), "file"], place),
        read={name: t(lang, f"filmmaker.read.{name}") for name in READ},
        ways=ways(lang, names), kept_until=await kept_until(edition),
        there=there, drawn=_entry.drawn_fields(form, locked), **asked_of(form, written, locked),
        answer_files=files, most_attached=MOST_BYTES, queue=queue_of(lang, form, files),
        sections=await sections_of(edition), offered=await offered(edition, lang, fields.get("section", "")),
        premieres=PREMIERES, least=SYNOPSIS_LEAST,
        file=file, kept=await received(file.id, file.state, store) if file else 0,
        is_working=file is not None and file.state in WORKING, said=said(lang),
        **await told_answers(lang, submission, form, written),
        rules=header_rules(rules, submission), told_before=told_before(lang, rules),
        exports=exports_told(lang, rules),
        stands=await standing_before(submission.id, file.number) if file else None,
        most=settings.max_upload_bytes, deadline=deadline, days_left=days_left(deadline),
        is_open=await entries.may_still_file(submission, edition),
        grace=edition.grace_hours, others=others or {}, **await news(lang, file),
        **eligibility_told(lang, where), **await fee_told(lang, submission, edition, code),
        countries=sorted({language.country(lang, code) for code in codes.countries()}),
        tongues=[(code, language.tongue(lang, code)) for code in codes.languages()],
    )  # fmt: skip


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


async def news(lang: str, file: FilmFile | None) -> dict[str, Any]:
    """How far the film is after its last byte, and what is wrong with it."""
    if file is None:
        return {"phases": [], "found": []}
    verdict = verdict_of(file.verdict)
    return {
        "phases": _report.phases(file, await steps_of(file.id)),
        "found": _report.found_rows(lang, verdict) if verdict else [],
    }


async def rules_in(edition: Edition, letter: str) -> Policy:
    """By which a film of this section is judged; a letter that nobody knows is none."""
    book = await technical.book_of(edition.id)
    return book.policy(book.called(letter) if letter in book.letters.values() else None)


def header_rules(rules: Policy, submission: Submission) -> dict[str, Any]:
    """What the browser holds against a file's own headers before the first byte leaves: what would be
    refused, and nothing that is only remarked on.
    """
    return {
        "codecs": rules.codecs.accept if refuses(rules, "VIDEO_CODEC") else None,
        "least": rules.height.least if refuses(rules, "VIDEO_RES_LOW") else 0,
        "sound": rules.sound.required
        and refuses(rules, "AUDIO_MISSING")
        and "AUDIO_MISSING" not in submission.waivers,
        "short": rules.duration.least if refuses(rules, "DURATION_SHORT") else 0,
        "long": rules.duration.most if refuses(rules, "DURATION_LONG") else ENDLESS,
    }


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


@get("/submissions/{submission_id:str}/file", guards=MAKER)
async def report(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    version: Annotated[int | None, Meta(ge=1, le=10**4)] = None,
    at: Annotated[float | None, Meta(ge=0, le=10**6)] = None,
    finding: Annotated[int | None, Meta(ge=1, le=10**3)] = None,
) -> Response[str]:
    """The verdict first, then the way through the booth, the film along its length, every check.

    Of the newest file, or of an older `version`; the copy begins `at` these seconds, with what the
    `finding` of this number says of them.
    """
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    twins = await twins_for_maker(submission.id, viewer)
    return await report_page(
        request,
        submission,
        edition_row,
        store,
        None,
        version=version,
        twins=twins,
        at=(at, finding),
    )


async def report_page(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    store: Store,
    error: FestivalError | None,
    *,
    version: int | None = None,
    words: object = None,
    twins: Sequence[Twin] = (),
    at: tuple[float | None, int | None] = (None, None),
) -> Response[str]:
    """`words` are those of a form for subtitles that was refused; `at` is where the copy begins, and
    the finding that is shown there.
    """
    file = await current_file(submission.id, version)
    if version is not None and file is None:
        raise Missing("file_missing")
    drawn: dict[str, Any] = {}
    if file is not None:
        drawn = await drawn_report(language_of(request), submission, file, edition)
        drawn |= await shown_on_film(language_of(request), file, store, at=at)
        drawn["kept"] = await received(file.id, file.state, store)
        drawn["stands"] = await standing_before(submission.id, file.number)
        drawn["texts"] = await tracks_of(submission.id)
        drawn["tongues"] = [
            language.tongue(language_of(request), code) for code in codes.languages()
        ]
        drawn |= {"kinds": KINDS, "words": words, "spelled": spelled}
    return page(
        request, "filmmaker/report.html", error=error, submission=submission,
        mine=await membership.right_of(submission, request.state["viewer"].id),
        card=await card(submission.id), file=file, versions=await files_of(submission.id),
        journal=_report.journal(language_of(request), await journal_of(submission.id)),
        twins=twins, version=version,
        deadline=await entries.closing_for(submission, edition), **drawn,
    )  # fmt: skip


async def shown_on_film(
    lang: str, file: FilmFile, store: Store, *, at: tuple[float | None, int | None]
) -> dict[str, Any]:
    """The findings at their places in the copy; where nobody can watch one, why not."""
    facts = facts_of(file.facts)
    length = facts.duration if facts else 0.0
    places = _places.placed(lang, verdict_of(file.verdict), length)
    moment = _places.moment(*at, places)
    copy: Any = file.screener
    every = copy.get("sprite_every") if copy else None
    return {
        "is_watchable": await is_watchable(file, store),
        "why_unseen": why_unseen(FileState(file.state)),
        "places": places,
        "named": _places.NAMED,
        "moment": moment,
        "moment_tiles": _report.tiles_at(length, every, moment.at) if moment else [],
    }


async def is_watchable(file: FilmFile, store: Store) -> bool:
    """Whether its makers find a copy to watch: the whole, the early one, or that of a refused film."""
    state = FileState(file.state)
    if state is FileState.MAKING:
        return await asyncio.to_thread(store.is_published, early_key(file.id))
    return state in COPIED or (state in WATCHED_BY_MAKERS and file.screener is not None)


def why_unseen(state: FileState) -> str:
    if state in WORKING or state is FileState.RECEIVING:
        return "yet"
    return "replaced" if state is FileState.REPLACED else "refused"


async def drawn_report(
    lang: str, submission: Submission, file: FilmFile, edition: Edition
) -> dict[str, Any]:
    """Everything that is measured and judged, in the page's words, beside the limits that hold now: who
    changes them has every standing file judged again.
    """
    rules = await technical.rules_of(edition, submission.section)
    facts, verdict = facts_of(file.facts), verdict_of(file.verdict)
    finding_rows = _report.found_rows(lang, verdict) if verdict else []
    good = _report.good_groups(lang, facts, rules, verdict)
    copy: Any = file.screener
    every = copy.get("sprite_every") if copy else None
    return {
        "phases": _report.phases(file, await steps_of(file.id)),
        "found": finding_rows,
        "good": good,
        "sounds": _report.sound_rows(lang, facts),
        "count": sum(len(rows) for _, rows in good),
        "timeline": _report.timeline(lang, facts, verdict, rules, every=every),
        "rules": rules,
        "duration": facts.duration if facts else None,
        "is_working": file.state in WORKING,
        "exports": exports_told(lang, rules),
    }


@get("/submissions/{submission_id:str}/report.pdf", guards=MAKER)
async def paper(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> Response[bytes]:
    """The same report as paper, for whoever mends the file."""
    lang = language_of(request)
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    file = await current_file(submission.id)
    if file is None or file.verdict is None:
        raise Missing("file_missing")
    drawn = await drawn_report(lang, submission, file, edition_row)
    shown = await card(submission.id)
    html = text_of(
        request, "paper/report.html", card=shown, file=file, title=own_title(shown),
        bad=[row for row in drawn["found"] if row.tone == "bad"],
        poster=await poster_of(file, store) if file.state in COPIED else "",
        **drawn,
    )  # fmt: skip
    return Response(
        await printed(html),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="report-{file.id}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


async def poster_of(file: FilmFile, store: Store) -> str:
    try:
        return inline(await asyncio.to_thread(picture_of, store, file.id))
    except NotPublished:
        return ""


def picture_of(store: Store, file_id: str) -> bytes:
    return store.published(file_id, "poster.jpg").read_bytes()


HANDLERS: list[Any] = [
    films,
    begin,
    entry,
    reread,
    ask_withdrawal,
    report,
    paper,
]
