"""Shorts that may stand in a block: what is known of each, measured, said by the office, or by its maker."""

from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from festival import desk
from festival.db import rows, transaction
from festival.errors import Missing
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from festival.texts import Texts, film_title, own_title
from media.facts import Facts, Picture
from screenings.lists import is_gone
from screenings.running_order import ASPECT, LOUDNESS, Short
from screenings.tables import FilmTraits

LONGEST_SHORT = 59  # minutes: a film of an hour is shown alone
KNOWN_ASPECTS = (1.33, 1.37, 1.66, 1.78, 1.85, 2.0, 2.35, 2.39)
ASPECT_SLACK = 0.02
LOUD_STEP = 4.0  # LU between neighbours, from which a projectionist turns the knob
UNMEASURED = -23.0
"""What a film is taken for whose sound nobody has measured: the level that the house asks for."""


class TraitsForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the office says of a film for its block. `tone` from grave 0 to bright 10; `opens`, `closes` from
    0 to 3; `rating` is an age of the law, none where nobody has said; `earliest` are minutes after midnight.
    """

    theme: Annotated[str, Meta(max_length=60)] = ""
    tone: Annotated[int, Meta(ge=0, le=10)] = 5
    opens: Annotated[int, Meta(ge=0, le=3)] = 0
    closes: Annotated[int, Meta(ge=0, le=3)] = 0
    rating: Literal[0, 12, 16, 18] | None = None
    earliest: Annotated[int, Meta(ge=0, le=1800)] | None = None


class TraitsChange(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is the one that was read; 0 where nothing was said yet."""

    traits: TraitsForm
    version: SeenVersion = 0


class BlockFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A film as the composer's page knows it. `alone` is the programme that shows nothing else, `block` the
    one that shows it among others; LUFS, and width by height of what is seen, where they were measured.
    """

    id: str
    title: str
    titles: Texts
    director: str
    directors: list[str]
    section: str
    seconds: float
    is_pencilled: bool
    is_gone: bool
    loudness: float | None
    aspect: str
    alone: str = ""
    block: str = ""
    is_placed: bool = False
    traits: TraitsForm = TraitsForm()
    version: int = 0

    @property
    def minutes(self) -> int:
        return -(-int(self.seconds) // 60)

    @property
    def own_title(self) -> str:
        return own_title(self)

    def told(self, lang: str) -> str:
        return film_title(lang, self)

    def short(self) -> Short:
        return Short(
            id=self.id,
            minutes=self.minutes,
            theme=self.traits.theme,
            directors=self.directors,
            tone=self.traits.tone,
            loudness=UNMEASURED if self.loudness is None else self.loudness,
            aspect=self.aspect,
            rating=self.traits.rating or 0,
            opens=self.traits.opens,
            closes=self.traits.closes,
        )


class NeighbourStep(msgspec.Struct, frozen=True, kw_only=True):
    """From one film of a block to the next: by how many LU it gets louder, and what the frame becomes."""

    loudness: float | None
    is_loud: bool
    frames: tuple[str, str] | None
    cost: int


async def shorts_of(edition: Edition, films: list[str] | None = None) -> dict[str, BlockFilm]:
    """Every chosen film that may stand in a block or does so already, by its entry; or these films."""
    found = await rows(
        """SELECT s.id, s.status, s.pending, f.title, f.titles, f.director, f.directors,
             coalesce(x.letter, '') AS section, f.declared_seconds AS declared,
             (n.facts->>'duration')::float AS measured,
             jsonb_build_object('pictures', n.facts->'pictures', 'sounds', n.facts->'sounds',
               'mix', n.facts->'mix', 'heard', n.facts->'heard') AS facts,
             to_jsonb(t) AS traits,
             coalesce((SELECT jsonb_agg(jsonb_build_object('id', p.id, 'kind', p.kind, 'placed',
                 EXISTS (SELECT 1 FROM screening c WHERE c.programme = p.id)) ORDER BY p.created_at, p.id)
               FROM programme_film q JOIN programme p ON p.id = q.programme
               WHERE q.submission = s.id), '[]') AS programmes
           FROM submission s JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
           LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
           LEFT JOIN film_traits t ON t.submission = s.id
           WHERE s.edition = {} AND ({}::text[] IS NULL OR s.id = ANY({}))
             AND (coalesce(s.pending, s.status) = 'accepted' OR EXISTS (
               SELECT 1 FROM programme_film q WHERE q.submission = s.id))
           ORDER BY x.position, f.title, s.id""",
        edition.id,
        films,
        films or [],
    )
    known = [film_of(row, measured=edition.measured_runtime) for row in found]
    return {film.id: film for film in known if films is not None or may_stand_in_block(film)}


def may_stand_in_block(film: BlockFilm) -> bool:
    """A short one that nobody has given a place of its own, or one that stands in a block."""
    if film.block:
        return True
    is_free = not film.is_gone and not (film.alone and film.is_placed)
    return is_free and 0 < film.minutes <= LONGEST_SHORT


def film_of(row: dict[str, Any], *, measured: bool) -> BlockFilm:
    facts = facts_of(row["facts"])
    sound = facts.sound if facts else None
    its = {one["kind"]: one for one in reversed(row["programmes"])}
    traits = row["traits"] or {}
    given = {name: traits[name] for name in TraitsForm.__struct_fields__ if name in traits}
    block, alone = its.get("block"), its.get("film")
    return BlockFilm(
        id=row["id"],
        title=row["title"],
        titles=row["titles"],
        director=row["director"],
        directors=row["directors"],
        section=row["section"],
        seconds=(row["measured"] if measured else row["declared"])
        or row["declared"]
        or row["measured"]
        or 0,
        is_pencilled=row["pending"] is not None or row["status"] != "accepted",
        is_gone=is_gone(row),
        loudness=None if sound is None else sound.loudness,
        aspect=aspect_of(facts.picture) if facts and facts.picture else "",
        alone=alone["id"] if alone else "",
        block=block["id"] if block else "",
        is_placed=bool(alone and alone["placed"]),
        traits=msgspec.convert(given, TraitsForm),
        version=traits.get("version", 0),
    )


def facts_of(kept: dict[str, Any]) -> Facts | None:
    """What a composer needs of a film's facts; files of a house that measured otherwise say nothing."""
    said = {name: value for name, value in kept.items() if value is not None}
    try:
        return msgspec.convert(said, Facts, strict=False) if said else None
    except msgspec.ValidationError:
        return None


def aspect_of(picture: Picture) -> str:
    """`1.85`: the frame that is seen, without its bars, as a projectionist calls it."""
    width, height = picture.shown_size
    if picture.bars and not picture.rotation % 180:
        width -= round((picture.bars.left + picture.bars.right) * width / max(1, picture.width))
        height -= picture.bars.top + picture.bars.bottom
    if width <= 0 or height <= 0:
        return ""
    ratio = width / height
    nearest = min(KNOWN_ASPECTS, key=lambda known: abs(known - ratio))
    return f"{nearest if abs(nearest - ratio) <= ASPECT_SLACK else ratio:.2f}"


def steps_of(films: list[BlockFilm]) -> list[NeighbourStep]:
    return [step_of(a, b) for a, b in pairwise(films)]


def step_of(a: BlockFilm, b: BlockFilm) -> NeighbourStep:
    louder = None if a.loudness is None or b.loudness is None else b.loudness - a.loudness
    changes = bool(a.aspect and b.aspect and a.aspect != b.aspect)
    return NeighbourStep(
        loudness=louder,
        is_loud=louder is not None and abs(louder) >= LOUD_STEP,
        frames=(a.aspect, b.aspect) if changes else None,
        cost=round(LOUDNESS * abs(louder or 0)) + ASPECT * changes,
    )


async def say_of(edition: Edition, submission: str, change: TraitsChange, *, by: Person) -> int:
    """What the office says of a film for its blocks; on the record under the film. Returns the version."""
    known = await rows(
        "SELECT 1 FROM submission WHERE id = {} AND edition = {}", submission, edition.id
    )
    if not known:
        raise Missing("submission_missing")
    given = msgspec.structs.asdict(change.traits) | {"theme": change.traits.theme.strip()}
    async with transaction():
        await rows(
            """INSERT INTO film_traits (id, edition, submission) VALUES ({}, {}, {})
               ON CONFLICT (submission) DO NOTHING RETURNING id""",
            submission,
            edition.id,
            submission,
        )
        row = await desk.one_of(
            FilmTraits, submission, edition=edition, missing="submission_missing"
        )
        return await desk.amend(
            row, given, version=max(change.version, 1), act="film_traits_changed", by=by
        )
