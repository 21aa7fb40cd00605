"""Where somebody who came in long ago proves again who they are, before an act that a thief would do."""

from litestar import Response
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from api.pages._page import page, prefix_of
from api.request import AnyRequest
from festival.errors import FestivalError
from festival.passkeys import house_of

PAGE = "/account/proof"
PASSKEY = f"{PAGE}/passkey"
OWN = frozenset({"_csrf", "proof_password", "proof_code", "proof_credential", "proof_asked"})
ASKED = ("password", "code", "passkey")


def proof_page(request: AnyRequest, error: FestivalError) -> Response[str]:
    """The act that was stopped waits in hidden fields: once the proof holds it is sent on, as it was.

    `error` is the guard's, which says what there is to give, or of a proof that did not hold.
    """
    stopped = "proof_needed" in error.codes
    given = {one for one in ASKED if error.values.get(one)}
    asked = given if stopped else set(last(request, "proof_asked").split())
    return page(
        request,
        "account/proof.html",
        error=None if stopped else error,
        status=403 if stopped else 422,
        at="/account",
        asked=sorted(asked & set(ASKED)),
        passkeys_at=house_of(request.app.state.settings).origin,
        to=request.url.path if stopped else request.query_params.get("to", ""),
        back=f"{prefix_of(request)}/account/home",
        fields=[
            (name, value)
            for name, values in typed(request).items()
            if name not in OWN
            for value in values
        ],
    )


def last(request: AnyRequest, name: str) -> str:
    return (typed(request).get(name) or [""])[-1]


def typed(request: AnyRequest) -> dict[str, list[str]]:
    """The fields of the form, as far as they are words; it has been read before any guard."""
    form = ScopeState.from_scope(request.scope).form
    if form is Empty:
        return {}
    return {
        name: [
            one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)
        ]
        for name, given in form.items()
    }
