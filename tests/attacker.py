"""What somebody sends who means ill, or whose program is broken: made for a shape, or for no shape at all. Pure."""

import json
import math
import random
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import inspect

from festival.texts import ONE_OF, fields_of

TAG, MARK, LINE = "hostile-tag", "hostilemark", "X-HOSTILE"
"""What no output may have as a tag or an attribute, at the head of a cell, or at the head of a line."""

TEXTS = [
    f'=HYPERLINK("http://{MARK}")', f"+{MARK}", f"-1+{MARK}", f"@SUM({MARK})", f"\t={MARK}", f"\ufeff={MARK}", f"\u200b ={MARK}",
    f"＝{MARK}", f"％{MARK}", f"|{MARK}", f"<{TAG}>{MARK}</{TAG}>", f'"><{TAG} {MARK}=1>', f"' {MARK}='1", f"</script><{TAG}>",
    f"</textarea></title></style><{TAG}>", f"<!--<{TAG}>", f"javascript:{MARK}", f"&lt;{TAG}&gt;", f"{{{{ '<{TAG}>' }}}}", f"[a](javascript:{MARK})",
    f"**<{TAG}>** ![x](//{MARK})", f"a\r\n{LINE}: {MARK}", f"a\n{LINE};VALUE=1:{MARK}", f"a\nEND:VEVENT\nBEGIN:VEVENT\n{LINE}:1",
    f"a\u2028{LINE}: 1\u2029b", f"a\u0085{LINE}: 1", f"\u202e{MARK}\u202c", f"\u2066{MARK}", "👩‍🚀🏳️‍🌈🧑🏿‍🤝‍🧑🏻" * 8, "Z̸̡̢̧͎̩̥̋̇̈́" * 20, "é" * 300, "ﷺ" * 60, "שלום مرحبا こんにちは",
    "İıſK", "%s%n{0.__class__}", "../../../../etc/passwd", "..\\..\\con", "%00%0a", "' OR 1=1 --", "\\", "\\u0000", "$(id)`id`;id", "NaN", "Infinity",
    "-0", "1e309", "0x10", "１２", "true", "null", "undefined", "[]", "{}", " ", "\u3000", "\u200b", "2027-02-30", "2026-10-25T02:30", "25:61",
    "99999-01-01", "0000-00-00", "2027-11-26T18:30:00+99:00", "a@b", "a@b.fr\r\nBcc: c@d.fr", '"<x>"@example.org', "fr", "xx", "zz" * 40,
    "a" * 250, "a" * 5000, "a" * 70_000, "1" * 400, "word " * 2000,
]  # fmt: skip
CONTROLS = ["\x00", "a\x00b", "\x1b[31m", "\x07", "\x7f", "\x01\x02"]
NUMBERS = [
    0, -1, 1, 2**15, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63 - 1, 2**63, -(2**63), 10**17, 10**30, 0.1, -0.0, 1e17, 1e308, math.nan, math.inf, -math.inf,
]  # fmt: skip
DEEP: Any = []
for _ in range(20):
    DEEP = [DEEP]
WRONG = [None, True, False, "", "1", [], {}, [None], [[]], {"": ""}, {"a": {"b": None}}, DEEP, ["a"] * 3000, {"fr": None}, {"fr": 1, "xx": "x"}, *NUMBERS]
RAW = [
    b"", b" ", b"{", b"}", b"[]", b"[1]", b"null", b"true", b'"x"', b"1", b"{}", b'{"a":1,"a":2}', b'{"a":}', b"{'a':1}", b'{"a": NaN}', b'{"a": 1e999}',
    b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"a": "\xc3\x28"}', b'{"a": "\\ud800"}', b'{"a": "\\u0000"}', b'{"a": "\\udc00\\ud800"}', b"[" * 50_000,
    b'{"a":' * 5000, b'{"a": "' + b"x" * 200_000, b"1" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b'"\\' * 20_000, b"a=1&a=2&" * 3000, b"=&=&=", b"a=%zz&b=%",
    b"a=%ff%fe", b"a=%00", b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nhalf', b"--x--\r\n", b"PK\x03\x04" + b"\0" * 200,
    b"%PDF-1.7\n%", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0", b"GIF89a\xff\xff\xff\xff", b"\xff\xd8\xff\xe0" + b"\0" * 50,
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", b"WEBVTT\n\n00:00.000 --> 99:99.999\n<b", b'title;director\n=1+1;"half',
]  # fmt: skip
KINDS = [
    "application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data",
    "multipart/mixed; boundary=x", "text/plain", "text/csv", "application/xml", "application/msgpack", "application/octet-stream", "application/offset+octet-stream",
    "", "*/*", 'a/b; c="', "x" * 300, "application/json;;;=;", "image/png",
]  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get"]
HEADERS: list[dict[str, str]] = [
    {"accept-language": "xx-" + "a" * 400}, {"accept-language": "fr;q=x,en;q=9,*;q=-1"}, {"accept": "text/html;q=nan"}, {"accept": "a" * 500}, {"range": "bytes=9-1,abc"},
    {"range": "bytes=0-99999999999999999999"}, {"range": "bytes=-0"}, {"if-none-match": '"' + "x" * 500}, {"if-match": "W/"}, {"if-modified-since": "Fri, 99 Foo"},
    {"if-range": "x"}, {"idempotency-key": "x" * 1000}, {"idempotency-key": ""}, {"authorization": "Bearer " + "x" * 300}, {"authorization": "Basic !!!"},
    {"authorization": "Bearer"}, {"cookie": "session=; session=a; theme=<x>; " + "a=b; " * 200}, {"cookie": "flash=%00%ff; lang=../.."}, {"x-csrf-token": "x"},
    {"x-forwarded-for": "' OR 1=1, ::ffff:999.1.1.1"}, {"x-forwarded-proto": "javascript"}, {"x-forwarded-host": "evil.example"}, {"forwarded": 'for=";;'},
    {"origin": "null"}, {"origin": "https://evil.example"}, {"referer": "https://evil.example/<x>"}, {"sec-fetch-site": "cross-site"}, {"host": "evil.example:99999"},
    {"host": ""}, {"last-event-id": "NaN"}, {"upload-offset": "-1"}, {"upload-length": "1e9"}, {"upload-metadata": "a b,c"}, {"upload-checksum": "crc32 x"},
    {"upload-metadata": "submission //8="}, {"tus-resumable": "0.2"}, {"expect": "200-maybe"}, {"te": "gzip"}, {"content-encoding": "gzip"}, {"accept-encoding": "br;q=x"},
    {"save-data": "on"}, {"user-agent": '"><' + TAG},
]  # fmt: skip


class Attacker:
    """One who knows shapes and rows; `chance` decides, so that the same seed sends the same."""

    def __init__(self, chance: random.Random, ids: dict[str, str]) -> None:
        self.chance, self.ids = chance, ids

    def json_of(self, value: Any) -> bytes:
        """As Python writes it: with NaN, which JSON does not know, and halves of signs."""
        return json.dumps(value, ensure_ascii=self.chance.random() < 0.2).encode("utf-8", "surrogatepass")

    def form_of(self, shape: Any, given: dict[str, Any]) -> bytes:
        """The same as a form: a text a language, a value a name, lists as repeated names."""
        pairs: list[tuple[str, str]] = []
        for name, value in given.items():
            if name in ONE_OF and isinstance(value, dict):
                names = fields_of(name)
                pairs += [(names[one], str(text)) for one, text in value.items() if one in names]
            elif isinstance(value, list):
                pairs += [(name, one if isinstance(one, str) else json.dumps(one)) for one in value[:200]]
            elif value is not None:
                pairs.append((name, value if isinstance(value, str) else json.dumps(value)))
        return urlencode(pairs, errors="surrogatepass").encode()

    def fitting(self, shape: Any, *, text: str = "") -> dict[str, Any]:
        """Something that this shape may well take; with `text` in it wherever somebody may write."""
        return self._struct(inspect.type_info(shape), "", text)

    def harmed(self, shape: Any) -> dict[str, Any]:
        """The same with one or two of its fields gone bad, and now and then one that nobody knows."""
        given = self.fitting(shape)
        for name in self.chance.sample(sorted(given), min(len(given), self.chance.randint(1, 2))):
            given[name] = self.bad(given[name])
        if self.chance.random() < 0.1:
            given[self.chance.choice(["__proto__", "constructor", "id", "edition", "version", "status", "\udc00", "", "a" * 300])] = self.bad("")
        if given and self.chance.random() < 0.1:
            del given[self.chance.choice(sorted(given, key=str))]
        return given

    def bad(self, value: Any) -> Any:
        if isinstance(value, str) and self.chance.random() < 0.6:
            return self.text()
        if isinstance(value, list) and value and self.chance.random() < 0.6:
            return [*value, self.bad(value[0])]
        if isinstance(value, dict) and value and self.chance.random() < 0.6:
            name = self.chance.choice(sorted(value, key=str))
            return {**value, name: self.bad(value[name])}
        return self.chance.choice([self.chance.choice(WRONG), self.chance.choice(NUMBERS), self.text()])

    def text(self) -> str:
        return self.chance.choice(CONTROLS if self.chance.random() < 0.1 else TEXTS)

    def query(self, names: Iterable[str]) -> str:
        """What stands behind a question mark."""
        if self.chance.random() < 0.1:
            return self.chance.choice(["%", "%zz=%", "&&&=&", "a" * 3000, "q=%ff", "q=%00", "page=1&page=2", "=", "?", "q[]=1&q[a]=2"])
        asked = self.chance.choices(sorted(names), k=self.chance.randint(1, 4))
        values = [self.chance.choice([self.text(), str(self.chance.choice(NUMBERS)), self.chance.choice(list(self.ids.values()))]) for _ in asked]
        return urlencode(list(zip(asked, values, strict=True)), errors="surrogatepass")

    def segment(self) -> str:
        """A part of an address; never one that means another place."""
        text = self.chance.choice([*TEXTS, *CONTROLS, *(str(one) for one in NUMBERS), "a" * 300]) or "x"
        return quote(text[:400], safe="") if text not in {".", ".."} else "x"

    # -- what fits

    def _struct(self, info: Any, hint: str, text: str) -> dict[str, Any]:
        if not isinstance(info, inspect.StructType):
            return {}
        return {
            field.encode_name: self._value(field.type, field.encode_name, text)
            for field in info.fields
            if field.required or text or self.chance.random() < 0.8
        }

    def _value(self, info: Any, hint: str, text: str) -> Any:
        kind = type(info).__name__.removesuffix("Type").lower()
        made = getattr(self, f"a_{kind}", None)
        return made(info, hint, text) if made else None

    def a_struct(self, info: Any, hint: str, text: str) -> Any:
        return self._struct(info, hint, text)

    def a_union(self, info: Any, hint: str, text: str) -> Any:
        kinds = [one for one in info.types if not isinstance(one, inspect.NoneType)]
        return self._value(self.chance.choice(kinds), hint, text)

    def a_str(self, info: Any, hint: str, text: str) -> str:
        named = hint.removesuffix("s").removesuffix("_id")
        if info.pattern:
            return {"^[a-z]{2}$": "fr"}.get(info.pattern, self.ids.get(named, "fr"))
        if named in self.ids and self.chance.random() < 0.9:
            return self.ids[named]
        if "email" in hint or hint in {"address", "stays", "goes"}:
            return f"{self.chance.randrange(10**9)}@example.org"
        if "url" in hint or hint == "link":
            return "https://example.org/a"
        written = text or self.chance.choice(["Nuit claire", "Une phrase, et une autre.", "C", "fr", "10:30", "2027-11-26", "2027-11-26T18:30"])
        least, most = info.min_length or 0, info.max_length
        return (written * (1 + least // max(1, len(written))))[: most if most is not None else None]

    def a_int(self, info: Any, hint: str, text: str) -> int:
        least = info.ge if info.ge is not None else (info.gt + 1 if info.gt is not None else 0)
        most = info.le if info.le is not None else (info.lt - 1 if info.lt is not None else least + 100)
        return 1 if "version" in hint and least <= 1 <= most else self.chance.choice([least, most, (least + most) // 2])

    def a_float(self, info: Any, hint: str, text: str) -> float:
        return float(info.ge if info.ge is not None else 1.5)

    def a_bool(self, info: Any, hint: str, text: str) -> bool:
        return self.chance.random() < 0.5

    def a_literal(self, info: Any, hint: str, text: str) -> Any:
        return self.chance.choice(info.values)

    def a_enum(self, info: Any, hint: str, text: str) -> Any:
        return self.chance.choice([one.value for one in info.cls])

    def a_list(self, info: Any, hint: str, text: str) -> list[Any]:
        length = max(info.min_length or 0, min(self.chance.randint(0, 2), info.max_length or 2))
        return [self._value(info.item_type, hint, text) for _ in range(length)]

    a_set = a_frozenset = a_vartuple = a_collection = a_list

    def a_tuple(self, info: Any, hint: str, text: str) -> list[Any]:
        return [self._value(one, hint, text) for one in info.item_types]

    def a_dict(self, info: Any, hint: str, text: str) -> dict[str, Any]:
        is_of_languages = isinstance(info.key_type, inspect.StrType) and info.key_type.pattern
        names = ["fr", "en"] if is_of_languages else [str(self._value(info.key_type, "", ""))]
        return {name: self._value(info.value_type, hint, text) for name in names}

    def a_datetime(self, info: Any, hint: str, text: str) -> str:
        return "2027-11-26T18:30:00+01:00" if info.tz else "2027-11-26T18:30:00"

    def a_date(self, info: Any, hint: str, text: str) -> str:
        return "2027-11-26"

    def a_time(self, info: Any, hint: str, text: str) -> str:
        return "18:30:00"

    def a_any(self, info: Any, hint: str, text: str) -> Any:
        return text or "x"

    def a_custom(self, info: Any, hint: str, text: str) -> Any:
        return text or "x"


def is_struct(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)
