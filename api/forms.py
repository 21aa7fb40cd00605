"""A form filled into a shape: every wrong field is told at once, none is lost."""

import typing
from typing import Any, TypeVar

import msgspec
from litestar import Request
from msgspec import inspect

from festival.errors import Refused

Shape = TypeVar("Shape", bound=msgspec.Struct)


async def filled(request: Request[Any, Any, Any], shape: type[Shape]) -> Shape:
    """Read the form into `shape`; raise `Refused("field:code", …)` with every fault.

    An empty field is an absent one; a field whose type is a list takes every value of its name.
    """
    given = await sent(request, shape)
    if wrong := faults(shape, given, strict=False):
        raise Refused(*wrong)
    return msgspec.convert(given, shape, strict=False)


async def typed(request: Request[Any, Any, Any], shape: type[Shape]) -> Shape:
    """What stood in a form that was refused, to be shown again: words as they were typed, however
    many, and of the rest what fits. Nothing of it may be kept.
    """
    given = await sent(request, shape)
    hints = typing.get_type_hints(shape, include_extras=True)
    again: dict[str, Any] = {}
    for field in msgspec.structs.fields(shape):
        if field.encode_name not in given:
            if field.required:
                again[field.name] = ""
            continue
        value = given[field.encode_name]
        try:
            again[field.name] = msgspec.convert(value, hints[field.name], strict=False)
        except msgspec.ValidationError:
            if isinstance(inspect.type_info(hints[field.name]), inspect.StrType):
                again[field.name] = value
    return shape(**again)


async def sent(request: Request[Any, Any, Any], shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields that were filled in, by their names in the form. A line ends as the browser counted
    it: a form sends two signs for it, and a text of just the right length would come too long.
    """
    form = await request.form()
    given: dict[str, Any] = {}
    hints = typing.get_type_hints(shape, include_extras=True)
    for field in msgspec.structs.fields(shape):
        values = [unix_lines(value) for value in form.getall(field.encode_name, []) if value != ""]
        if is_list(hints[field.name]):
            given[field.encode_name] = values
        elif values:
            given[field.encode_name] = values[-1]
    return given


def unix_lines(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def faults(shape: type[msgspec.Struct], given: dict[str, Any], *, strict: bool) -> list[str]:
    """`field:code` of each field that this shape would not take; `strict` reads no number in words."""
    hints = typing.get_type_hints(shape, include_extras=True)
    wrong = []
    for field in msgspec.structs.fields(shape):
        if field.encode_name not in given:
            if field.required:
                wrong.append(f"{field.name}:field_missing")
            continue
        value = given[field.encode_name]
        try:
            msgspec.convert(value, hints[field.name], strict=strict)
        except msgspec.ValidationError:
            wrong.append(f"{field.name}:{fault_of(value, hints[field.name])}")
    return wrong


def is_list(hint: Any) -> bool:
    if typing.get_origin(hint) is typing.Annotated:
        return is_list(typing.get_args(hint)[0])
    return typing.get_origin(hint) in {list, tuple, set, frozenset}


def fault_of(value: Any, hint: Any) -> str:
    """Which bound of its type this value breaks, read from the type; msgspec has refused it before."""
    return broken(value, inspect.type_info(hint)) or "field_invalid"


def broken(value: Any, kind: inspect.Type) -> str:
    """The code of the bound that is broken; empty where none is, or where it has no code of its own."""
    match kind:
        case inspect.UnionType(types=types):
            codes = [
                broken(value, part) for part in types if not isinstance(part, inspect.NoneType)
            ]
            return next(filter(None, codes), "")
        case inspect.StrType() if isinstance(value, str):
            return out_of_length(len(value), kind)
        case inspect.ListType() if isinstance(value, list):
            inner = (broken(part, kind.item_type) for part in value)
            return out_of_length(len(value), kind) or next(filter(None, inner), "")
        case inspect.IntType() | inspect.FloatType():
            return out_of_bounds(value, kind)
    return ""


def out_of_length(length: int, kind: inspect.StrType | inspect.ListType) -> str:
    if kind.max_length is not None and length > kind.max_length:
        return "field_long"
    if kind.min_length is not None and length < kind.min_length:
        return "field_short"
    return ""


def out_of_bounds(value: Any, kind: inspect.IntType | inspect.FloatType) -> str:
    """A number that its type can hold, beyond what its bounds allow."""
    try:
        msgspec.convert(value, int if isinstance(kind, inspect.IntType) else float, strict=False)
    except msgspec.ValidationError:
        return ""
    return "field_out_of_bounds"
