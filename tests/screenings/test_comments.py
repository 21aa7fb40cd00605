"""Comments among programmers: they follow a showing, are changed by their writer, settled by anybody."""

import pytest

from festival.db import rows
from festival.errors import Conflict, Missing, Refused
from screenings import comments
from screenings.comments import CommentChange, NewComment
from screenings.lists import mark_of
from tests.builders import a_person, an_edition
from tests.screenings.world import World


@pytest.fixture
async def world(house) -> World:
    return await World().build("accepted", "accepted")


async def say(world: World, text: str, n: int = 0, **more) -> str:
    new = NewComment(programme=world.programmes[n], text=text)
    return await comments.add(world.edition, new, by=more.get("by", world.by))


async def test_open_grids_see_a_new_comment_and_the_record_keeps_no_words(world) -> None:
    before = (await mark_of(world.edition))["mark"]

    one = await say(world, "  Trop tard pour les scolaires ?  ")

    [told] = await comments.open_comments(world.edition)
    assert (told.id, told.text, told.by, told.number) == (one, "Trop tard pour les scolaires ?", "Pia", 0)
    assert (await mark_of(world.edition))["mark"] != before
    kept = await rows("SELECT act, details FROM record WHERE subject = {}", one)
    assert [line["act"] for line in kept] == ["comment_added"]
    assert "scolaires" not in str(kept)


async def test_only_its_writer_changes_or_removes_it_and_not_what_they_have_not_seen(world) -> None:
    one, other = await say(world, "Salle trop petite"), await a_person("programmer", edition=world.edition)
    change = CommentChange(text="Salle bien trop petite", version=1)

    with pytest.raises(Refused, match="comment_of_another"):
        await comments.amend(world.edition, one, change, by=other)
    with pytest.raises(Refused, match="comment_of_another"):
        await comments.remove(world.edition, one, version=1, by=other)
    assert await comments.amend(world.edition, one, change, by=world.by) == 2
    with pytest.raises(Conflict):
        await comments.remove(world.edition, one, version=1, by=world.by)
    await comments.remove(world.edition, one, version=2, by=world.by)

    assert await comments.open_comments(world.edition) == []


async def test_anybody_settles_and_reopens_it_and_twice_is_once(world) -> None:
    one, other = await say(world, "Et le piano ?"), await a_person("programmer", edition=world.edition, name="Omar")

    await comments.settle(world.edition, one, by=other)
    await comments.settle(world.edition, one, by=world.by)

    [settled] = (await comments.sheet(world.edition, state="settled")).comments
    assert settled.settled_by == "Omar"
    assert await comments.open_comments(world.edition) == []
    await comments.reopen(world.edition, one, by=world.by)
    [opened] = await comments.open_comments(world.edition)
    assert opened.settled_at is None
    acts = await rows("SELECT act FROM record WHERE subject = {} ORDER BY id", one)
    assert [line["act"] for line in acts] == ["comment_added", "comment_settled", "comment_reopened"]


async def test_the_list_is_the_newest_first_by_film_and_a_page_at_a_time(world) -> None:
    for n in range(comments.PAGE + 2):
        await say(world, f"Note {n}")
    await say(world, "Une autre", n=1)

    first = await comments.sheet(world.edition)
    second = await comments.sheet(world.edition, page=2)
    its = await comments.sheet(world.edition, programme=world.programmes[1])
    beyond = await comments.sheet(world.edition, page=99)

    assert (first.count, first.last, len(first.comments), len(second.comments)) == (33, 2, 30, 3)
    assert first.comments[0].text == "Une autre"
    assert second.comments[-1].text == "Note 0"
    assert [one.text for one in its.comments] == ["Une autre"]
    assert beyond == second


async def test_what_is_not_there_is_refused_in_words(world) -> None:
    elsewhere = await an_edition()
    one = await say(world, "Ici")

    for refused, new in [
        ("programme:programme_missing", NewComment(programme="nothing", text="?")),
        ("programme:showing_missing", NewComment(programme=world.programmes[0], number=9, text="?")),
        ("text:field_missing", NewComment(programme=world.programmes[0], text=" \u200b ")),
    ]:
        with pytest.raises(Refused, match=refused):
            await comments.add(world.edition, new, by=world.by)
    with pytest.raises(Missing):
        await comments.settle(elsewhere, one, by=world.by)
