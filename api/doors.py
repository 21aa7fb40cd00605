"""The way to a leaf for whoever the shelf has not answered at once: from the shelf, or drawn for them alone."""

from collections.abc import Iterable
from typing import Any

from litestar import Response, route
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from api.etags import READ
from api.frozen import ReadyAnswer
from api.leaves import Asked, Leaf
from api.request import AnyRequest
from api.shelf import HeldEdition, Shelf


async def held_of(request: AnyRequest) -> HeldEdition:
    """What the public reads of the edition of this address."""
    shelf: Shelf = request.app.state.shelf
    held = await shelf.held(request.path_params["edition"])
    if held is None:
        raise NotFoundException("edition_missing")
    return held


async def answered(request: AnyRequest, leaf: Leaf, name: str = "") -> Response[Any]:
    """The same for everybody; for who has signed in, what is theirs, where the leaf has such a thing."""
    shelf: Shelf = request.app.state.shelf
    held, lang = await held_of(request), request.path_params.get("lang", "")
    viewer = request.state.get("viewer")
    if leaf.own is not None and viewer is not None and viewer.is_known:
        asked = Asked(public=held.public, url=shelf.url, lang=lang, name=name, viewer=viewer)
        drawn: Response[Any] = leaf.own(request, asked)
        return drawn
    page = await shelf.page(held, leaf, lang, name)
    asks = request.headers
    return response_of(
        page.answer(
            asks.get("accept-encoding", "").encode("latin-1"),
            asks.get("if-none-match", "").encode("latin-1"),
        )
    )


def response_of(answer: ReadyAnswer) -> Response[Any]:
    headers = {name.decode(): value.decode("latin-1") for name, value in answer.headers}
    return Response(answer.body, status_code=answer.status, headers=headers)


def doors_to(leaves: Iterable[Leaf]) -> list[HTTPRouteHandler]:
    """One handler for each leaf in the language of its address."""
    return [door(leaf) for leaf in leaves]


def door(leaf: Leaf) -> HTTPRouteHandler:
    @route(leaf.path, http_method=READ, status_code=200)
    async def read(request: AnyRequest) -> Response[Any]:
        return await answered(request, leaf, request.path_params.get(leaf.parameter, ""))

    return read
