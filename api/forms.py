"""A form filled into a shape: every wrong field is told at once, none is lost."""

import typing
from typing import Any, TypeVar

import msgspec
from litestar import Request

from festival.errors import Refused

Shape = TypeVar("Shape", bound=msgspec.Struct)


async def filled(request: Request[Any, Any, Any], shape: type[Shape]) -> Shape:
    """Read the form into `shape`; raise `Refused("field:code", …)` with every fault.

    An empty field is an absent one; a field whose type is a list takes every value of its name.
    """
    form = await request.form()
    given: dict[str, Any] = {}
    faults: list[str] = []
    hints = typing.get_type_hints(shape, include_extras=True)
    for field in msgspec.structs.fields(shape):
        values = [v for v in form.getall(field.encode_name, []) if v != ""]
        raw: Any = values if is_list(hints[field.name]) else (values[-1] if values else None)
        if raw is None and not is_list(hints[field.name]):
            if field.required:
                faults.append(f"{field.name}:field_missing")
            continue
        try:
            given[field.name] = msgspec.convert(raw, hints[field.name], strict=False)
        except msgspec.ValidationError as error:
            faults.append(f"{field.name}:{code_of(str(error))}")
    if faults:
        raise Refused(*faults)
    return shape(**given)


def is_list(hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Annotated:
        return is_list(typing.get_args(hint)[0])
    return typing.get_origin(hint) in {list, tuple, set, frozenset}


def code_of(message: str) -> str:
    """Msgspec's sentence as a code with words."""
    if "length <=" in message:
        return "field_long"
    if "length >=" in message:
        return "field_short"
    if "<=" in message or ">=" in message:
        return "field_out_of_bounds"
    return "field_invalid"
