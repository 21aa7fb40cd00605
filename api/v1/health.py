"""Is the house alive, and may it be entered: the truth about its parts."""

from hmac import compare_digest
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from api.auth import bearer, settings_of
from festival.backups import freshness
from festival.readiness import is_guarded, mail
from submissions.metrics import exposition
from submissions.readiness import parts_of


@get("/health", include_in_schema=True)
async def health() -> dict[str, str]:
    """The process answers."""
    return {"state": "alive"}


@get("/ready")
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """503 with the part that fails: database, relay, broker, workers, disk, and the store if it is far.

    What does not keep films from coming in is told beside: mail, record, backup.
    """
    parts = await parts_of(settings_of(request))
    return Response(
        {
            "ready": all(parts.values()),
            "parts": parts,
            "mail": await mail(),
            "record": {"guarded": await is_guarded()},
            "backup": await freshness(settings_of(request)),
        },
        status_code=200 if all(parts.values()) else 503,
    )


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Figures for Prometheus, for whoever has `METRICS_TOKEN`; without one set, there is no such door."""
    settings = settings_of(request)
    if not settings.metrics_token:
        raise NotFoundException("missing")
    if not compare_digest(bearer(request).encode(), settings.metrics_token.encode()):
        raise NotAuthorizedException("sign_in_needed")
    return Response(await exposition(settings), media_type=CONTENT_TYPE_PLAIN_0_0_4)


HANDLERS: list[Any] = [health, ready, metrics]
