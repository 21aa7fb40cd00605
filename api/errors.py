"""Every no becomes a page or a problem document."""

import logging
import typing
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec
from litestar import Response
from litestar.exceptions import HTTPException, NotAuthorizedException, ValidationException
from litestar.response import Redirect
from litestar.utils.scope.state import ScopeState

from api.forms import faults
from api.pages._page import error_page, language_of, prefix_of
from api.pages.proof import proof_page
from api.refusals import STATUS, plain_values, words_of
from api.request import AnyRequest
from festival.errors import Busy, FestivalError
from festival.language import has_words, spoken
from festival.texts import gathered

log = logging.getLogger("door")

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that its server left in the middle of a word
    ConnectionError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,  # its disk or memory is full, or too many are there
    asyncpg.PostgresIOError,
    asyncpg.TransactionRollbackError,  # a deadlock: the whole act was taken back
)


def festival_error(request: AnyRequest, error: FestivalError) -> Response[Any]:
    """A page whose part asks for a second factor leads to where one is set up; what a thief of a session
    would do asks first who does it.
    """
    if "factor_needed" in error.codes and wants_page(request) and request.method == "GET":
        return Redirect(f"{prefix_of(request)}/account/second-factor", status_code=303)
    if "proof_needed" in error.codes and wants_page(request):
        return proof_page(request, error)
    headers = {"retry-after": "10"} if isinstance(error, Busy) else None
    return answer(request, STATUS[type(error)], error.codes, error.values, headers=headers)


def http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Litestar's own refusals: unknown address, wrong method, ill-formed body."""
    if (
        isinstance(error, NotAuthorizedException)
        and wants_page(request)
        and request.method == "GET"
    ):
        asked = quote(f"{request.url.path}?{request.url.query}".rstrip("?"), safe="/")
        return Redirect(f"{prefix_of(request)}/account/sign-in?next={asked}", status_code=303)
    code = error.detail if has_words(f"error.{error.detail}") else by_number(error.status_code)
    values: dict[str, Any] = {}
    if isinstance(error, ValidationException):
        values["fields"] = wrong_fields(request, error)
    return answer(request, error.status_code, (code,), values, headers=error.headers)


def wrong_fields(request: AnyRequest, error: ValidationException) -> list[dict[str, str]]:
    """Every wrong field of the body by its code; of a path or a question, what Litestar says."""
    if codes := body_faults(request):
        lang = language_of(request)
        return [
            {"field": field, "code": code, "message": words_of(lang, code, {})}
            for field, _, code in (fault.partition(":") for fault in codes)
        ]
    extra = error.extra if isinstance(error.extra, list) else []
    return [
        {
            "field": "" if fault.get("key") == "data" else fault.get("key", ""),
            "message": fault["message"],
        }
        for fault in extra
    ]


def body_faults(request: AnyRequest) -> list[str]:
    """What the shape of this door says of the JSON that came; nothing where it is no object."""
    body = ScopeState.from_scope(request.scope).body
    shape = request.route_handler.parsed_data_field
    if shape is None or not isinstance(body, bytes) or not shape.is_subclass_of(msgspec.Struct):
        return []
    try:
        given = gathered(msgspec.json.decode(body, type=dict[str, Any]))
    except msgspec.DecodeError:
        return []
    kinds = typing.get_args(shape.annotation) or (shape.annotation,)
    return faults_of_one(kinds, given)


def faults_of_one(kinds: tuple[type[msgspec.Struct], ...], given: dict[str, Any]) -> list[str]:
    """A door that takes several shapes tells them apart by a field, which has to name one of them."""
    by_tag = {kind.__struct_config__.tag: kind for kind in kinds}
    if len(kinds) == 1:
        return faults(kinds[0], given, strict=True)
    field = str(kinds[0].__struct_config__.tag_field)
    named = by_tag.get(given.get(field))
    return faults(named, given, strict=True) if named else [f"{field}:field_missing"]


def away(request: AnyRequest, error: Exception) -> Response[Any]:
    """The database is restarting or overrun: say so, and when to come back."""
    if isinstance(error, ValueError):  # the driver found it before the database did
        return not_storable(request, error)
    log.warning("database away", exc_info=error)
    return answer(request, 503, ("away",), {}, headers={"retry-after": "3"})


def not_storable(request: AnyRequest, error: Exception) -> Response[Any]:
    """A value that no column can hold, and that nobody had refused before."""
    log.error("not storable at %s %s", request.method, route_of(request), exc_info=error)
    return answer(request, 422, ("not_storable",), {})


def fault(request: AnyRequest, error: Exception) -> Response[Any]:
    """A mistake of ours: logged whole, told briefly."""
    log.error("fault at %s %s", request.method, route_of(request), exc_info=error)
    return answer(request, 500, ("fault",), {})


def route_of(request: AnyRequest) -> str:
    """The address of the handler: what stood in it is nobody's matter."""
    return str(request.scope.get("path_template", ""))


def by_number(status: int) -> str:
    named = {
        400: "bad_request",
        401: "sign_in_needed",
        403: "not_allowed",
        404: "missing",
        405: "method_not_allowed",
        408: "body_silent",
        409: "conflict",
        413: "body_too_large",
        429: "too_many",
        503: "away",
    }
    return named.get(status, "bad_request" if status < 500 else "fault")


def answer(
    request: AnyRequest,
    status: int,
    codes: tuple[str, ...],
    values: dict[str, Any],
    *,
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    if wants_page(request):
        return error_page(request, status, codes, values, headers=headers)
    return problem(request, status, codes, values, headers=headers)


def wants_page(request: AnyRequest) -> bool:
    return not request.url.path.startswith(
        ("/api/", "/health", "/ready", "/metrics")
    ) and "json" not in (request.headers.get("accept", ""))


def problem(
    request: AnyRequest,
    status: int,
    codes: tuple[str, ...],
    values: dict[str, Any],
    *,
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    """RFC 9457, with every code and its words in both languages."""
    language = language_of(request)
    return Response(
        {
            "type": f"about:blank#{codes[0] if codes else 'fault'}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "codes": list(codes),
            "detail": " ".join(words_of(language, code, values) for code in codes),
            "words": {lang: [words_of(lang, code, values) for code in codes] for lang in spoken()},
            **plain_values(values),
        },
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


HANDLERS: dict[Any, Any] = {
    FestivalError: festival_error,
    HTTPException: http_error,
    **dict.fromkeys(AWAY, away),
    asyncpg.DataError: not_storable,
    Exception: fault,
}
