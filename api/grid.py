"""The working grid as its JSON and its pages read it: every clash, and every explanation, in words."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

import msgspec

from festival.clock import at, minutes_of
from festival.language import day, evening, has_words, hour, length, moment, spoken, t, text_in
from festival.tables import Edition
from festival.texts import Texts
from screenings import comments, lists
from screenings.clashes import clashes_among
from screenings.comments import Comment
from screenings.compared import last_published, since_last
from screenings.days import LeftBehind
from screenings.lists import Item, Placed
from screenings.planner.answers.remedies import Remedy
from screenings.planner.answers.shapes import Explanation
from screenings.planner.answers.words import Statement
from screenings.planner.model import Clash
from screenings.planner.rules import RULE_OF
from screenings.planner.rules.facts import debate
from screenings.problem import problem_with, rows_beside
from screenings.questions import Fewest
from screenings.tables import PlanRun, Reservation, Screen, ScreeningHold

DAYS = frozenset({"day", "first_day", "repeat_day", "stays", "days"})
DAY_NUMBER = re.compile(r"(?:^|(?<=, )|(?<= · ))\d+")
OF_HOURS = frozenset({"rest_too_short"})
TITLES = frozenset({"title", "one", "other", "first", "then"})


async def grid_state(edition: Edition) -> dict[str, Any]:
    """All that is drawn: whoever holds an older state needs nothing else to draw this one."""
    return await lists.together(lambda: read_state(edition))


async def read_state(edition: Edition) -> dict[str, Any]:
    grid = await lists.working_grid(edition)
    seen = await lists.mark_of(edition, grid)
    known = {item.id: item for item in await lists.items(edition)}
    beside = await rows_beside(edition)
    placed = await lists.placed_in(grid)
    names = Names(edition, known, beside.screens, placed)
    problem = await problem_with(edition, list(known.values()), beside=beside, with_prices=False)
    unread = await since_last(edition) if await last_published(edition) else []
    return {
        **seen,
        "calendar": [edition.first_day.isoformat(), edition.days],
        "screens": [
            {"id": s.id, "name": s.name, "seats": s.seats, "hours": s.hours, "venue": s.venue}
            for s in beside.screens
        ],
        "programmes": {item.id: programme_row(item) for item in known.values()},
        "screenings": [screening_row(p, edition) for p in placed],
        "clashes": [
            clash_row(clash, names)
            for clash in await clashes_among(edition, list(known.values()), placed, problem=problem)
        ],
        "guests": [
            {"name": g.name, "windows": g.windows, "programmes": g.programmes}
            for g in beside.guests
        ],
        "holds": [
            {
                "programme": one.programme,
                "number": one.number,
                "day": one.day,
                "minute": one.minute,
                "screen": one.screen,
            }
            for one in beside.of(ScreeningHold)
        ],
        "blockers": [blocker_row(one) for one in beside.of(Reservation)],
        "comments": [comment_row(one) for one in await comments.open_comments(edition)],
        "changed": [[d.programme, d.number] for d in unread],
        "changes": {lang: t(lang, "programmer.grid.changes", n=len(unread)) for lang in spoken()},
    }


def programme_row(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "titles": {lang: item.title(lang) for lang in spoken()},
        "section": item.section_letter,
        "minutes": item.minutes,
        "intro": item.intro,
        "debates": [debate(item, number) for number in range(item.showings)],
        "showings": 0 if item.has_left else item.showings,
        "pencil": item.is_pencilled,
        "gone": item.has_left,
        "films": [film["title"] for film in item.films] if item.kind == "block" else [],
    }


def blocker_row(taken: Reservation) -> dict[str, Any]:
    """A screen that is taken by hand; in minutes after the first day's midnight."""
    return {
        "id": taken.id,
        "titles": {lang: text_in(lang, cast("Texts", taken.titles)) for lang in spoken()},
        "texts": taken.titles,
        "screen": taken.screen,
        "begins": taken.begins,
        "ends": taken.ends,
        "version": taken.version,
    }


def comment_row(comment: Comment) -> dict[str, Any]:
    """What is open about a showing, with the moment in words."""
    return {
        "id": comment.id,
        "programme": comment.programme,
        "number": comment.number,
        "text": comment.text,
        "by": comment.by,
        "when": {lang: moment(lang, comment.created_at) for lang in spoken()},
    }


def screening_row(p: Placed, edition: Edition) -> dict[str, Any]:
    """`start` is in minutes after the first day's midnight, by the wall clock."""
    return {**msgspec.to_builtins(p), "start": minutes_of(p.starts_at, edition.first_day)}


def evening_and_hour(lang: str, edition: Edition, start: int) -> str:
    """`ven. 26 nov., 18:00`, and after midnight both days: `nuit du ven. 26 au sam. 27 nov., 01:00`."""
    when = at(edition.first_day, start)
    return f"{evening(lang, when, style='short')}, {hour(when)}"


class Names:
    """What a sentence about screenings needs: their titles, days, hours and rooms."""

    def __init__(
        self,
        edition: Edition,
        known: Mapping[str, Item],
        rooms: Iterable[Screen],
        placed: Iterable[Placed],
    ) -> None:
        self.edition, self.known = edition, known
        self.titles = {
            item.own_title: {lang: item.title(lang) for lang in spoken()} for item in known.values()
        }
        self.rooms = {room.id: room.name for room in rooms}
        self.starts = {
            (p.programme, p.number): (minutes_of(p.starts_at, edition.first_day), p.screen)
            for p in placed
        }

    def day(self, lang: str, number: int) -> str:
        """The first day is 0."""
        return day(lang, at(self.edition.first_day, number * 1440 + 720), style="short")

    def of(self, lang: str, programme: str, number: int) -> str:
        """`Périhélie, ven. 26 nov., 18:00, Lumière`."""
        item = self.known.get(programme)
        title = item.title(lang) if item else "–"
        if (programme, number) not in self.starts:
            return title
        start, screen = self.starts[programme, number]
        return f"{title}, {evening_and_hour(lang, self.edition, start)}, {self.rooms[screen]}"


def clash_row(clash: Clash, names: Names) -> dict[str, Any]:
    """`says` is the rule in words, `names` the screenings, `words` both in one line.

    `mendable`: a repair can do something about it, for it is the planner's rule.
    """
    says = {lang: clash_words(clash, names, lang) for lang in spoken()}
    who = {lang: [names.of(lang, *name) for name in clash.screenings] for lang in spoken()}
    words = {lang: f"{says[lang]} {' · '.join(who[lang])}" for lang in spoken()}
    shown = {"says": says, "names": who, "words": words, "mendable": clash.code in RULE_OF}
    return {**msgspec.to_builtins(clash), **shown}


def words_of_clash(clash: Clash, names: Names, lang: str) -> str:
    """The rule and its screenings in one line."""
    who = " · ".join(names.of(lang, *name) for name in clash.screenings)
    return f"{clash_words(clash, names, lang)} {who}"


def clash_words(clash: Clash, names: Names, lang: str) -> str:
    """Every code of a rule has its sentence: a test walks them all."""
    key = f"clash.{clash.code}"
    if clash.code in {"film_withdrawn", "film_declined"} and "when" not in clash.details:
        key += ".bare"
    shown = details_in(clash.details, names, lang)
    return t(lang, key, **(in_hours(shown, lang) if clash.code in OF_HOURS else shown))


def in_hours(details: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Minutes that are a night's rather than a pause's: `10 h 30`."""
    lengths = {"minutes", "least"} & details.keys()
    return {**details, **{key: length(lang, 60 * int(details[key])) for key in lengths}}


def equipment_name(lang: str, word: str) -> str:
    """A word of the trade in the reader's language; a house's own stands as it was written."""
    key = f"equipment.{word}"
    return t(lang, key) if has_words(key) else word


def details_in(details: Mapping[str, int | str], names: Names, lang: str) -> dict[str, Any]:
    """Days by their names, moments as dates, titles in the reader's language."""
    shown: dict[str, Any] = dict(details)
    for key in DAYS & shown.keys():
        if key == "days" and isinstance(shown[key], int):
            continue  # a number of days names none
        shown[key] = DAY_NUMBER.sub(lambda n: names.day(lang, int(n[0]) - 1), str(shown[key]))
    for key in TITLES & shown.keys():
        shown[key] = names.titles.get(str(shown[key]), {}).get(lang, shown[key])
    if "equipment" in shown:
        words = str(shown["equipment"]).split(", ")
        shown["equipment"] = ", ".join(equipment_name(lang, word) for word in words)
    if "when" in shown:
        shown["when"] = moment(lang, datetime.fromisoformat(str(shown["when"])))
    return shown


def remedy_row(way: Remedy, names: Names) -> dict[str, Any]:
    """A way out of a conflict, with what it would do in words."""
    item = names.known.get(way.programme)

    def words(lang: str) -> str:
        return t(
            lang,
            f"remedy.{way.kind}",
            title=item.title(lang) if item else "–",
            when=evening_and_hour(lang, names.edition, way.start),
            screen=names.rooms.get(way.screen, "–"),
        )

    return {**msgspec.to_builtins(way), "words": {lang: words(lang) for lang in spoken()}}


def left_row(left: LeftBehind, names: Names) -> dict[str, Any]:
    """What was not copied, and why, in a line: the film, and the rule in the way."""
    item = names.known.get(left.programme)

    def words(lang: str) -> str:
        title = item.title(lang) if item else "–"
        if left.clash is None:
            return t(lang, "day_copy.none_left", title=title)
        return t(lang, "day_copy.left", title=title, why=clash_words(left.clash, names, lang))

    return {
        "programme": left.programme,
        "number": left.number,
        "words": {lang: words(lang) for lang in spoken()},
    }


def repair_words(lang: str, fewest: Fewest | None) -> str:
    """`Réparer (5 déplacements, prouvé le minimum)`; without the figure as long as nobody knows it."""
    if fewest is None or fewest.verdict != "repaired":
        return t(lang, "programmer.grid.repair")
    key = "programmer.grid.repair.proved" if fewest.proved else "programmer.grid.repair.found"
    return t(lang, key, n=fewest.moves)


async def names_of(edition: Edition) -> Names:
    known = {item.id: item for item in await lists.items(edition)}
    return Names(edition, known, await lists.screens(edition), [])


def explanation_of_run(run: PlanRun, names: Names) -> dict[str, Any] | None:
    """Why not everything found a place, where something did not and there was time to tell."""
    if run.explanation is None:
        return None
    explanation = msgspec.convert(cast("dict[str, Any]", run.explanation), Explanation)
    return explanation_row(explanation, names)


def explanation_row(explanation: Explanation, names: Names) -> dict[str, Any]:
    return {
        "verdict": explanation.verdict,
        "minimal": explanation.minimal,
        "smallest": explanation.smallest,
        "seconds": explanation.seconds,
        "remarks": [remark_row("remark", r, names) for r in explanation.remarks],
        "because": [remark_row("because", r, names) for r in explanation.core],
        "letgo": [remark_row("letgo", r, names) for r in explanation.repair],
    }


def remark_row(kind: str, remark: Statement, names: Names) -> dict[str, Any]:
    key = f"{kind}.{remark.code}"
    return {
        "code": remark.code,
        "details": remark.details,
        "words": {
            lang: t(lang, key, **details_in(remark.details, names, lang)) for lang in spoken()
        },
    }
