"""Countries and languages as codes, whatever words people use for them. Pure.

Countries are ISO 3166-1 letters (four letters of ISO 3166-3 for those that are no more), languages are
BCP 47 tags. Names come from CLDR, in French and English; nothing is resolved that could be two.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import langcodes
from babel import Locale

from festival.language import country, spoken, tongue

NONE = "zxx"
"""*No linguistic content*: a film without dialogue, a picture without subtitles."""

NO_COUNTRY = frozenset({"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"})
FORMER = ("SUHH", "YUCS", "CSHH", "CSXX", "DDDE")
COUNTRY_ALIASES = {
    "GB": "uk, u k, great britain, britain, grande bretagne, england, angleterre, scotland, ecosse,"
          " wales, pays de galles, northern ireland, irlande du nord, united kingdom of great britain"
          " and northern ireland",
    "US": "usa, u s a, us, u s, united states of america, america, amerique, etats unis d amerique,"
          " e u, etats unis, ee uu",
    "KR": "republic of korea, korea republic of, korea south, south korea, coree du sud,"
          " republique de coree, coree republique de",
    "KP": "democratic people s republic of korea, korea democratic people s republic of, korea north,"
          " dprk, coree du nord, rpdc",
    "CZ": "czech republic, republique tcheque, czechia, tchequie",
    "RU": "russian federation, federation de russie, russia, russie",
    "HK": "hong kong, hongkong, hong kong sar, hong kong sar china, r a s chinoise de hong kong",
    "MO": "macao, macau, macao sar china, r a s chinoise de macao",
    "TW": "taiwan, republic of china, taiwan province of china, chinese taipei, formose",
    "CN": "people s republic of china, prc, pr china, chine populaire, china mainland",
    "CD": "democratic republic of the congo, congo democratic republic of the, dr congo, drc, rdc,"
          " republique democratique du congo, congo kinshasa, zaire",
    "CG": "republic of the congo, congo republic of the, republique du congo, congo brazzaville",
    "PS": "palestine, state of palestine, palestinian territory, occupied palestinian territory,"
          " palestinian territories, etat de palestine, territoires palestiniens occupes",
    "IR": "islamic republic of iran, iran islamic republic of", "SY": "syrian arab republic",
    "VN": "viet nam, vietnam", "LA": "lao people s democratic republic, lao",
    "MD": "republic of moldova, moldova republic of, moldavie",
    "MK": "macedonia, macedoine, fyrom, former yugoslav republic of macedonia",
    "MM": "burma, birmanie, myanmar, myanmar burma, myanmar birmanie",
    "TR": "turkey, turquie, turkiye", "SZ": "swaziland",
    "CI": "ivory coast, cote d ivoire", "CV": "cape verde, cap vert", "TL": "east timor",
    "NL": "holland, hollande, the netherlands", "BA": "bosnia, bosnie, bosnia and herzegovina",
    "TZ": "united republic of tanzania, tanzania united republic of",
    "BO": "plurinational state of bolivia, bolivia plurinational state of",
    "VE": "bolivarian republic of venezuela, venezuela bolivarian republic of",
    "BN": "brunei darussalam", "VA": "holy see, vatican, saint siege", "BY": "bielorussie",
    "AE": "uae, u a e, emirats arabes unis", "SA": "ksa", "FM": "federated states of micronesia",
    "DE": "federal republic of germany, west germany, allemagne de l ouest, rfa, brd",
    "SUHH": "ussr, u s s r, urss, soviet union, union sovietique", "YUCS": "yugoslavia, yougoslavie",
    "CSHH": "czechoslovakia, tchecoslovaquie", "CSXX": "serbia and montenegro, serbie et montenegro",
    "DDDE": "east germany, gdr, rda, ddr, german democratic republic, allemagne de l est",
}  # fmt: skip
AMBIGUOUS = {
    "korea": ("KR", "KP"), "coree": ("KR", "KP"), "congo": ("CD", "CG"),
    "virgin islands": ("VI", "VG"), "iles vierges": ("VI", "VG"),
}  # fmt: skip
LANGUAGE_ALIASES = {
    NONE: "no dialogue, no dialog, without dialogue, sans parole, sans paroles, sans dialogue,"
          " sans dialogues, silent, muet, none, aucune, aucun, no subtitles, sans sous titres",
    "zh": "mandarin, mandarin chinese, chinois mandarin", "yue": "cantonese, cantonais",
    "fa": "farsi, persan, persian", "es": "castilian, castillan", "nl": "flemish, flamand",
    "el": "greek, grec", "uk": "ukrainian", "pa": "punjabi, panjabi", "ro": "moldovan, moldave",
    "fil": "tagalog", "gd": "scots gaelic", "no": "norwegian, norvegien", "bn": "bangla, bengali",
    "pt-BR": "brazilian portuguese, portugais bresilien, portugais du bresil",
    "fr-CA": "quebecois, francais quebecois", "de-CH": "swiss german, suisse allemand",
}  # fmt: skip
_tag = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


class Unknown(Exception):
    """A word that is no code and no name; `nearest` are codes that may be meant."""

    def __init__(self, word: str, nearest: Iterable[str]) -> None:
        super().__init__(word)
        self.word, self.nearest = word, tuple(nearest)


def bare(word: str) -> str:
    """Without case, accents, points, articles, and with one word for *and*."""
    letters = unicodedata.normalize("NFKD", word.casefold().replace("&", " and "))
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    words = ["saint" if part == "st" else part for part in kept.split()]
    while len(words) > 1 and words[0] in {"the", "la", "le", "les", "l"}:
        words = words[1:]
    return " ".join(words)


@cache
def countries() -> tuple[str, ...]:
    """Every code that may be chosen."""
    known = (str(code) for code in Locale("en").territories)
    real = (code for code in known if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRY)
    return (*real, *FORMER)


@cache
def languages() -> tuple[str, ...]:
    """Every language that has a name, and `zxx`; regional ones as CLDR names them."""
    spelled = (code.replace("_", "-") for code in map(str, Locale("en").languages))
    return tuple(code for code in spelled if code not in {"und", "mul", "root"})


@cache
def country_names(told_in: tuple[str, ...]) -> dict[str, str]:
    return names_of(countries(), country, COUNTRY_ALIASES, told_in)


@cache
def language_names(told_in: tuple[str, ...]) -> dict[str, str]:
    return names_of(languages(), tongue, LANGUAGE_ALIASES, told_in)


def names_of(
    codes: Iterable[str],
    called: Callable[[str, str], str],
    aliases: dict[str, str],
    told_in: tuple[str, ...],
) -> dict[str, str]:
    """Bare name → code; an alias beats a name."""
    codes_by_name: dict[str, str] = {}
    for lang in told_in:
        for code in codes:
            codes_by_name.setdefault(bare(called(lang, code)), code)
    for code, words in aliases.items():
        codes_by_name |= {word.strip(): code for word in words.split(",")}
    return codes_by_name


def country_code(word: str) -> str:
    """`FR`, `France`, `Corée du Sud`, `Korea, Republic of`; `Unknown` for what could be two."""
    upper = word.strip().upper()
    if upper in countries():
        return upper
    return named(word, country_names(spoken()), AMBIGUOUS)


def language_code(word: str) -> str:
    """`fr`, `fr-CA`, `anglais`, `English`, `sans paroles`."""
    try:
        return named(word, language_names(spoken()), {})
    except Unknown as unknown:
        try:
            return language_tag(word)
        except ValueError:
            raise unknown from None


def named(word: str, names: dict[str, str], ambiguous: Mapping[str, tuple[str, ...]]) -> str:
    key = bare(word)
    if key in ambiguous:
        raise Unknown(word, ambiguous[key])
    if key in names:
        return names[key]
    near = difflib.get_close_matches(key, names, n=3, cutoff=0.72) if len(key) < 60 else []
    near += [name for name in names if len(key) > 2 and f" {key} " in f" {name} "][:3]
    raise Unknown(word, list(dict.fromkeys(names[name] for name in near))[:3])


def language_tag(text: str) -> str:
    """A BCP 47 tag as its standards spell it: `fr-CA`, `zh-Hant`, `es-419`. ValueError for others.

    No extension, nothing private, nothing but a language that has a name.
    """
    if not _tag.fullmatch(text.strip()):
        raise ValueError(text)
    tag = langcodes.standardize_tag(text.strip())
    parts = langcodes.Language.get(tag)
    base = parts.language or ""
    is_plain = not (parts.extensions or parts.private or parts.extlangs)
    if not (is_plain and langcodes.tag_is_valid(tag) and base in languages()):
        raise ValueError(text)
    return tag


def split(text: str, code_of: Callable[[str], str]) -> list[str]:
    """The words of a field, one name each: `;`, `/`, `|` and lines part them, commas where they can.

    `Germany, Korea, Republic of; USA` are three: of words between commas the longest name is taken.
    """
    names: list[str] = []
    for part in re.split(r"[;/|\n\r•]+", text):
        words = [word.strip() for word in part.split(",") if word.strip()]
        while words:
            size = next(
                (n for n in range(min(4, len(words)), 1, -1) if is_name(words[:n], code_of)), 1
            )
            names.append(", ".join(words[:size]))
            words = words[size:]
    return list(dict.fromkeys(names))


def is_name(words: list[str], code_of: Callable[[str], str]) -> bool:
    try:
        code_of(", ".join(words))
    except Unknown:
        return False
    return True
