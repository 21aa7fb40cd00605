"""What is wanted of a film once its acceptance is announced, and what has been brought of it."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.access import Viewer
from festival.clock import now
from festival.db import rows, transaction
from festival.desk import Way
from festival.errors import Conflict, Missing, Refused
from festival.language import is_visible
from festival.paging import Paged, numbers_of, paged, sought
from festival.record import record
from festival.tables import Edition, Person
from festival.texts import ANY_TITLE, EVERY_TITLE, Texts
from media.policy import Verdict
from media.storage import Store
from submissions import attachments
from submissions.answers import FileShown
from submissions.entries import held
from submissions.questions import HelpTexts, SectionLetters, check_zones, section_ids, untold
from submissions.status import Status
from submissions.tables import Delivery, Material, Submission

KINDS = (
    "stills",
    "poster",
    "press_kit",
    "biography",
    "exhibition",
    "subtitles",
    "trailer",
    "other",
)
TEXT = "text"
PACKAGE = "package"
MOST_MATERIALS = 60
MOST_TEXT = 4_000
PAGE = 40


class MaterialForm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wanted; `sections` are letters, none means all. `most`: how many of it."""

    labels: texts.ShortTexts
    helps: HelpTexts = {}
    kind: Literal[
        "stills", "poster", "press_kit", "biography", "exhibition", "subtitles", "trailer", "other"
    ] = "other"
    accepts: Literal["document", "picture", "any", "subtitles", "video", "text", "package"] = "any"
    most: Annotated[int, Meta(ge=1, le=10)] = 1
    is_required: bool = False
    due_at: datetime | None = None
    sections: SectionLetters = []


async def material_values(edition: Edition, given: MaterialForm) -> dict[str, Any]:
    check_zones(due_at=given.due_at)
    labels, helps = texts.settled("labels", given.labels), texts.settled("helps", given.helps)
    if wrong := untold("label", labels):
        raise Refused(*wrong)
    return {
        "labels": labels,
        "helps": helps,
        "kind": given.kind,
        "accepts": given.accepts,
        "most": 1 if given.accepts in {TEXT, PACKAGE} else given.most,
        "is_required": given.is_required,
        "due_at": given.due_at,
        "sections": await section_ids(edition, given.sections),
    }


async def add_material(edition: Edition, given: MaterialForm, *, by: Person) -> str:
    values = await material_values(edition, given)
    if await Material.count().where(Material.edition == edition.id) >= MOST_MATERIALS:
        raise Refused("materials_many", most=MOST_MATERIALS)
    return await desk.add(Material(edition=edition.id, **values), act="material_added", by=by)


async def amend_material(
    material: Material, given: MaterialForm, *, edition: Edition, version: int, by: Person
) -> int:
    """Set all of it; neither a text nor a package becomes a file, once somebody has brought one."""
    values = await material_values(edition, given)
    async with transaction():
        await desk.held(material, version)
        is_another = sort_of(values["accepts"]) != sort_of(material.accepts)
        if is_another and (n := await brought_of(material.id)):
            raise Refused("accepts:material_brought", n=n)
        return await desk.amend(material, values, version=version, act="material_changed", by=by)


def sort_of(accepts: str) -> str:
    """How it is brought: written, sent as a package, or as a file."""
    return accepts if accepts in {TEXT, PACKAGE} else "file"


async def brought_of(material_id: str) -> int:
    """How many things have been brought of it; a package on its way is one."""
    selected = await rows(
        """SELECT (SELECT count(*) FROM delivery WHERE material = {})
             + (SELECT count(*) FROM package_upload WHERE material = {} AND state <> 'delivered') AS n""",
        material_id,
        material_id,
    )
    return int(selected[0]["n"])


async def move_material(material: Material, way: Way, *, by: Person) -> None:
    await desk.move(material, way, act="material_moved", by=by)


async def close_material(material: Material, *, version: int, by: Person) -> None:
    """No longer wanted; what was brought stays. Twice is once."""
    closed = {"closed_at": material.closed_at or now()}
    await desk.amend(material, closed, version=version, act="material_closed", by=by)


async def reopen_material(material: Material, *, version: int, by: Person) -> None:
    await desk.amend(material, {"closed_at": None}, version=version, act="material_reopened", by=by)


async def remove_material(material: Material, *, version: int, by: Person) -> None:
    """Away, if nobody has brought any of it; else it can be closed."""
    async with transaction():
        await desk.held(material, version)
        if n := await brought_of(material.id):
            raise Refused("material_in_use", n=n)
        await desk.remove(material, version=version, act="material_removed", by=by)


# What makers see and bring


class BroughtThing(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was brought: a file, or a text with its version."""

    id: str
    file: FileShown | None = None
    text: str = ""
    version: int = 1
    created_at: datetime | None = None


class SentPackage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest package that was begun: `state` receiving, received, refused, stopped or delivered;
    `fraction` of 1 is checked.
    """

    id: str
    state: str
    name: str
    size: int
    fraction: float = 0.0
    verdict: Verdict | None = None


class WantedMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the checklist. `state`: brought, late, due or wished."""

    id: str
    kind: str
    labels: Texts
    helps: Texts = {}
    accepts: str = "any"
    most: int = 1
    is_required: bool = False
    due_at: datetime | None = None
    brought: list[BroughtThing] = []
    package: SentPackage | None = None

    @property
    def is_brought(self) -> bool:
        return bool(self.brought)

    @property
    def state(self) -> str:
        return state_of(
            is_brought=self.is_brought, is_required=self.is_required, due_at=self.due_at
        )


def state_of(*, is_brought: bool, is_required: bool, due_at: datetime | None) -> str:
    """`brought`; `late` when its day is over; `due` when it must come; `wished` when it may."""
    if is_brought:
        return "brought"
    if not is_required:
        return "wished"
    return "late" if due_at is not None and due_at <= now() else "due"


IN_SECTION = "(m.sections = '[]' OR m.sections ? coalesce(s.section, ''))"


async def wanted_of(submission: Submission) -> list[WantedMaterial]:
    """The checklist of an accepted film, in its order; none before that is announced.

    What is no longer wanted is there while something of it was brought.
    """
    if submission.status != Status.ACCEPTED:
        return []
    selected = await rows(
        """SELECT m.id, m.kind, m.labels, m.helps, m.accepts, m.most, m.is_required, m.due_at,
             coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'text', d.text, 'version', d.version,
                 'created_at', d.created_at,
                 'file', CASE WHEN a.id IS NULL THEN NULL ELSE
                   jsonb_build_object('id', a.id, 'name', a.name, 'size', a.size) END)
               ORDER BY d.created_at, d.id) FILTER (WHERE d.id IS NOT NULL), '[]') AS brought,
             (SELECT jsonb_build_object('id', p.id, 'state', p.state, 'name', p.name, 'size', p.size,
                 'fraction', p.fraction, 'verdict', p.verdict) FROM package_upload p
               WHERE p.material = m.id AND p.submission = {}
               ORDER BY p.created_at DESC, p.id DESC LIMIT 1) AS package
           FROM material m JOIN submission s ON s.edition = m.edition
           LEFT JOIN delivery d ON d.material = m.id AND d.submission = s.id
           LEFT JOIN attachment a ON a.id = d.attachment
           WHERE s.id = {} AND ((m.closed_at IS NULL AND """
        + IN_SECTION
        + """) OR d.id IS NOT NULL) GROUP BY m.id ORDER BY m.position, m.id""",
        submission.id,
        submission.id,
    )
    return msgspec.convert(selected, list[WantedMaterial])


async def wanted_one(submission: Submission, material_id: str) -> tuple[Submission, WantedMaterial]:
    """The film, held, and the line of its checklist; to others there is no such thing."""
    standing = await held(submission)
    for one in await wanted_of(standing):
        if one.id == material_id:
            return standing, one
    raise Missing("material_missing")


async def bring_file(
    submission: Submission, material_id: str, raw: bytes, *, name: str, by: Person, store: Store
) -> str:
    """Bring a file; where only one is wanted it takes the place of the one before. The delivery's id."""
    async with transaction():
        standing, wanted = await wanted_one(submission, material_id)
        if wanted.accepts == TEXT:
            raise Refused(f"m_{material_id}:material_is_text")
        if wanted.accepts == PACKAGE:
            raise Refused(f"m_{material_id}:material_is_package")
        if wanted.most > 1 and len(wanted.brought) >= wanted.most:
            raise Refused(f"m_{material_id}:material_full", n=wanted.most)
        try:
            file = await attachments.keep(
                standing,
                raw,
                name=name,
                accepts=wanted.accepts,
                most=attachments.MOST_MATERIAL_BYTES,
                by=by,
                store=store,
            )
        except Refused as error:
            codes = (f"m_{material_id}:{code}" for code in error.codes)
            raise Refused(*codes, **error.values) from None
        if wanted.most == 1:
            for one in wanted.brought:
                await take_away(one)
        delivery = Delivery(
            submission=standing.id, material=material_id, attachment=file.id, person=by.id
        )
        await delivery.save()
        await record("material_brought", standing.id, by=by, material=material_id)
    return str(delivery.id)


async def take_away(one: BroughtThing) -> None:
    await rows("DELETE FROM delivery WHERE id = {} RETURNING id", one.id)
    await attachments.let_go(one.file.id if one.file else None)


async def bring_text(
    submission: Submission, material_id: str, text: str, *, version: int, by: Person
) -> int:
    """Write the text; `version` is the one that its writer saw, 0 where there was none. The new version."""
    async with transaction():
        standing, wanted = await wanted_one(submission, material_id)
        if wanted.accepts != TEXT:
            raise Refused(f"m_{material_id}:material_is_file")
        if not is_visible(text):
            raise Refused(f"m_{material_id}:material_empty")
        there = wanted.brought[0] if wanted.brought else None
        if (there.version if there else 0) != version:
            raise Conflict(
                f"m_{material_id}:material_meanwhile", standing=there.text if there else ""
            )
        if there is not None and there.text == text.strip():
            return version
        if there is None:
            await Delivery(
                submission=standing.id, material=material_id, text=text.strip(), person=by.id
            ).save()
        else:
            await Delivery.update(
                {Delivery.text: text.strip(), Delivery.version: version + 1, Delivery.person: by.id}
            ).where(Delivery.id == there.id)
        await record("material_brought", standing.id, by=by, material=material_id)
    return version + 1


async def take_back(submission: Submission, delivery_id: str, *, by: Person) -> None:
    """A maker takes back what was brought; what is not there any more is taken back already."""
    async with transaction():
        standing = await held(submission)
        for wanted in await wanted_of(standing):
            for one in wanted.brought:
                if one.id == delivery_id:
                    await take_away(one)
                    await record("material_taken_back", standing.id, by=by, material=wanted.id)


class OwedMaterials(msgspec.Struct, frozen=True, kw_only=True):
    """How many things a film has still to bring until a day."""

    submission: str
    due_at: datetime
    n: int


async def owed_by(films: list[str]) -> list[OwedMaterials]:
    """What these films, whose acceptance is announced, have still to bring, by its days; late ones too."""
    selected = await rows(
        """SELECT s.id AS submission, m.due_at, count(*) AS n
           FROM submission s JOIN material m ON m.edition = s.edition AND m.is_required
             AND m.closed_at IS NULL AND m.due_at IS NOT NULL AND """
        + IN_SECTION
        + """ WHERE s.id = ANY({}) AND s.status = 'accepted'
             AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.material = m.id AND d.submission = s.id)
           GROUP BY s.id, m.due_at ORDER BY m.due_at, s.id""",
        films,
    )
    return msgspec.convert(selected, list[OwedMaterials])


# Who has brought what


class BoardColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wanted, as the board's column."""

    id: str
    labels: Texts
    is_required: bool
    due_at: datetime | None = None
    sections: list[str] = []


class MaterialCell(msgspec.Struct, frozen=True, kw_only=True):
    """What a film has brought of one material; `state` is empty where it is not asked of this film. `package` is
    the state of a package that was sent and not delivered: receiving, received, refused or stopped.
    """

    state: str = ""
    files: list[FileShown] = []
    text: str = ""
    package: str = ""


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted film with a cell for each column; `missing` counts what must still come."""

    id: str
    title: str
    titles: Texts
    section_letter: str
    cells: list[MaterialCell]
    missing: int = 0


class Board(Paged, frozen=True, kw_only=True):
    """A page of films with what they have brought; `total` are all, `missing` those that must still bring something,
    whatever is looked for.
    """

    columns: list[BoardColumn]
    films: list[BoardRow]
    total: int
    missing: int


OWED = f"""(SELECT count(*) FROM material m WHERE m.edition = s.edition AND m.is_required AND m.closed_at IS NULL
  AND {IN_SECTION}
  AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.material = m.id AND d.submission = s.id))::int"""
"""How many things a film `s` must still bring."""
THINGS = """coalesce((SELECT jsonb_agg(jsonb_build_object('material', one.material, 'text', one.text, 'id', one.id,
    'name', one.name, 'size', one.size, 'package', one.package) ORDER BY one.created_at, one.id) FROM (
  SELECT d.material, d.text, a.id, a.name, a.size, '' AS package, d.created_at
  FROM delivery d LEFT JOIN attachment a ON a.id = d.attachment WHERE d.submission = s.id
  UNION ALL SELECT p.material, '', NULL, p.name, p.size, p.state, p.created_at
  FROM package_upload p WHERE p.submission = s.id AND p.state <> 'delivered') one), '[]')"""
"""What a film `s` has brought, and packages that are not delivered yet."""


async def board(
    edition: Edition, viewer: Viewer, *, only_missing: bool, words: str = "", page: int = 1
) -> Board:
    """Accepted films whose acceptance is announced, with what each has brought, forty a page; `words` are sought in
    titles.

    A film from which the viewer has stepped aside is not among them.
    """
    columns = msgspec.convert(
        [
            {
                name: getattr(one, name)
                for name in ("id", "labels", "is_required", "due_at", "sections")
            }
            for one in await desk.all_of(Material, edition)
            if one.closed_at is None
        ],
        list[BoardColumn],
    )
    meant = f"""SELECT known.id, known.missing, {ANY_TITLE} AS title FROM known JOIN film f ON f.id = known.film
                WHERE (NOT {{}}::bool OR known.missing > 0) {f"AND {sought(EVERY_TITLE)}" if words else ""}"""
    told = await rows(
        f"""WITH known AS MATERIALIZED (SELECT s.id, s.film, {OWED} AS missing FROM submission s
              WHERE s.edition = {{}} AND s.status = 'accepted' AND NOT s.id = ANY({{}})),
            {paged(meant, order="title, id", of=PAGE)}
            SELECT counted.*, one.* FROM (
              SELECT count(*)::int AS total, (count(*) FILTER (WHERE missing > 0))::int AS missing_in_all FROM known
            ) counted LEFT JOIN (
              SELECT page.place, page.found, page.missing, s.id, coalesce(s.section, '') AS section,
                coalesce(x.letter, '') AS section_letter, page.title, f.titles, {THINGS} AS things
              FROM page JOIN submission s ON s.id = page.id JOIN film f ON f.id = s.film
              LEFT JOIN section x ON x.id = s.section) one ON true
            ORDER BY one.place""",
        edition.id, sorted(viewer.recused), only_missing, *filter(None, [words]), page,
    )  # fmt: skip
    return Board(
        columns=columns,
        films=[board_row(row, columns) for row in told if row["id"]],
        total=told[0]["total"],
        missing=told[0]["missing_in_all"],
        **numbers_of(told, of=PAGE),
    )


def board_row(film: dict[str, Any], columns: list[BoardColumn]) -> BoardRow:
    cells = [
        cell(film, column, [one for one in film["things"] if one["material"] == column.id])
        for column in columns
    ]
    known = {name: film[name] for name in ("id", "title", "titles", "section_letter", "missing")}
    return BoardRow(**known, cells=cells)


def cell(film: dict[str, Any], column: BoardColumn, things: list[dict[str, Any]]) -> MaterialCell:
    """A package that is on its way is told, and is not brought; what is not asked of a film is not owed either."""
    is_brought = any(not one["package"] for one in things)
    is_asked = not column.sections or film["section"] in column.sections
    return MaterialCell(
        state=state_of(is_brought=is_brought, is_required=column.is_required, due_at=column.due_at)
        if is_brought or is_asked
        else "",
        files=[FileShown(one["id"], one["name"], one["size"]) for one in things if one["id"]],
        text=next((one["text"] for one in things if one["text"]), ""),
        package=next((one["package"] for one in reversed(things) if one["package"]), ""),
    )
