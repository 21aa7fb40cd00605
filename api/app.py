"""The composition root: the only file that knows every part of the door."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any

from litestar import Litestar, Router
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig

from api import assets, errors
from api.acts import (
    accounts,
    amending,
    announcements,
    answers,
    archives,
    audiences,
    changing,
    closing,
    codes,
    comments,
    confirming,
    corrections,
    deadlines,
    decisions,
    editions,
    entries,
    entry_people,
    exchange,
    fees,
    fields,
    form,
    founding,
    grid,
    happenings,
    imports,
    jobs,
    keeping,
    letters,
    materials,
    meeting,
    own_lists,
    passkeys,
    pauses,
    people,
    plans,
    policy,
    privacy,
    programmes,
    proof,
    publications,
    publishing,
    recusals,
    relations,
    reminders,
    removals,
    reservations,
    screens,
    second_factor,
    sheets,
    site,
    texts,
    variants,
    venues,
    what_if,
)
from api.acts import assignments as assignment_acts
from api.acts import attendance as attendance_acts
from api.acts import blind_words as blind_acts
from api.acts import blocks as block_acts
from api.acts import bringing as bringing_acts
from api.acts import candidates as candidate_acts
from api.acts import catalogue as catalogue_acts
from api.acts import conflicts as conflict_acts
from api.acts import fixes as fix_acts
from api.acts import guests as guest_acts
from api.acts import live as live_acts
from api.acts import office as office_acts
from api.acts import pairs as pair_acts
from api.acts import phases as phase_acts
from api.acts import pictures as picture_acts
from api.acts import receipts as receipt_acts
from api.acts import room as room_acts
from api.acts import rules as rule_acts
from api.acts import sections as section_acts
from api.acts import shared as shared_acts
from api.acts import subtitles as subtitle_acts
from api.acts import talk as talk_acts
from api.acts import tickets as ticket_acts
from api.acts import trailers as trailer_acts
from api.acts import visas as visa_acts
from api.acts import visitors as visitor_acts
from api.auth import bearer, csrf_guard, edition_of, settings_of, viewer_of
from api.believed import Believed
from api.decoding import MOST_BYTES, CheckedRequest, Decoding
from api.front import Front
from api.headers import Headers
from api.measured import Measured
from api.news import news_plugin
from api.once import Once
from api.openapi import PlainPage
from api.pages import (
    account,
    booklet,
    cards,
    committee,
    components,
    edition,
    entry,
    exports,
    feeds,
    filmmaker,
    finding,
    machines,
    my_festival,
    operator,
    papers,
    programmer,
    public,
    report,
    room,
    selection,
)
from api.pages import amending as amending_pages
from api.pages import answers as answers_pages
from api.pages import archives as archive_pages
from api.pages import assignment as assignment_pages
from api.pages import attendance as attendance_pages
from api.pages import audiences as audience_pages
from api.pages import blind_words as blind_pages
from api.pages import blocks as block_pages
from api.pages import board as board_pages
from api.pages import bringing as bringing_pages
from api.pages import catalogue as catalogue_pages
from api.pages import changes as changes_pages
from api.pages import changing as changing_pages
from api.pages import closing as closing_pages
from api.pages import comments as comment_pages
from api.pages import confirming as confirming_pages
from api.pages import conflicts as conflict_pages
from api.pages import corrections as correction_pages
from api.pages import deadlines as deadline_pages
from api.pages import editions as editions_pages
from api.pages import entry_people as entry_people_pages
from api.pages import exchange as exchange_pages
from api.pages import fees as fee_pages
from api.pages import figures as figure_pages
from api.pages import fitting as fitting_pages
from api.pages import fixes as fix_pages
from api.pages import form as form_pages
from api.pages import founding as founding_page
from api.pages import foyer as foyer_pages
from api.pages import guests as guest_pages
from api.pages import happenings as happening_pages
from api.pages import honours as honour_pages
from api.pages import imports as import_pages
from api.pages import keeping as keeping_pages
from api.pages import letters as letter_pages
from api.pages import letters_ahead as letters_ahead_pages
from api.pages import live as live_pages
from api.pages import materials as materials_pages
from api.pages import meeting as meeting_pages
from api.pages import office as office_pages
from api.pages import pairs as pair_pages
from api.pages import passkeys as passkey_pages
from api.pages import people as people_pages
from api.pages import phases as phase_pages
from api.pages import pictures as picture_pages
from api.pages import plans as plan_pages
from api.pages import policy as policy_pages
from api.pages import privacy as privacy_pages
from api.pages import programmes as programme_pages
from api.pages import publications as publication_pages
from api.pages import queue as queue_pages
from api.pages import receipts as receipt_pages
from api.pages import robustness as robustness_pages
from api.pages import rules as rules_pages
from api.pages import second_factor as second_factor_pages
from api.pages import sections as section_pages
from api.pages import shared as shared_pages
from api.pages import sheets as sheet_pages
from api.pages import site as site_pages
from api.pages import talk as talk_pages
from api.pages import texts as text_pages
from api.pages import tickets as ticket_pages
from api.pages import variants as variant_pages
from api.pages import venues as venue_pages
from api.pages import visas as visa_pages
from api.pages import visitors as visitor_pages
from api.pages import what_if as what_if_pages
from api.patience import Patience
from api.press import LEAVES
from api.shelf import Shelf
from api.static_files import static_files
from api.v1 import account as account_v1
from api.v1 import archives as archives_v1
from api.v1 import (
    attachments,
    entering,
    files,
    health,
    lists,
    programme,
    submissions,
    subtitles,
    uploads,
)
from api.v1 import attendance as attendance_v1
from api.v1 import closing as closing_v1
from api.v1 import committee as committee_v1
from api.v1 import confirming as confirming_v1
from api.v1 import figures as figures_v1
from api.v1 import fitting as fitting_v1
from api.v1 import form as form_v1
from api.v1 import keeping as keeping_v1
from api.v1 import letters as letters_v1
from api.v1 import live as live_v1
from api.v1 import minds as minds_v1
from api.v1 import operator as operator_v1
from api.v1 import papers as papers_v1
from api.v1 import people as people_v1
from api.v1 import pictures as pictures_v1
from api.v1 import policy as policy_v1
from api.v1 import privacy as privacy_v1
from api.v1 import programmer as programmer_v1
from api.v1 import publications as publications_v1
from api.v1 import publishing as publishing_v1
from api.v1 import receipts as receipts_v1
from api.v1 import shared as shared_v1
from api.v1 import sharing as sharing_v1
from api.v1 import sheets as sheets_v1
from api.v1 import talk as talk_v1
from api.v1 import tickets as tickets_v1
from api.v1 import trailers as trailers_v1
from festival import logs
from festival.access import Viewer
from festival.language import speak, spoken
from festival.people import person as person_with_id
from festival.pool import pool
from festival.readiness import is_guarded
from festival.settings import Settings
from festival.site import own_pages_written
from festival.tables import Edition, Person
from media.storage import StorageUnavailable, Store
from screenings.hands import hands_at
from submissions.store import store_of
from submissions.uploads import keep_sweeping

log = logging.getLogger("door")

AnyConnection = ASGIConnection[Any, Any, Any, Any]
SELDOM = (5_000, 20, 20)
"""When garbage is looked for: answers leave little of it, and each look through all that lives stops everybody."""
ACTS = [
    *accounts.ACTS,
    *announcements.ACTS,
    *changing.ACTS,
    *archives.ACTS,
    *amending.ACTS,
    *office_acts.ACTS,
    *fix_acts.ACTS,
    *bringing_acts.ACTS,
    *catalogue_acts.ACTS,
    *blind_acts.ACTS,
    *answers.ACTS,
    *assignment_acts.ACTS,
    *audiences.ACTS,
    *conflict_acts.ACTS,
    *pair_acts.ACTS,
    *closing.ACTS,
    *block_acts.ACTS,
    *candidate_acts.ACTS,
    *codes.ACTS,
    *corrections.ACTS,
    *comments.ACTS,
    *confirming.ACTS,
    *ticket_acts.ACTS,
    *attendance_acts.ACTS,
    *deadlines.ACTS,
    *decisions.ACTS,
    *editions.ACTS,
    *entries.ACTS,
    *entry_people.ACTS,
    *exchange.ACTS,
    *fees.ACTS,
    *fields.ACTS,
    *form.ACTS,
    *grid.ACTS,
    *happenings.ACTS,
    *guest_acts.ACTS,
    *imports.ACTS,
    *own_lists.ACTS,
    *jobs.ACTS,
    *keeping.ACTS,
    *letters.ACTS,
    *live_acts.ACTS,
    *materials.ACTS,
    *meeting.ACTS,
    *pauses.ACTS,
    *people.ACTS,
    *phase_acts.ACTS,
    *picture_acts.ACTS,
    *trailer_acts.ACTS,
    *plans.ACTS,
    *policy.ACTS,
    *privacy.ACTS,
    *programmes.ACTS,
    *proof.ACTS,
    *publications.ACTS,
    *publishing.ACTS,
    *recusals.ACTS,
    *talk_acts.ACTS,
    *receipt_acts.ACTS,
    *relations.ACTS,
    *reminders.ACTS,
    *reservations.ACTS,
    *room_acts.ACTS,
    *rule_acts.ACTS,
    *screens.ACTS,
    *section_acts.ACTS,
    *shared_acts.ACTS,
    *sheets.ACTS,
    *site.ACTS,
    *second_factor.ACTS,
    *passkeys.ACTS,
    *subtitle_acts.ACTS,
    *texts.ACTS,
    *variants.ACTS,
    *venues.ACTS,
    *removals.ACTS,
    *what_if.ACTS,
    *visa_acts.ACTS,
    *visitor_acts.ACTS,
]


async def provide_viewer(request: AnyConnection) -> Viewer:
    return await viewer_of(request)


async def provide_person(request: AnyConnection) -> Person:
    return await person_with_id((await viewer_of(request)).id)


async def provide_edition(request: AnyConnection) -> Edition:
    return await edition_of(request)


def provide_settings(request: AnyConnection) -> Settings:
    return settings_of(request)


def provide_store(request: AnyConnection) -> Store:
    store: Store = request.app.state.store
    return store


async def spoken_language(connection: AnyConnection, _: BaseRouteHandler) -> None:
    if connection.path_params["lang"] not in spoken():
        raise NotFoundException("missing")


async def known_language(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    await spoken_language(connection, handler)
    if bearer(connection):
        raise NotAuthorizedException("sign_in_needed")  # keys open JSON doors, no pages
    edition = await edition_of(connection)
    await viewer_of(connection)
    connection.state["site"] = await own_pages_written(edition)


async def known_edition(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Before anything else is asked: in which edition, and what its clocks show."""
    await edition_of(connection)


def pages() -> Router:
    handlers = [
        module.HANDLERS
        for module in (
            public,
            selection,
            finding,
            my_festival,
            feeds,
            booklet,
            cards,
            foyer_pages,
            account,
            second_factor_pages,
            passkey_pages,
            entry_people_pages,
            people_pages,
            filmmaker,
            entry,
            report,
            queue_pages,
            committee,
            board_pages,
            letters_ahead_pages,
            changing_pages,
            meeting_pages,
            room,
            assignment_pages,
            conflict_pages,
            talk_pages,
            figure_pages,
            receipt_pages,
            honour_pages,
            block_pages,
            correction_pages,
            programme_pages,
            programmer,
            changes_pages,
            visa_pages,
            rules_pages,
            venue_pages,
            plan_pages,
            happening_pages,
            live_pages,
            what_if_pages,
            audience_pages,
            robustness_pages,
            guest_pages,
            shared_pages,
            pair_pages,
            visitor_pages,
            picture_pages,
            fitting_pages,
            exchange_pages,
            papers,
            variant_pages,
            publication_pages,
            comment_pages,
            confirming_pages,
            ticket_pages,
            attendance_pages,
            operator,
            machines,
            amending_pages,
            office_pages,
            fix_pages,
            bringing_pages,
            catalogue_pages,
            blind_pages,
            answers_pages,
            import_pages,
            exports,
            policy_pages,
            privacy_pages,
            form_pages,
            materials_pages,
            keeping_pages,
            letter_pages,
            text_pages,
            section_pages,
            deadline_pages,
            fee_pages,
            sheet_pages,
            phase_pages,
            archive_pages,
            closing_pages,
            edition,
            editions_pages,
            site_pages,
            components,
        )
    ]
    return Router(
        "/{lang:str}/{edition:str}",
        route_handlers=[*chain.from_iterable(handlers), *(a.page for a in ACTS if a.page)],
        guards=[known_language],
        include_in_schema=False,
    )


def json_doors() -> Router:
    handlers = [
        module.HANDLERS
        for module in (
            programme,
            account_v1,
            submissions,
            entering,
            uploads,
            files,
            attachments,
            subtitles,
            pictures_v1,
            trailers_v1,
            committee_v1,
            talk_v1,
            figures_v1,
            receipts_v1,
            programmer_v1,
            publications_v1,
            live_v1,
            shared_v1,
            fitting_v1,
            minds_v1,
            confirming_v1,
            tickets_v1,
            attendance_v1,
            publishing_v1,
            operator_v1,
            papers_v1,
            lists,
            policy_v1,
            privacy_v1,
            form_v1,
            keeping_v1,
            letters_v1,
            sheets_v1,
            sharing_v1,
            archives_v1,
            closing_v1,
            people_v1,
        )
    ]
    return Router(
        "/api/v1/{edition:str}",
        route_handlers=[*chain.from_iterable(handlers), *(a.json for a in ACTS if a.json)],
        guards=[known_edition],
    )


def house_doors() -> list[Router]:
    """What stands beside the editions, as long as there is none."""
    return [
        Router(
            "/{lang:str}",
            route_handlers=[*founding_page.OUTSIDE, *(a.page for a in founding.OUTSIDE if a.page)],
            guards=[spoken_language],
            include_in_schema=False,
        ),
        Router("/api/v1", route_handlers=[a.json for a in founding.OUTSIDE if a.json]),
    ]


@asynccontextmanager
async def far_uploads(store: Store) -> AsyncIterator[None]:
    """Wrong keys shut the door at once; a store that is away does not."""
    try:
        await asyncio.to_thread(store.check)
    except StorageUnavailable as error:
        log.warning("no storage: %s", error)
    sweeps = [ways.sweep for ways in uploads.KINDS.values()]
    sweeping = asyncio.create_task(keep_sweeping(store, *sweeps)) if store.is_remote else None
    yield
    if sweeping:
        sweeping.cancel()


@asynccontextmanager
async def watched(shelf: Shelf) -> AsyncIterator[None]:
    """As long as the door is open, what lies on the shelf is looked after."""
    watching = asyncio.create_task(shelf.watch())
    yield
    watching.cancel()


def create_app(settings: Settings | None = None) -> Litestar:
    settings = settings or Settings.read()
    if settings.locales:
        speak(settings.locales)
    logs.begin(settings)
    store = store_of(settings)
    assets.use(assets.STATIC, production=settings.in_production)

    shelf = Shelf(settings, LEAVES, store)

    @asynccontextmanager
    async def with_database(_: Litestar) -> AsyncIterator[None]:
        async with pool(size=settings.pool_size), far_uploads(store), watched(shelf):
            if await is_guarded() is False:
                log.warning("this database role can change the record: see DATABASE_OWNER_URL")
            yield

    app = Front(
        route_handlers=[
            pages(),
            json_doors(),
            *house_doors(),
            *static_files(settings),
            *public.OUTSIDE,
            *health.HANDLERS,
        ],
        dependencies={
            "viewer": Provide(provide_viewer),
            "person": Provide(provide_person),
            "edition_row": Provide(provide_edition),
            "settings": Provide(provide_settings, sync_to_thread=False),
            "store": Provide(provide_store, sync_to_thread=False),
        },
        guards=[csrf_guard],
        middleware=[
            Measured(),
            Believed(settings),
            Patience(settings.silence_seconds),
            Decoding(),
            Once(),
        ],
        request_class=CheckedRequest,
        before_send=[Headers(https=settings.public_url.startswith("https")), uploads.versioned],
        exception_handlers=errors.HANDLERS | uploads.FAULTS,
        plugins=[news_plugin(settings.redis_url)],
        lifespan=[with_database],
        openapi_config=OpenAPIConfig(
            title="Cinéma for Space", version="1", path="/api", render_plugins=[PlainPage()]
        ),
        request_max_body_size=MOST_BYTES,
        logging_config=None,
        debug=False,
    )
    app.state.settings = settings
    app.state.store = store
    app.state.shelf = shelf
    app.state.hands = hands_at(settings.redis_url)
    return app


def __getattr__(name: str) -> Litestar:
    """`uvicorn api.app:app` makes the app when asked; nothing is read or opened at import."""
    if name == "app":
        made = create_app()
        gc.freeze()  # what lasts as long as the door is not looked through again: 0.3 s of silence each time
        gc.set_threshold(*SELDOM)
        return made
    raise AttributeError(name)
