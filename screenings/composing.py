"""Blocks as programmers compose them: proposed, changed by hand on a working paper, and taken as programmes.

The paper begins as what stands: the blocks among the programmes, and every short that is free. Nobody else
reads it until it is taken; then all of it becomes programmes in one act, which can be taken back.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from festival import desk, texts
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import listed, spoken, t, text_in
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, Section, new_id
from festival.texts import Texts
from screenings import programmes, questions
from screenings.acts import hold_grid
from screenings.composer import ComposerAnswer, proposed
from screenings.lists import items
from screenings.programmes import ProgrammeChange, ProgrammeForm
from screenings.running_order import (
    ARC,
    Block,
    BlocksAsked,
    HeldShort,
    ordered,
    running,
)
from screenings.shorts import BlockFilm, shorts_of
from screenings.tables import BlockDraft, Programme
from submissions.lists import sections_of

COMPOSING_S = 15.0
MOST_BEFORE = 30  # states of the paper that can be had back
MOST_BLOCKS = 60
HeldWhere = Annotated[str, Meta(pattern="^(|block|place)$")]
BlockNumber = Annotated[int, Meta(ge=-1, le=MOST_BLOCKS)]


class CompositionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the composer is asked. Minutes; no `section` is every one, each for itself.

    `again` also takes apart the blocks that are programmes already, save what is pinned in them.
    """

    section: Annotated[str, Meta(max_length=1)] = ""
    shortest: Annotated[int, Meta(ge=0, le=300)] = 60
    longest: Annotated[int, Meta(ge=5, le=300)] = 95
    count: Annotated[int, Meta(ge=1, le=MOST_BLOCKS)] | None = None
    pause: Annotated[int, Meta(ge=0, le=10)] = 1
    again: bool = False


class DraftBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One block on the paper: `programme` is the one that it would change, at the `version` that was read.

    `held` says of a short whether it stays in this `block`, or at its very `place`.
    """

    programme: str = ""
    version: int = 0
    titles: Texts = {}
    section: str = ""
    shorts: list[str] = []
    held: dict[str, str] = {}


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows: the blocks, the shorts that are in none, and all of them by their entry.

    `version` is 0 where nobody has changed anything yet; `stale` names blocks whose programme somebody
    else has changed since.
    """

    version: int
    blocks: list[DraftBlock]
    free: list[str]
    films: dict[str, BlockFilm]
    asked: CompositionForm
    can_go_back: bool
    stale: frozenset[str]
    standing: dict[str, DraftBlock]

    def members(self, block: DraftBlock) -> list[BlockFilm]:
        return [self.films[one] for one in block.shorts]

    def changes(self, block: DraftBlock) -> bool:
        """Whether taking it would change anything."""
        stands = self.standing.get(block.programme)
        return stands is None or (stands.titles, stands.section, stands.shorts) != (
            block.titles, block.section, block.shorts,
        )  # fmt: skip

    @property
    def has_news(self) -> bool:
        return any(self.changes(block) for block in self.blocks)


class PaperSeen(msgspec.Struct, frozen=True):
    """The version of the paper that somebody had before them."""

    version: SeenVersion = 0


class ShortMove(PaperSeen, frozen=True, kw_only=True):
    """A short to a block (−1: to none), before the one that stands at `position`; none is its end."""

    block: BlockNumber
    position: Annotated[int, Meta(ge=0, le=60)] | None = None


class ShortHold(PaperSeen, frozen=True, kw_only=True):
    held: HeldWhere


class BlockForm(PaperSeen, frozen=True, kw_only=True):
    """A block's name and section; no section is none."""

    titles: texts.ShortTexts = {}
    section: Annotated[str, Meta(max_length=1)] = ""


async def paper_of(edition: Edition) -> Paper:
    films = await shorts_of(edition)
    standing = {block.programme: block for block in await standing_blocks(edition)}
    row = await BlockDraft.objects().where(BlockDraft.edition == edition.id).first()
    drawn = msgspec.convert(row.blocks, list[DraftBlock]) if row else list(standing.values())
    blocks = brought_up(drawn, standing, films)
    inside = {short for block in blocks for short in block.shorts}
    return Paper(
        version=row.version if row else 0,
        blocks=blocks,
        free=[one for one, film in films.items() if one not in inside and not film.is_gone],
        films=films,
        asked=msgspec.convert(row.asked if row else {}, CompositionForm),
        can_go_back=bool(row and row.before),
        stale=frozenset(
            block.programme
            for block in blocks
            if block.programme and standing[block.programme].version != block.version
        ),
        standing=standing,
    )


def brought_up(
    drawn: Iterable[DraftBlock], standing: Mapping[str, DraftBlock], films: Mapping[str, BlockFilm]
) -> list[DraftBlock]:
    """Without programmes and shorts that are gone, and with blocks that others have made meanwhile."""
    blocks = [block for block in drawn if not block.programme or block.programme in standing]
    named = {block.programme for block in blocks}
    blocks += [block for name, block in standing.items() if name not in named]
    seen: set[str] = set()
    brought = []
    for block in blocks:
        shorts = [one for one in block.shorts if one in films and one not in seen]
        seen |= set(shorts)
        held = {one: how for one, how in block.held.items() if one in shorts}
        brought.append(replace(block, shorts=shorts, held=held))
    return brought


async def standing_blocks(edition: Edition) -> list[DraftBlock]:
    return [
        DraftBlock(
            programme=item.id,
            version=item.version,
            titles=item.titles,
            section=item.section_letter or "",
            shorts=[film["submission"] for film in item.films],
        )
        for item in await items(edition)
        if item.kind == "block" and item.films  # what was merged into another has none
    ]


# The paper


async def compose(edition: Edition, form: CompositionForm, *, version: int, by: Person) -> int:
    """A proposal for what is free, or for everything, onto the paper. Returns the paper's version."""
    if form.shortest > form.longest:
        raise Refused("shortest:shortest_longer")
    paper = await paper_of(edition)
    if version != paper.version:
        raise Conflict("blocks_changed_meanwhile", version=paper.version)
    letters = [form.section] if form.section else sorted({f.section for f in paper.films.values()})
    kept = list(paper.blocks)
    for letter in letters:
        kept = await composed(edition, paper, kept, replace(form, section=letter), by=by)
    if kept == paper.blocks:
        raise Refused("shorts_missing")
    return await write(edition, kept, version=version, by=by, asked=form)


async def composed(
    edition: Edition,
    paper: Paper,
    blocks: list[DraftBlock],
    form: CompositionForm,
    *,
    by: Person,
) -> list[DraftBlock]:
    """The blocks with those of one section composed anew; what is left alone stands before them."""
    apart = [block for block in blocks if is_taken_apart(block, form)]
    left = [block for block in blocks if block not in apart]
    placed = {one for block in left for one in block.shorts}
    shorts = [
        film.short()
        for one, film in paper.films.items()
        if film.section == form.section and one not in placed and not film.is_gone
    ]
    known = {short.id for short in shorts}
    held = [
        HeldShort(one, number, block.shorts.index(one) if how == "place" else None)
        for number, block in enumerate(block for block in apart if block.held)
        for one, how in block.held.items()
        if how and one in known
    ]
    if not shorts:
        return blocks
    question = BlocksAsked(
        shorts=shorts,
        shortest=form.shortest,
        longest=form.longest,
        pause=form.pause,
        count=form.count,
        held=held,
        seconds=COMPOSING_S,
    )
    found = await thought_of(question, by=by)
    names = [block for block in apart if block.held]
    names += [block for block in apart if not block.held and block.programme]
    made = [
        drawn_as(block, names[number] if number < len(names) else None, form.section)
        for number, block in enumerate(found)
    ]
    emptied = [replace(block, shorts=[], held={}) for block in names[len(made) :]]
    return await titled(edition, [*left, *made, *emptied])


def is_taken_apart(block: DraftBlock, form: CompositionForm) -> bool:
    return block.section == form.section and (form.again or not block.programme)


def drawn_as(block: Block, name: DraftBlock | None, section: str) -> DraftBlock:
    """A proposed block, as the one that it follows on where there is one."""
    follows = name or DraftBlock(section=section)
    held = {one: how for one, how in follows.held.items() if one in block.shorts}
    return replace(follows, shorts=block.shorts, held=held)


async def thought_of(question: BlocksAsked, *, by: Person) -> list[Block]:
    """Counted among all that the house thinks about at once."""

    def work(should_stop: Callable[[], bool]) -> ComposerAnswer:
        return proposed(question, should_stop=should_stop)

    answer = await questions.thought(question, work, ComposerAnswer(), by=by.id)
    if answer.codes:
        raise Refused(*answer.codes, **answer.values)
    if answer.plan is None:
        raise Refused("blocks_not_found")
    return answer.plan.blocks


async def titled(edition: Edition, blocks: list[DraftBlock]) -> list[DraftBlock]:
    """New ones are called after their section, with the next number."""
    sections = {section.letter: section for section in await sections_of(edition)}
    taken = {title for block in blocks for title in block.titles.values()}
    named = []
    for block in blocks:
        titles = block.titles or next_title(sections.get(block.section), taken)
        taken |= set(titles.values())
        named.append(replace(block, titles=titles))
    return named


def next_title(section: Section | None, taken: Iterable[str]) -> Texts:
    known = set(taken)
    for number in range(1, 10 * MOST_BLOCKS):
        titles = {
            lang: f"{text_in(lang, texts.texts_of(section.names))} {number}"
            if section is not None
            else t(lang, "blocks.title", n=number)
            for lang in spoken()
        }
        if not known & set(titles.values()):
            return titles
    raise Refused("blocks_many")


async def move_short(edition: Edition, short: str, where: ShortMove, *, by: Person) -> int:
    """To another place, on the paper. Returns its version."""
    paper = await paper_of(edition)
    if short not in paper.films or where.block >= len(paper.blocks):
        raise Missing("short_missing")
    blocks = [without(block, short) for block in paper.blocks]
    if where.block >= 0:
        target = blocks[where.block]
        at = len(target.shorts) if where.position is None else where.position
        held = paper.blocks[where.block].held.get(short)
        blocks[where.block] = replace(
            target,
            shorts=[*target.shorts[:at], short, *target.shorts[at:]],
            held=target.held | ({short: held} if held else {}),
        )
    return await write(edition, blocks, version=where.version, by=by)


def without(block: DraftBlock, short: str) -> DraftBlock:
    return replace(
        block,
        shorts=[one for one in block.shorts if one != short],
        held={one: how for one, how in block.held.items() if one != short},
    )


async def hold_short(edition: Edition, short: str, hold: ShortHold, *, by: Person) -> int:
    """Pin it to its block or to its place, or let it go."""
    paper = await paper_of(edition)
    if not any(short in block.shorts for block in paper.blocks):
        raise Missing("short_missing")
    blocks = [
        replace(
            block, held={**without(block, short).held, **({short: hold.held} if hold.held else {})}
        )
        if short in block.shorts
        else block
        for block in paper.blocks
    ]
    return await write(edition, blocks, version=hold.version, by=by)


async def order_block(edition: Edition, number: int, seen: PaperSeen, *, by: Person) -> int:
    """The order that carries best, around what is pinned to its place."""
    paper = await paper_of(edition)
    block = block_at(paper, number)
    members = [film.short() for film in paper.members(block)]
    fixed = {block.shorts.index(one): one for one, how in block.held.items() if how == "place"}
    order = [short.id for short in ordered(members, fixed, ARC)]
    return await put(edition, paper, number, replace(block, shorts=order), seen.version, by=by)


async def change_block(edition: Edition, number: int, form: BlockForm, *, by: Person) -> int:
    """Another name, another section."""
    paper = await paper_of(edition)
    block = replace(block_at(paper, number), **await settled(edition, form))
    return await put(edition, paper, number, block, form.version, by=by)


async def add_block(edition: Edition, form: BlockForm, *, by: Person) -> int:
    """An empty one, for shorts to be put into."""
    paper = await paper_of(edition)
    if len(paper.blocks) >= MOST_BLOCKS:
        raise Refused("blocks_many", most=MOST_BLOCKS)
    section = {"section": form.section} if not form.titles else await settled(edition, form)
    if form.section and form.section not in {s.letter for s in await sections_of(edition)}:
        raise Refused("section:section_missing")
    blocks = await titled(edition, [*paper.blocks, DraftBlock(**section)])
    return await write(edition, blocks, version=form.version, by=by)


async def settled(edition: Edition, form: BlockForm) -> dict[str, Any]:
    titles = texts.settled("titles", form.titles)
    if not titles:
        raise Refused(f"{programmes.TITLE}:field_missing")
    if form.section and form.section not in {s.letter for s in await sections_of(edition)}:
        raise Refused("section:section_missing")
    return {"titles": titles, "section": form.section}


async def drop_block(edition: Edition, number: int, seen: PaperSeen, *, by: Person) -> int:
    """Its shorts are free again; one that is a programme is taken away on its own page."""
    paper = await paper_of(edition)
    block = block_at(paper, number)
    if block.programme:
        raise Refused("block_is_programme")
    blocks = [one for at, one in enumerate(paper.blocks) if at != number]
    return await write(edition, blocks, version=seen.version, by=by)


def block_at(paper: Paper, number: int) -> DraftBlock:
    if not 0 <= number < len(paper.blocks):
        raise Missing("block_missing")
    return paper.blocks[number]


async def put(
    edition: Edition, paper: Paper, number: int, block: DraftBlock, version: int, *, by: Person
) -> int:
    blocks = [*paper.blocks[:number], block, *paper.blocks[number + 1 :]]
    return await write(edition, blocks, version=version, by=by)


async def go_back(edition: Edition, seen: PaperSeen, *, by: Person) -> int:
    """The paper as it was before the last change of it."""
    async with transaction():
        row = await held(edition, seen.version)
        if not row.before:
            raise Refused("blocks_first_state")
        blocks = msgspec.convert(row.before[-1], list[DraftBlock])
        return await store(row, blocks, list(row.before)[:-1], by=by)


async def throw_away(edition: Edition, seen: PaperSeen) -> None:
    """The paper is as what stands again."""
    async with transaction():
        row = await held(edition, seen.version)
        await BlockDraft.delete().where(BlockDraft.id == row.id)


async def write(
    edition: Edition,
    blocks: list[DraftBlock],
    *,
    version: int,
    by: Person,
    asked: CompositionForm | None = None,
) -> int:
    async with transaction():
        row = await held(edition, version)
        return await store(
            row, blocks, [*row.before, row.blocks][-MOST_BEFORE:], by=by, asked=asked
        )


async def held(edition: Edition, version: int) -> BlockDraft:
    """The paper, locked until the act ends; drawn from what stands where there was none."""
    if version == 0:
        blocks = json.dumps(msgspec.to_builtins((await paper_of(edition)).blocks))
        await rows(
            """INSERT INTO block_draft (id, edition, version, blocks) VALUES ({}, {}, 0, {}::jsonb)
               ON CONFLICT (edition) DO NOTHING RETURNING id""",
            new_id(),
            edition.id,
            blocks,
        )
    await rows("SELECT id FROM block_draft WHERE edition = {} FOR UPDATE", edition.id)
    row = await BlockDraft.objects().where(BlockDraft.edition == edition.id).first()
    if row is None or row.version != version:
        raise Conflict("blocks_changed_meanwhile", version=row.version if row else 0)
    return row


async def store(
    row: BlockDraft,
    blocks: list[DraftBlock],
    before: list[Any],
    *,
    by: Person,
    asked: CompositionForm | None = None,
) -> int:
    given: dict[Any, Any] = {
        BlockDraft.blocks: msgspec.to_builtins(blocks),
        BlockDraft.before: before,
        BlockDraft.version: row.version + 1,
        BlockDraft.by: by.id,
    }
    if asked is not None:
        given[BlockDraft.asked] = msgspec.to_builtins(asked)
    await BlockDraft.update(given).where(BlockDraft.id == row.id)
    return int(row.version) + 1


# From the paper to programmes


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What one taking did: programmes made, changed (films before and after), and let go of."""

    made: list[str] = []
    changed: dict[str, list[dict[str, Any]]] = {}
    gone: list[dict[str, Any]] = []


async def take(edition: Edition, seen: PaperSeen, *, by: Person) -> Taken:
    """Every block of the paper is a programme, in one act; films that stood alone leave their own one."""
    async with transaction():
        await hold_grid(edition)
        row = await held(edition, seen.version)
        paper = await paper_of(edition)
        check(paper)
        taken = Taken(made=[], changed={}, gone=[])
        for block in paper.blocks:
            if paper.changes(block) and block.shorts:
                await take_block(edition, block, taken, by=by)
        for film in paper.films.values():
            if film.alone and any(film.id in block.shorts for block in paper.blocks):
                taken.gone.append(await programmes.kept_whole(film.alone))
                await programmes.remove_programme(edition, film.alone, by=by)
        await BlockDraft.delete().where(BlockDraft.id == row.id)
        done = msgspec.to_builtins(taken)
        await record(
            "blocks_taken",
            row.id,
            by=by,
            edition=edition.id,
            made=done["made"],
            changes=done["changed"],
            gone=done["gone"],
        )
    return taken


def check(paper: Paper) -> None:
    if paper.stale:
        raise Conflict(
            "blocks_stale", titles=told([b for b in paper.blocks if b.programme in paper.stale])
        )
    if not paper.has_news:
        raise Refused("blocks_no_news")
    emptied = [block for block in paper.blocks if block.programme and not block.shorts]
    if emptied:
        raise Refused("blocks_emptied", titles=told(emptied))


def told(blocks: Iterable[DraftBlock]) -> Callable[[str], str]:
    named = list(blocks)
    return lambda lang: listed(lang, (text_in(lang, block.titles) for block in named))


async def take_block(edition: Edition, block: DraftBlock, taken: Taken, *, by: Person) -> None:
    if not block.programme:
        form = ProgrammeForm(
            kind="block", titles=block.titles, section=block.section, films=block.shorts
        )
        taken.made.append((await programmes.add_programme(edition, form, by=by)).id)
        return
    stands = await programmes.form_of(edition, block.programme)
    form = replace(stands, titles=block.titles, section=block.section, films=block.shorts)
    taken.changed[block.programme] = [shown_part(stands), shown_part(form)]
    await programmes.change_programme(
        edition, block.programme, ProgrammeChange(programme=form, version=block.version), by=by
    )


def shown_part(form: ProgrammeForm) -> dict[str, Any]:
    return {"titles": form.titles, "section": form.section, "films": form.films}


async def last_taking(edition: Edition) -> tuple[int, Taken] | None:
    """The newest taking that still can be taken back: its line of the record, and what it did."""
    found = await rows(
        """SELECT id, act, details FROM record
           WHERE edition = {} AND act IN ('blocks_taken', 'blocks_put_back') ORDER BY id DESC LIMIT 1""",
        edition.id,
    )
    if not found or found[0]["act"] != "blocks_taken":
        return None
    done = found[0]["details"]
    taken = Taken(made=done["made"], changed=done["changes"], gone=done["gone"])
    return int(found[0]["id"]), taken


class TakingLine(msgspec.Struct, frozen=True):
    """The line of the record that is to be taken back."""

    line: Annotated[int, Meta(ge=1, le=2**62)]


async def put_back(edition: Edition, wanted: TakingLine, *, by: Person) -> None:
    """All that one taking did, if nobody has touched any part of it since."""
    async with transaction():
        await hold_grid(edition)
        last = await last_taking(edition)
        if last is None or last[0] != wanted.line:
            raise Conflict("blocks_taken_since")
        taken = last[1]
        for name in taken.made:
            row = await desk.one_of(Programme, name, edition=edition, missing="blocks_taken_since")
            if row.version != 1:
                raise Conflict("blocks_taken_since")
            await programmes.remove_programme(edition, name, by=by)
        for name, (before, after) in taken.changed.items():
            stands = await programmes.form_of(edition, name)
            if shown_part(stands) != after:
                raise Conflict("blocks_taken_since")
            row = await desk.one_of(Programme, name, edition=edition, missing="blocks_taken_since")
            await programmes.change_programme(
                edition,
                name,
                ProgrammeChange(programme=replace(stands, **before), version=row.version),
                by=by,
            )
        for kept in taken.gone:
            await programmes.bring_back(edition, kept, by=by)
        await record("blocks_put_back", by=by, edition=edition.id, undone=wanted.line)


def minutes_of(paper: Paper, block: DraftBlock) -> int:
    """With the pauses between."""
    return running([film.short() for film in paper.members(block)], paper.asked.pause)
