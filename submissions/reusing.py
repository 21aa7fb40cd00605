"""A film that was entered before, begun again as another entry: a copy, which nothing ties to the first."""

from typing import Any

import msgspec

from festival.access import Viewer
from festival.db import rows
from festival.errors import Missing
from festival.paging import NEWEST
from festival.tables import Edition
from festival.texts import Texts
from submissions import answers
from submissions.asking import is_locked, parts_of
from submissions.entries import entry_of, section_called
from submissions.entry import CODED, Entry, resolved
from submissions.tables import Submission


class ReusableFilm(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that its reader may begin another one from; `edition` is the name of its edition."""

    id: str
    title: str
    titles: Texts
    edition: str


async def films_to_reuse(viewer: Viewer, *, only: str = "") -> list[ReusableFilm]:
    """What this person may change, in any edition, the newest first; a token sees those of its own alone."""
    selected = await rows(
        """SELECT s.id, f.title, f.titles, e.name AS edition
           FROM member m JOIN submission s ON s.id = m.submission JOIN film f ON f.id = s.film
           JOIN edition e ON e.id = s.edition
           WHERE m.person = {} AND m.entry_right IN ('edit', 'own') AND {} IN ('', s.edition)
             AND {} IN ('', s.id) AND f.title <> ''
           ORDER BY s.created_at DESC, s.id LIMIT {}""",
        viewer.id,
        "" if viewer.scopes is None else viewer.edition,
        only,
        NEWEST,
    )
    return msgspec.convert(selected, list[ReusableFilm])


async def entry_like(
    submission_id: str, edition: Edition, *, viewer: Viewer, section: str = ""
) -> Entry:
    """What the film says of itself, to begin an entry of `edition` with; its section, rights and answers stay
    behind, and so does what `edition` does not ask for, or takes no more.

    A premiere is taken over where screenings tell it: one that nobody had seen may have been seen since.
    """
    if not submission_id or not await films_to_reuse(viewer, only=submission_id):
        raise Missing("submission_missing")
    before = await Submission.objects().get(Submission.id == submission_id)
    if before is None:
        raise Missing("submission_missing")
    entry, blank = await entry_of(before), Entry()
    chosen = await section_called(section, str(edition.id))
    form = await answers.form_in(edition.id, None if chosen is None else chosen.id)
    stays_behind = {
        part: getattr(blank, part)
        for name, state in form.fields.items()
        if not state.is_asked or is_locked(state, getattr(blank, name))
        for part in parts_of(name)
    }
    return msgspec.structs.replace(
        entry,
        section=section,
        director="",
        premiere="",
        rights_confirmed=False,
        answers={},
        **{
            name: resolved(getattr(entry, name), code_of)[0]
            for name, (code_of, *_) in CODED.items()
        }
        | stays_behind,
    )


def said_over(before: Entry, typed: Entry) -> Entry:
    """The entry of before, with whatever was typed in its place."""
    blank = Entry()
    named: dict[str, Any] = {
        name: getattr(typed, name)
        for name in Entry.__struct_fields__
        if getattr(typed, name) != getattr(blank, name)
    }
    return msgspec.structs.replace(before, **named)
