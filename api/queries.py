"""What an address asks of a program's door, held within the bounds that its type names."""

from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from litestar.params import QueryParameter
from msgspec import Meta

BOUNDS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length")

if TYPE_CHECKING:
    from litestar.params import FromQuery as FromQuery  # noqa: PLC0414
else:

    class FromQuery:
        """As litestar's, which drops what `Meta` says: here it holds, and the description of the API tells it."""

        def __class_getitem__(cls, kind: Any) -> Any:
            base, *more = get_args(kind) if get_origin(kind) is Annotated else (kind,)
            metas = [one for one in more if isinstance(one, Meta)]
            said = {name: getattr(meta, name) for meta in metas for name in BOUNDS}
            return Annotated[
                base,
                QueryParameter(
                    **{name: bound for name, bound in said.items() if bound is not None}
                ),
            ]
