"""Which letters a language is written with, and how its files were saved before Unicode. Pure."""

import unicodedata
from functools import cache

from langcodes import Language

LATIN_WEST = ("cp1252", "iso8859_15", "mac_roman", "cp850")
LATIN_CENTRAL = ("cp1250", "iso8859_2", "iso8859_16", "mac_latin2", "cp852")
CYRILLIC = ("cp1251", "koi8_r", "koi8_u", "iso8859_5", "mac_cyrillic", "cp866")
SAVED_AS = {
    "Latn": LATIN_WEST,
    "Cyrl": CYRILLIC,
    "Grek": ("cp1253", "iso8859_7", "mac_greek", "cp737"),
    "Hebr": ("cp1255", "iso8859_8", "cp862"),
    "Arab": ("cp1256", "iso8859_6", "mac_arabic"),
    "Jpan": ("cp932", "euc_jp", "iso2022_jp"),
    "Hans": ("gb18030", "big5hkscs"),
    "Hant": ("big5hkscs", "gb18030"),
    "Kore": ("cp949", "johab"),
    "Thai": ("cp874",),
}
"""The usual encoding of a script first: where two read the same text, it is believed."""

SAVED_BY = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "sl", "hr", "bs", "sr", "ro", "sq"), LATIN_CENTRAL),
    **dict.fromkeys(("lt", "lv", "et"), ("cp1257", "iso8859_13", "cp775")),
    **dict.fromkeys(("tr", "az", "ku"), ("cp1254", "iso8859_9", "mac_turkish", "cp857")),
    "vi": ("cp1258",),
    "cy": ("iso8859_14", "cp1252"),
    "eo": ("iso8859_3",),
    "mt": ("iso8859_3",),
}
"""Languages in Latin letters whose machines were not Western ones."""

LETTERS = {
    "fr": "àâæçéèêëîïôœùûüÿ", "en": "àçéèêëïñôöüæœ", "de": "äöüßéà", "es": "áéíñóúü",
    "it": "àèéìíîòóùú", "pt": "àáâãçéêíóôõúü", "ca": "àçèéíïòóúü·", "gl": "áéíñóúü", "eu": "ñçü",
    "nl": "áàäéèëíïóöúüĳ", "sv": "åäöéàü", "da": "åæøéü", "nb": "åæøéèêóòôüä",
    "nn": "åæøéèêóòôüä", "no": "åæøéèêóòôüä", "fi": "åäöšžé", "is": "áðéíóúýþæö",
    "fo": "áðíóúýæø", "ga": "áéíóú", "br": "âêîôûùüñ", "oc": "áàçéèíïóòúü", "lb": "äëéüö",
    "af": "áéèêëíîïóôöúûý", "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž",
    "sk": "áäčďéíĺľňóôŕšťúýž", "hu": "áéíóöőúüű", "sl": "čšžćđ", "hr": "čćđšž", "bs": "čćđšž",
    "sr": "čćđšž", "ro": "ăâîșțşţ", "sq": "çë", "lt": "ąčęėįšųūž", "lv": "āčēģīķļņōŗšūž",
    "et": "äõöüšž", "tr": "çğıİöşüâîû", "az": "çəğıİöşü", "ku": "çêîşû", "cy": "âêîôûŵŷáéíóúëïöẅ",
    "mt": "ċġħżàèìòù", "eo": "ĉĝĥĵŝŭ",
    "vi": "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя", "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџшѐѝ",
}  # fmt: skip
"""Letters beyond ASCII; of a language that is not here, every letter of its script is believed."""

TWO_SCRIPTS = {
    "sr": "Latn", "uz": "Cyrl", "az": "Cyrl", "kk": "Latn", "tg": "Latn", "tk": "Cyrl",
    "ku": "Arab", "pa": "Arab", "mn": "Mong", "ms": "Arab", "bs": "Cyrl", "ug": "Latn",
    "ks": "Deva", "sd": "Deva", "zh": "Hant", "yue": "Hans", "cmn": "Hant", "ha": "Arab",
}  # fmt: skip
"""Languages that are written in a second script, too, when no script is named."""

NAMES = {
    "Latn": "LATIN", "Cyrl": "CYRILLIC", "Grek": "GREEK", "Hebr": "HEBREW", "Arab": "ARABIC",
    "Hans": "CJK BOPOMOFO", "Hant": "CJK BOPOMOFO", "Jpan": "CJK HIRAGANA KATAKANA",
    "Kore": "HANGUL CJK", "Thai": "THAI", "Deva": "DEVANAGARI", "Beng": "BENGALI",
    "Taml": "TAMIL", "Telu": "TELUGU", "Knda": "KANNADA", "Mlym": "MALAYALAM",
    "Gujr": "GUJARATI", "Guru": "GURMUKHI", "Orya": "ORIYA", "Sinh": "SINHALA", "Khmr": "KHMER",
    "Laoo": "LAO", "Mymr": "MYANMAR", "Geor": "GEORGIAN", "Armn": "ARMENIAN",
    "Ethi": "ETHIOPIC", "Tibt": "TIBETAN", "Mong": "MONGOLIAN", "Thaa": "THAANA",
    "Tfng": "TIFINAGH", "Cans": "CANADIAN", "Yiii": "YI", "Syrc": "SYRIAC",
}  # fmt: skip
"""How Unicode names the letters of a script: the first word of each letter's name."""


def scripts_of(tag: str) -> tuple[str, ...]:
    """The scripts in which a language may come, its usual one first."""
    if not tag:
        return ()
    language = Language.get(tag)
    if language.script:
        return (language.script,)
    usual = str(language.maximize().script or "")
    second = TWO_SCRIPTS.get(language.language or "")
    return tuple(filter(None, (usual, second)))


def encodings_of(tag: str) -> tuple[str, ...]:
    """How such a file may have been saved, the likeliest first; none for a script of Unicode alone."""
    base = (Language.get(tag).language or "") if tag else ""
    encodings: list[str] = []
    for script in scripts_of(tag):
        encodings += (
            SAVED_BY.get(base, LATIN_WEST) if script == "Latn" else SAVED_AS.get(script, ())
        )
    return tuple(dict.fromkeys(encodings))


@cache
def letters_of(tag: str) -> frozenset[str]:
    """Its letters beyond ASCII in both cases; empty when every letter of its script is believed."""
    if not tag:
        return frozenset()
    language = Language.get(tag)
    known = LETTERS.get(language.language or "", "")
    if language.language == "sr" and "Latn" not in scripts_of(tag)[:1]:
        return frozenset()
    return frozenset(known + known.upper())


@cache
def script_named(letter: str) -> str:
    """`CYRILLIC`, `HIRAGANA`: the first word of a letter's name."""
    return unicodedata.name(letter, "").partition(" ")[0]


@cache
def names_of(tag: str) -> frozenset[str]:
    """Every first word that a letter of this language may have; empty when we cannot say."""
    scripts = scripts_of(tag)
    if not scripts or not all(script in NAMES for script in scripts):
        return frozenset()
    return frozenset(name for script in scripts for name in NAMES[script].split())
