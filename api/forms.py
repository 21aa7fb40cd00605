"""A form filled into a shape: every wrong field is told at once, none is lost."""

import typing
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict
from msgspec import inspect

from festival.errors import Refused
from festival.language import OFFICIAL, spoken
from festival.texts import ONE_OF, fields_of

Shape = TypeVar("Shape", bound=msgspec.Struct)
T = TypeVar("T")


async def filled(request: Request[Any, Any, Any], shape: type[Shape]) -> Shape:
    """Read the form into `shape`; raise `Refused("field:code", …)` with every fault.

    An empty field is an absent one; a field whose type is a list takes every value of its name.
    """
    given = await sent(request, shape)
    if wrong := faults(shape, given, strict=False):
        raise Refused(*wrong)
    return msgspec.convert(given, shape, strict=False)


def collected(**readings: Callable[[], Any]) -> dict[str, Any]:
    """What each reading gives, by its name; `Refused` with everything that cannot be read."""
    read: dict[str, Any] = {}
    wrong: list[str] = []
    values: dict[str, object] = {}
    for name, reading in readings.items():
        try:
            read[name] = reading()
        except Refused as error:
            wrong += error.codes
            values |= error.values
    if wrong:
        raise Refused(*wrong, **values)
    return read


async def outcome(reading: Awaitable[T]) -> Callable[[], T]:
    """What came of a reading, a no as well, to be collected with others."""
    try:
        read = await reading
    except Refused as error:
        return partial(refuse, error)
    return lambda: read


def refuse(error: Refused) -> Any:
    raise error


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
            if (
                isinstance(inspect.type_info(hints[field.name]), inspect.StrType)
                or field.name in ONE_OF
            ):
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
        if field.name in ONE_OF:
            texts = {one: last(form, name) for name, one in fields_of(field.name).items()}
            given[field.encode_name] = {one: text for one, text in texts.items() if text}
            continue
        values = [unix_lines(value) for value in form.getall(field.encode_name, []) if value != ""]
        if is_list(hints[field.name]):
            given[field.encode_name] = values
        elif values:
            given[field.encode_name] = values[-1]
    return given


def last(form: FormMultiDict, name: str) -> str:
    values = [value for value in form.getall(name, []) if isinstance(value, str)]
    return str(unix_lines(values[-1])) if values else ""


def unix_lines(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def faults(shape: type[msgspec.Struct], given: dict[str, Any], *, strict: bool) -> list[str]:
    """`field:code` of each field that this shape would not take; `strict` reads no number in words."""
    hints = typing.get_type_hints(shape, include_extras=True)
    wrong = []
    for field in msgspec.structs.fields(shape):
        if field.encode_name not in given:
            if field.required:
                wrong += (
                    untold(field.name, {})
                    if field.name in ONE_OF
                    else [f"{field.name}:field_missing"]
                )
            continue
        value = given[field.encode_name]
        try:
            msgspec.convert(value, hints[field.name], strict=strict)
        except msgspec.ValidationError:
            wrong += faults_in(field.name, value, hints[field.name])
        if field.required and field.name in ONE_OF:
            wrong += untold(field.name, value)
    return wrong


def faults_in(name: str, value: Any, hint: Any) -> list[str]:
    """Of texts by language, each one that is wrong; of anything else, what is wrong with it."""
    if name not in ONE_OF or not isinstance(value, dict) or set(value) - set(spoken()):
        return [f"{name}:{fault_of(value, hint)}"]
    return [
        f"{field}:{fault}"
        for field, language in fields_of(name).items()
        if (fault := broken({language: value.get(language, "")}, inspect.type_info(hint)))
    ] or [f"{name}:field_invalid"]


def untold(name: str, value: Any) -> list[str]:
    """Texts that must be there must be there in every official language."""
    given = value if isinstance(value, dict) else {}
    return [
        f"{field}:field_missing"
        for field, language in fields_of(name, OFFICIAL).items()
        if not given.get(language)
    ]


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
        case inspect.DictType() if isinstance(value, dict):
            return next(filter(None, (broken(one, kind.value_type) for one in value.values())), "")
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
        is_unchosen = length == 0 and isinstance(kind, inspect.ListType)
        return "nothing_chosen" if is_unchosen else "field_short"
    return ""


def out_of_bounds(value: Any, kind: inspect.IntType | inspect.FloatType) -> str:
    """A number that its type can hold, beyond what its bounds allow."""
    try:
        msgspec.convert(value, int if isinstance(kind, inspect.IntType) else float, strict=False)
    except msgspec.ValidationError:
        return ""
    return "field_out_of_bounds"
