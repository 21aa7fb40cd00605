"""What letters say: every kind, when it is written and to whom, and the edition's own words for it."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.auth import settings_of
from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.pages._page import language_of
from api.request import AnyRequest
from festival import handling, wording
from festival.errors import FestivalError
from festival.kinds import OF_THE_COMMITTEE
from festival.language import has_words
from festival.letters import home_of
from festival.settings import Settings
from festival.tables import Edition
from festival.texts import texts_of
from festival.wording import LetterWords

GROUPS = {
    "door": (
        "sign_in", "invitation", "invitation_waits", "part_given", "part_taken", "address",
        "address_asked", "address_changed", "address_taken", "merge_asked", "merge_done", "factor_reset",
        "export_ready", "account_ending",
    ),
    "makers": (
        "imported", "submitted", "draft_waits", "file_refused", "file_failed", "copy_ready", "copy_waits",
        "closing_moved", "entry_amended", "fix_asked", "fix_late", "fix_taken_back", "fix_declined", "section_changed",
        "entry_nudge", "office_letter", "fee_waits", "accepted", "waitlisted", "declined", "scheduled",
        "rescheduled", "unscheduled", "materials_wait", "film_corrected",
        "trailer_ready", "trailer_refused", "trailer_failed", "trailer_taken_down",
    ),
    "committee": tuple(sorted(OF_THE_COMMITTEE)),
    "programme": ("film_withdrawn", "film_returned", "lengths_changed", "planned_published", "planned_refused"),
    "operators": (
        "fixes_wait", "parts_given_list", "factor_reset_told", "work_parked", "work_waits", "mail_back",
        "letters_parked", "house_ill", "house_well", "erasure_asked", "retention_done", "master_rotten",
        "backup_failed",
    ),
}  # fmt: skip
"""How kinds stand on the page; one that is in none of them stands at the end."""


class ShownKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind in the list."""

    kind: str
    is_own: bool
    is_held: bool


def grouped(kinds: list[ShownKind]) -> list[tuple[str, list[ShownKind]]]:
    known = {one.kind: one for one in kinds}
    groups = [
        (group, [known.pop(name) for name in names if name in known])
        for group, names in GROUPS.items()
    ]
    return [(group, some) for group, some in [*groups, ("others", [*known.values()])] if some]


@get("/operator/texts", guards=OPERATOR)
async def texts(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Every kind of letter, and which of them the edition says in its own words."""
    own, held = await wording.own_kinds(edition_row), await handling.held_kinds(edition_row)
    kinds = [
        ShownKind(kind=kind, is_own=kind in own, is_held=kind in held) for kind in wording.kinds()
    ]
    return desk_page(request, "operator/texts.html", groups=grouped(kinds))


class TypedWords(msgspec.Struct, frozen=True):
    """What stood in the form, however it was: shown again and not kept."""

    subjects: dict[str, str]
    bodies: dict[str, str]


async def text_page(
    request: AnyRequest,
    kind: str,
    *,
    typed: TypedWords | None = None,
    shown: dict[str, tuple[str, str]] | None = None,
    error: FestivalError | None = None,
    tried: str = "",
) -> Response[str]:
    """One kind: its words in every language, what may stand in them, and how its reader sees it."""
    wording.check_kind(kind)
    edition: Edition = request.state["edition"]
    settings = settings_of(request)
    lang, kept = language_of(request), await wording.own_words(kind, edition)
    own = LetterWords(
        subjects=texts_of(kept.subjects) if kept else {},
        bodies=texts_of(kept.bodies) if kept else {},
    )
    standing = wording.house_words(kind)
    values = typed or TypedWords(standing.subjects | own.subjects, standing.bodies | own.bodies)
    return desk_page(
        request,
        "operator/text.html",
        error=error,
        at=f"/operator/texts/{kind}",
        kind=kind,
        kept=kept,
        own=own,
        values=values,
        is_typed=typed is not None,
        tried=tried,
        names=[
            (name, wording.meaning_of(lang, kind, name), wording.sample_of(kind, lang, name))
            for name in wording.placeholders(kind)
        ],
        needed=wording.needed(kind),
        shown=shown or shown_of(kind, own, edition, settings),
        sender=settings.mail_from,
        most=(wording.MOST_SUBJECT, wording.MOST_BODY),
        has_name=has_words(f"operator.letter.{kind}"),
    )


def shown_of(
    kind: str, given: LetterWords, edition: Edition, settings: Settings
) -> dict[str, tuple[str, str]]:
    """Links lead to the edition's door: an example opens nothing."""
    return wording.shown(
        kind, given, edition=edition, home=lambda lang: home_of(lang, edition, settings)
    )


@get("/operator/texts/{kind:str}", guards=OPERATOR)
async def text(request: AnyRequest, kind: FromPath[str]) -> Response[str]:
    return await text_page(request, kind)


HANDLERS: list[Any] = [texts, text]
