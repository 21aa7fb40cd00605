"""An entry saved field by field while its maker types; the browser's own way, and no program's."""

from contextlib import suppress
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api.acts.act import DualHandler, guarded
from api.acts.entries import FILM
from api.guards import MAKER
from api.pages import _entry
from api.pages._page import language_of
from api.pages.entry import entry_page, unread_of
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import Conflict, FestivalError, Refused
from festival.settings import Settings
from festival.tables import Edition, Person
from media.storage import Store
from submissions import answers, entries
from submissions.asking import labels_of
from submissions.lists import own

TRIES = 5
"""How often fields are merged into what others save at the same moment."""


class Changes(msgspec.Struct, frozen=True):
    fields: Annotated[dict[str, _entry.FieldChange], Meta(max_length=600)]


@post(f"{FILM}/fields", guards=guarded(MAKER), status_code=200)
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

    422 shows what cannot be read (it is kept) and what is frozen (it is not), 409 what another window
    wrote into the same fields: then nothing is kept before somebody has chosen.
    """
    lang = language_of(request)
    for _ in range(TRIES):
        submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
        form, written = await answers.form_of(submission), await entries.written(submission)
        there = _entry.typed(written, lang, unread_of(submission), form)
        given, others = _entry.merged(there, data.fields)
        if others:
            error: FestivalError | None = Conflict(*(f"{name}:field_differs" for name in others))
            return await entry_page(
                request, submission, edition_row, store, settings, given=given, error=error,
                others=others,
            )  # fmt: skip
        frozen = _entry.locked_in(form, written)
        late = [
            name
            for name, change in data.fields.items()
            if name in there
            and _entry.entry_field(name) in frozen
            and not _entry.same(name, there[name], change.now)
        ]
        before = _entry.typed(written, lang, form=form)
        open_ones = given | {name: there[name] for name in late}
        wanted, unread, unreadable = _entry.readable(open_ones, before, form)
        with suppress(Conflict):
            await entries.save_entry(
                submission, wanted, version=submission.version, by=person, unread=unread
            )
            break
    else:
        raise Conflict("entry_changed_meanwhile")
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    told = [f"{name}:field_frozen" for name in dict.fromkeys(map(_entry.entry_field, late))]
    codes = [*told, *(unreadable.codes if unreadable else ())]
    values = {**(unreadable.values if unreadable else {}), **labels_of(form, codes)}
    return await entry_page(
        request, submission, edition_row, store, settings,
        given={name: given[name] for name in late},
        error=Refused(*codes, **values) if codes else None,
    )  # fmt: skip


ACTS = [DualHandler(name="fields.save_fields", page=save_fields, json=None)]
