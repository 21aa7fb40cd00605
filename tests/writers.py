"""Tables, columns, fields and settings that nobody writes or reads, found in the syntax tree."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.reach import is_table, modules


def tables(trees: dict[str, ast.Module]) -> dict[str, list[str]]:
    """Of every table its columns, without those that the database fills by itself."""
    return {
        node.name: [
            one.targets[0].id
            for one in node.body
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
            and not any(word in ast.unparse(one.value) for word in ("new_id", "TimestamptzNow", "BigSerial"))
        ]
        for name, tree in trees.items()
        if name.endswith(".tables")
        for node in tree.body
        if isinstance(node, ast.ClassDef) and is_table(node)
    }  # fmt: skip


PLANNER = "screenings.planner"
FILLED_FROM = {
    "Attendance": "screenings.attendance.AttendanceForm",
    "Audience": "screenings.audiences.AudienceForm",
    "CommitteePhase": "reviews.phases.CommitteePhaseForm",
    "CommitteeRules": "reviews.phases.CommitteeRulesForm",
    "Crew": "screenings.shared.CrewForm",
    "Criterion": "reviews.sheets.CriterionForm",
    "Deadline": "festival.deadlines.DeadlineForm",
    "Edition": "festival.editions.Rules",
    "Fee": "submissions.fees.FeeChange",
    "FilmTraits": "screenings.shorts.TraitsForm",
    "FieldRule": "submissions.questions.FieldForm",
    "Guest": "screenings.guests.GuestForm",
    "Jury": "screenings.shared.JuryForm",
    "MakersTerms": "screenings.tickets.TermsForm",
    "Material": "submissions.materials.MaterialForm",
    "PlanRules": "screenings.rulebook.PlanNumbers",
    "Programme": "screenings.programmes.ProgrammeForm",
    "ProgrammeOrder": "screenings.relations.OrderForm",
    "Question": "submissions.questions.QuestionForm",
    "Reservation": "screenings.reservations.ReservationForm",
    "Resource": "screenings.shared.ResourceForm",
    "ReviewerProfile": "reviews.profiles.ProfileForm",
    "ScoreSheet": "reviews.sheets.ScaleForm",
    "Screen": "screenings.rooms.ScreenForm",
    "Section": "submissions.sections.SectionForm",
    "Venue": "screenings.venues.VenueForm",
    "FilmPicture": "submissions.pictures.PictureForm",
    "Visitor": "submissions.visitors.VisitorForm",
    "WaiverCode": "submissions.waiver_codes.CodeForm",
}  # tables whose rows take the fields of a shape as they come
ALSO_FILLED_FROM = (
    ("Edition", "festival.deadlines.EntryTerms"),
    ("FilmTraits", "screenings.visas.PapersForm"),
    ("PlanRules", "screenings.rulebook.AudienceMode"),
    ("PlanRules", "screenings.visas.VisaAhead"),
    ("TicketWish", "screenings.tickets.AnsweredWish"),
)
"""A further shape of the same table, of another room."""
INSERTED = re.compile(r"INSERT INTO (\w+)\s*\(([^)]*)\)")
UPSERTED = re.compile(r"INSERT INTO (\w+)\s.*?DO UPDATE SET\s+(.*?)(?:\sWHERE\s|\sRETURNING\s|$)", re.DOTALL)
SET_UP = (
    "Apart", "Attendance", "Audience", "CommitteePhase", "CommitteeRules", "Crew", "Criterion", "Deadline", "Edition", "Fee", "FieldRule", "FilmPicture", "FilmTraits",
    "GridVariant", "Guest",
    "Jury", "MakersTerms", "Material", "PlannedPublication", "PlanRules", "Programme", "ProgrammeOrder", "Question", "Reservation", "Resource",
    "RetentionRule", "ReviewerProfile", "ScoreSheet", "Screen", "ScreeningHold", "Section", "SectionQuota", "SharedAudience", "SiteText", "TicketWish", "Venue",
    "VenueWay", "Visitor", "WaiverCode",
)  # fmt: skip
BY_TRIGGERS = frozenset({
    "film_figure", "film_figure.submission", "film_figure.asked", "figure_clock", "figure_clock.edition",
    "figure_clock.asked", "kept_load", "kept_load.edition", "kept_load.person", "kept_load.asked",
})  # fmt: skip
"""What the database itself writes, in migrations."""
AMENDED = frozenset({"version", "position", "closed_at"})
"""What the desk sets of every row that an operator sets up."""
UPDATED = re.compile(
    r"UPDATE (\w+)(?: \w+)?\s+SET\s+(.*?)(?:\sWHERE\s|\sFROM\s|\sRETURNING\s|$)", re.DOTALL
)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def texts(tree: ast.Module) -> Iterator[str]:
    """Strings as they are put together: what is filled in between stands as a blank."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.JoinedStr | ast.Constant):
            parts = [
                one.value if isinstance(one, ast.Constant) else ""
                for one in ast.walk(node)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if parts:
                yield " ".join(map(str, parts))


@cache
def written(tree: ast.Module) -> frozenset[str]:
    """`table` and `table.column` for every one that some SQL or some row of ours sets."""
    found: set[str] = set()
    for text in texts(tree):
        for table, columns in INSERTED.findall(text):
            found |= {table, *(f"{table}.{one}" for one in re.findall(r"\w+", columns))}
        for table, sets in [*UPDATED.findall(text), *UPSERTED.findall(text)]:
            found |= {f"{table}.{one}" for one in re.findall(r"(\w+) = ", sets)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id[0].isupper()
        ):
            table = snake(node.func.id)
            found |= {table, *(f"{table}.{one.arg}" for one in node.keywords if one.arg)}
        elif isinstance(node, ast.Attribute) and is_column(node):
            found.add(f"{snake(ast.unparse(node.value))}.{node.attr}")
    return frozenset(found)


def is_column(node: ast.Attribute) -> bool:
    """`Film.title`, or `film.title = …`."""
    return isinstance(node.value, ast.Name) and (
        node.value.id[0].isupper() or isinstance(node.ctx, ast.Store)
    )


def unwritten() -> set[str]:
    """Tables that no row is ever put into, and columns that keep the value they were made with."""
    trees = {name: tree for name, tree in modules().items() if not name.startswith(PLANNER)}
    known = set().union(*map(written, trees.values())) | {
        f"{snake(table)}.{field}"
        for table, shape in [*FILLED_FROM.items(), *ALSO_FILLED_FROM]
        for field in fields(trees[shape.rpartition(".")[0]], shape.rpartition(".")[2])
    } | {f"{snake(table)}.{column}" for table in SET_UP for column in AMENDED} | BY_TRIGGERS
    found, own_names = set(), sql_names(trees)
    for table, columns in tables(trees).items():
        names = {snake(table), own_names.get(table, snake(table))}
        if names & known:
            found |= {
                f"{table}.{one}" for one in columns if not {f"{name}.{one}" for name in names} & known
            }
        else:
            found.add(table)
    return found


def sql_names(trees: dict[str, ast.Module]) -> dict[str, str]:
    """Tables whose rows lie under another name than their class has."""
    return {
        node.name: word.value.value
        for tree in trees.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and is_table(node)
        for word in node.keywords
        if word.arg == "tablename" and isinstance(word.value, ast.Constant)
    }


def fields(tree: ast.Module, shape: str) -> list[str]:
    return [
        one.target.id
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == shape
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    ]


def unread() -> set[str]:
    """Settings that a host may set and nothing asks for."""
    trees = modules()
    asked = {
        node.attr
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    return {f"Settings.{field}" for field in fields(trees["festival.settings"], "Settings")} - {
        f"Settings.{name}" for name in asked
    }
