"""The publication sheet: all that a programmer reads before anything leaves the house."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import Struct

from api.auth import settings_of
from api.grid import Names, words_of_clash
from api.pages._news import parts_in, place_of, title_in
from api.pages._page import prefix_of
from api.request import AnyRequest
from festival.clock import zone
from festival.language import day, has_words, length, listed, moment, t, text_in, tongue
from festival.tables import Edition
from festival.texts import film_title
from festival.wording import LINK
from screenings import changelog, freezing, letters_ahead, lists, planned, publication
from screenings.changelog import KINDS, ProgrammeNews
from screenings.clashes import clashes_of
from screenings.document import same
from screenings.letters_ahead import LetterAhead
from screenings.linter import LEVELS, LintFinding, ProofSheet, findings
from screenings.linting import proof_of
from screenings.planner.model import Clash
from screenings.reasons import MoveReason, reasons_since_last
from screenings.tables import Grid, PlannedPublication

MOST_LETTERS = 40


class NewsLine(Struct, frozen=True):
    """One screening that the public would read anew, and whose doing that is."""

    title: str
    was: str
    now: str
    parts: str
    why: str


class LintRemark(Struct, frozen=True):
    """What the linter says and what to do, in the same words for each of `things`: what it is about, and where."""

    code: str
    words: str
    next: str
    things: list[tuple[str, str]]


async def shown(request: AnyRequest, edition: Edition, grid: Grid, lang: str) -> dict[str, Any]:
    known = {item.id: item for item in await lists.items(edition)}
    placed = await lists.placed_in(grid)
    names = Names(edition, known, await lists.screens(edition), placed)
    clashes = await clashes_of(edition, grid)
    before, after = await freezing.next_documents(edition, grid)
    news, why = changelog.news_of(before, after), await reasons_since_last(edition)
    proof = await proof_of(edition, grid)
    found = findings(proof)
    letters, letters_count = await letters_ahead.letters_ahead(
        edition, before, after, most=MOST_LETTERS
    )
    waiting = await planned.waiting(edition)
    return {
        "news": before is None or not same(before, after),
        "changes": len(news),
        "groups": groups_of(news, why, lang),
        "blocking": in_the_way(clashes, publication.hindrances_beside(known, placed), names, lang),
        "warnings": said([one for one in clashes if not publication.blocks(one)], names, lang),
        "lint": lint_groups(found, proof, clashes, names, lang),
        "stops": any(one.level == "stop" for one in found),
        "letters": [as_sent(request, one) for one in letters],
        "letters_count": letters_count,
        "sender": settings_of(request).mail_from,
        "waiting": None if waiting is None else waiting_row(waiting, grid),
        "ended": await ended_row(edition, lang) if waiting is None else None,
    }


# What changes


def groups_of(
    news: list[ProgrammeNews], why: dict[tuple[str, int], MoveReason], lang: str
) -> list[tuple[str, list[NewsLine]]]:
    return [
        (
            kind,
            [
                line_of(one, why.get((one.programme, one.number)), lang)
                for one in news
                if one.kind == kind
            ],
        )
        for kind in KINDS
        if any(one.kind == kind for one in news)
    ]


def line_of(news: ProgrammeNews, why: MoveReason | None, lang: str) -> NewsLine:
    same = news.kind == "changed"
    return NewsLine(
        title_in(lang, news),
        "" if same else place_of(news.before, lang),
        place_of(news.after, lang),
        parts_in(lang, news),
        "" if why is None or same else reason_in(lang, why),
    )


def reason_in(lang: str, why: MoveReason) -> str:
    key = f"publication.how.{why.kind}"
    how = t(lang, key if has_words(key) else "publication.how.move")
    return t(lang, "publication.why", how=how, by=why.by or "–", when=moment(lang, why.at))


# What is in the way


def in_the_way(clashes: list[Clash], others: list[str], names: Names, lang: str) -> list[str]:
    """Each clash by its films, then what is no clash of two screenings."""
    blocking = [clash for clash in clashes if publication.blocks(clash)]
    return said(blocking, names, lang) + [t(lang, f"error.{code}") for code in others]


def said(clashes: list[Clash], names: Names, lang: str) -> list[str]:
    return [words_of_clash(clash, names, lang) for clash in clashes]


# What the linter says


def lint_groups(
    found: list[LintFinding], proof: ProofSheet, clashes: list[Clash], names: Names, lang: str
) -> list[tuple[str, int, list[LintRemark]]]:
    """By level with its findings counted, the gravest first; what a clash says already is not said twice."""
    told = {name for clash in clashes if clash.code == "guest_absent" for name in clash.screenings}
    untold = [one for one in found if not is_told(one, told)]
    by_level = [(level, [one for one in untold if one.level == level]) for level in LEVELS]
    return [
        (level, len(ones), remarks(ones, proof, names, lang)) for level, ones in by_level if ones
    ]


def remarks(
    found: list[LintFinding], proof: ProofSheet, names: Names, lang: str
) -> list[LintRemark]:
    """What is said of many in the same words is said once, where it was said first."""
    told: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    known: dict[tuple[str, str], tuple[str, str, str]] = {}
    for one in found:
        key = one.code, repr(one.details)
        if key not in known:
            known[key] = worded(one, lang)
        thing = about(one, proof, names, lang), home_of(one)
        told.setdefault(known[key], []).append(thing)
    return [LintRemark(*words, things) for words, things in told.items()]


def worded(finding: LintFinding, lang: str) -> tuple[str, str, str]:
    """Its code, what is so, and what to do."""
    of = details_in(finding.details, lang)
    key = f"lint.{finding.code}"
    return finding.code, t(lang, key, **of), t(lang, f"{key}.next", **of)


def is_told(finding: LintFinding, told: Iterable[tuple[str, int]]) -> bool:
    return finding.code == "guest_misses_debate" and (finding.programme, finding.number) in set(
        told
    )


def about(finding: LintFinding, proof: ProofSheet, names: Names, lang: str) -> str:
    """The film, the screening, or the guest that it is about."""
    if finding.film:
        return film_title(lang, proof.films[finding.film])
    if finding.programme and finding.number is not None:
        return names.of(lang, finding.programme, finding.number)
    if finding.programme:
        return text_in(lang, proof.programmes[finding.programme].titles)
    return str(finding.details.get("guest", "–"))


def home_of(finding: LintFinding) -> str:
    """Where it is mended."""
    if finding.home in {"film", "report"}:
        return f"/programmer/films/{finding.film}"
    if finding.home == "papers":
        return f"/programmer/films/{finding.film}#papers"
    if finding.home == "programme":
        return f"/programmer/programmes/{finding.programme}"
    return "/programmer/guests" if finding.home == "guest" else "/programmer/grid"


def details_in(details: dict[str, Any], lang: str) -> dict[str, Any]:
    """Days and moments as dates, languages and lengths by their names."""
    telling: dict[str, Any] = {
        "due": lambda value: day(lang, datetime.fromisoformat(value).date()),
        "asked": lambda value: day(lang, datetime.fromisoformat(value).date()),
        "comes": lambda value: arrival(lang, value),
        "languages": lambda value: listed(lang, (tongue(lang, one) for one in value)),
        "declared": partial(length, lang),
        "measured": partial(length, lang),
    }
    return {name: telling.get(name, lambda same: same)(value) for name, value in details.items()}


def arrival(lang: str, value: str) -> str:
    """When they come, as the end of a sentence; nothing where they do not come any more."""
    if not value:
        return t(lang, "lint.guest_misses_debate.never")
    return t(
        lang, "lint.guest_misses_debate.comes", when=moment(lang, datetime.fromisoformat(value))
    )


# Letters and moments


def as_sent(request: AnyRequest, letter: LetterAhead) -> dict[str, Any]:
    """With an address where its link will stand."""
    home = f"{settings_of(request).public_url}{prefix_of(request)}/…"
    return {name: getattr(letter, name) for name in letter.__struct_fields__} | {
        "body": letter.body.replace(LINK, home)
    }


def waiting_row(waiting: PlannedPublication, grid: Grid) -> dict[str, Any]:
    """`stale`: the grid is no more what was looked at, and will not go out as it is."""
    due = waiting.due_at.astimezone(zone())
    return {
        "id": waiting.id,
        "due_at": waiting.due_at,
        "day": due.date().isoformat(),
        "hour": due.strftime("%H:%M"),
        "version": waiting.version,
        "stale": int(waiting.seen) != int(grid.version),
    }


async def ended_row(edition: Edition, lang: str) -> dict[str, Any] | None:
    """What became of the last one that waited, if it was refused."""
    ended = await planned.last_ended(edition)
    if ended is None or ended.state != "refused":
        return None
    codes: Any = ended.codes
    return {"due_at": ended.due_at, "reasons": [code_in(lang, code) for code in codes]}


def code_in(lang: str, code: str) -> str:
    """A reason without its particulars, which the page above has."""
    key = f"publication.refused.{code}"
    return t(lang, key if has_words(key) else "publication.refused.other")
