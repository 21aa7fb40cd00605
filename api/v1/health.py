"""Is the house alive, and may it be entered: the truth about its parts."""

from typing import Any

from litestar import Request, Response, get

from api.auth import settings_of
from festival.readiness import is_guarded, mail
from submissions.readiness import parts_of


@get("/health", include_in_schema=True)
async def health() -> dict[str, str]:
    """The process answers."""
    return {"state": "alive"}


@get("/ready")
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """503 with the part that fails: database, relay, broker, workers, disk, and the store if it is far."""
    parts = await parts_of(settings_of(request))
    return Response(
        {
            "ready": all(parts.values()),
            "parts": parts,
            "mail": await mail(),
            "record": {"guarded": await is_guarded()},
        },
        status_code=200 if all(parts.values()) else 503,
    )


HANDLERS: list[Any] = [health, ready]
