"""An entry saved field by field while its maker types; the browser's own way, and no program's."""

from contextlib import suppress
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api.acts.act import DualHandler
from api.acts.entries import FILM
from api.guards import MAKER
from api.pages import _entry
from api.pages._page import language_of
from api.pages.filmmaker import entry_page, stands
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import Conflict, FestivalError
from festival.settings import Settings
from festival.tables import Edition, Person
from media.storage import Store
from submissions import entries
from submissions.lists import own

TRIES = 5
"""How often fields are merged into what others save at the same moment."""


class Changes(msgspec.Struct, frozen=True):
    fields: Annotated[dict[str, _entry.FieldChange], Meta(max_length=40)]


@post(f"{FILM}/fields", guards=MAKER, status_code=200)
async def save_fields(
    request: AnyRequest,
    data: JSONBody[Changes],
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """Keep single fields as they are typed; the page as it stands now is the answer.

    422 shows what cannot be read (it is kept), 409 what another window wrote into the same fields:
    then nothing is kept before somebody has chosen.
    """
    lang = language_of(request)
    for _ in range(TRIES):
        submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
        there = await stands(submission, lang)
        given, others = _entry.merged(there, data.fields)
        if others:
            error: FestivalError | None = Conflict(*(f"{name}:field_differs" for name in others))
            return await entry_page(
                request, submission, edition_row, store, settings, given=given, error=error,
                others=others,
            )  # fmt: skip
        before = _entry.typed(await entries.entry_of(submission), lang)
        wanted, unread, error = _entry.readable(given, before)
        with suppress(Conflict):
            await entries.save_entry(
                submission, wanted, version=submission.version, by=person, unread=unread
            )
            break
    else:
        raise Conflict("entry_changed_meanwhile")
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await entry_page(request, submission, edition_row, store, settings, error=error)


ACTS = [DualHandler(name="fields.save_fields", page=save_fields, json=None)]
