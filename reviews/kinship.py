"""Who may be too close to which film, and why: told by names, companies, schools and addresses. Pure.

Accents, case and the order of names do not count, and a slip of the pen is forgiven. Nothing here is a proof: it is
proposed, and somebody says yes or no.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import msgspec
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

SAME_NAME = 86.0  # out of 100, before their words are compared one by one
SAME_HOUSE = 91.0
LEAST_SIGNS = 4
MOST_WORDS = 6  # of a house's name

GENERIC_WORDS = """
    and co company compagnie de des du et film films filmproduktion gmbh group groupe inc la le les limited llc
    ltd media of picture pictures prod production productions sa sarl sas srl studio studios the und
"""
GENERIC = frozenset(GENERIC_WORDS.split())
"""Words that say nothing of which house it is."""

EVERYBODYS = """
    126.com 163.com aim.com alice.it aol.com aol.fr arcor.de bbox.fr bigpond.com bluewin.ch bol.com.br
    btinternet.com cegetel.net comcast.net email.com example.org fastmail.com free.fr freenet.de freemail.hu
    gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net googlemail.com hey.com home.nl hotmail.ca hotmail.co.uk
    hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.ru interia.pl
    laposte.net libero.it list.ru live.be live.ca live.co.uk live.com live.fr live.it live.nl mac.com mail.com
    mail.ru mailbox.org mailo.com me.com msn.com naver.com neuf.fr noos.fr numericable.fr o2.pl orange.fr
    outlook.com outlook.de outlook.es outlook.fr outlook.it pm.me posteo.de proton.me protonmail.ch protonmail.com
    qq.com rambler.ru rediffmail.com riseup.net rocketmail.com sapo.pt sbcglobal.net seznam.cz sfr.fr sina.com
    skynet.be sky.com sympatico.ca t-online.de talktalk.net telefonica.net telenet.be tiscali.it tutanota.com
    tuta.io uol.com.br verizon.net virgilio.it voila.fr wanadoo.fr web.de wp.pl ya.ru yahoo.ca yahoo.co.in
    yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru
    ymail.com zoho.com
"""
PUBLIC_MAIL = frozenset(EVERYBODYS.split())
"""Where everybody has an address: the same one there says nothing."""


class LinkKind(StrEnum):
    """Why somebody may be too close."""

    NAME = "name"
    CREW = "crew"
    HOUSE = "house"
    DOMAIN = "domain"


class KinLink(msgspec.Struct, frozen=True, order=True):
    """One reason: what of the member is like what of the film."""

    kind: LinkKind
    mine: str
    theirs: str


class FilmKin(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of those who made a film: `names` are people, `houses` companies, schools and what else was
    told of its makers, `addresses` are e-mail addresses.
    """

    id: str
    names: tuple[str, ...] = ()
    houses: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class MemberKin(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the committee: `houses` are where they belong, `crew` who made films with them."""

    id: str
    name: str = ""
    address: str = ""
    houses: tuple[str, ...] = ()
    crew: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Without accents, case and signs; words parted by one blank."""
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    ).casefold()
    for sign, letters in (("ø", "o"), ("ł", "l"), ("đ", "d"), ("æ", "ae"), ("œ", "oe"), ("ı", "i")):
        bare = bare.replace(sign, letters)
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare).split())


def plain_house(text: str) -> str:
    """The words that tell one house from another."""
    return " ".join(word for word in plain(text).split() if word not in GENERIC)


def domain_of(address: str) -> str:
    """Where an address lives; nothing where everybody could live."""
    domain = address.rpartition("@")[2].casefold().strip(".")
    return "" if domain in PUBLIC_MAIL or "." not in domain else domain


def is_same_domain(one: str, other: str) -> bool:
    """`post.femis.fr` is `femis.fr`."""
    return bool(one and other) and (
        one == other or one.endswith("." + other) or other.endswith("." + one)
    )


KinPairs = dict[tuple[str, str], list[KinLink]]
Words = list[tuple[str, str, str]]
"""Each with whose it is, as it was written, and as it is compared."""


def kinship(films: Sequence[FilmKin], members: Sequence[MemberKin]) -> KinPairs:
    """(film, member) → why they may be too close; no pair without a reason."""
    found: defaultdict[tuple[str, str], set[KinLink]] = defaultdict(set)
    names = words_of(((film.id, film.names) for film in films), plain, is_full_name)
    houses = words_of(((film.id, film.houses) for film in films), plain_house, is_long)
    own = words_of(((one.id, (one.name,)) for one in members), plain, is_full_name)
    crew = words_of(((one.id, one.crew) for one in members), plain, is_full_name)
    own_names = {(whose, word) for whose, _, word in own}
    crew = [one for one in crew if (one[0], one[2]) not in own_names]
    belongs = words_of(((one.id, one.houses) for one in members), plain_house, is_long)
    for kind, theirs, mine, is_same, least in (
        (LinkKind.NAME, names, own, is_same_name, SAME_NAME),
        (LinkKind.CREW, names, crew, is_same_name, SAME_NAME),
        (LinkKind.HOUSE, houses + names_as_houses(films), belongs, is_same_house, SAME_HOUSE),
    ):
        for film, member, link in alike(kind, theirs, mine, is_same, least):
            found[film, member].add(link)
    for film, member, link in neighbours(films, members):
        found[film, member].add(link)
    return {pair: sorted(links) for pair, links in found.items()}


def words_of(
    given: Iterable[tuple[str, Iterable[str]]],
    compared: Callable[[str], str],
    fits: Callable[[str], bool],
) -> Words:
    return [
        (whose, text, word)
        for whose, texts in given
        for text in dict.fromkeys(texts)
        if fits(word := compared(text))
    ]


def is_full_name(word: str) -> bool:
    """A single name is anybody's."""
    return " " in word and len(word) >= LEAST_SIGNS


def is_long(word: str) -> bool:
    return len(word) >= LEAST_SIGNS


def names_as_houses(films: Sequence[FilmKin]) -> Words:
    """Companies are credited among people, too."""
    return words_of(((film.id, film.names) for film in films), plain_house, is_long)


def is_same_name(one: str, other: str) -> bool:
    """Word by word, one slip of the pen in each longer one; initials do not count. `Martin` is not `Martinez`."""
    mine, theirs = (sorted(word for word in name.split() if len(word) > 1) for name in (one, other))
    return len(mine) == len(theirs) and all(
        Levenshtein.distance(a, b, score_cutoff=1) <= (len(a) >= LEAST_SIGNS + 1)
        for a, b in zip(mine, theirs, strict=True)
    )


def is_same_house(one: str, other: str) -> bool:
    """A slip of the pen, but not another word: as many words, of which the first letters agree."""
    mine, theirs = one.split(), other.split()
    return len(mine) == len(theirs) and {a[0] for a in mine} == {a[0] for a in theirs}


def phrases(text: str) -> set[str]:
    """Every run of whole words in it that is long enough to mean somebody."""
    words = text.split()
    return {
        phrase
        for first in range(len(words))
        for last in range(first + 1, min(len(words), first + MOST_WORDS) + 1)
        if is_long(phrase := " ".join(words[first:last]))
    }


def within(own_words: Iterable[str], film_words: Iterable[str]) -> Iterable[tuple[str, str]]:
    """A house that is named in a longer text, on either side: both as they are compared."""
    mine, theirs = set(own_words), set(film_words)
    for word in theirs:
        for phrase in phrases(word) & mine:
            yield phrase, word
    for word in mine:
        for phrase in phrases(word) & theirs:
            yield word, phrase


def alike(
    kind: LinkKind, theirs: Words, mine: Words, is_same: Callable[[str, str], bool], least: float
) -> Iterable[tuple[str, str, KinLink]]:
    """Words of films that are like words of members. Equal words are compared once."""
    film_words = sorted({word for _, _, word in theirs})
    own_words = sorted({word for _, _, word in mine})
    matches: defaultdict[str, set[str]] = defaultdict(set)
    for word in own_words:
        for other, _, _ in process.extract(
            word, film_words, scorer=fuzz.token_sort_ratio, score_cutoff=least, limit=None
        ):
            if is_same(word, other):
                matches[word].add(other)
    if kind is LinkKind.HOUSE:
        for word, other in within(own_words, film_words):
            matches[word].add(other)
    by_word: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for film, text, word in theirs:
        by_word[word].append((film, text))
    for member, text, word in mine:
        for other in matches[word]:
            for film, theirs_text in by_word[other]:
                yield film, member, KinLink(kind, text, theirs_text)


def neighbours(
    films: Sequence[FilmKin], members: Sequence[MemberKin]
) -> Iterable[tuple[str, str, KinLink]]:
    """Makers and members with addresses in one house."""
    at: defaultdict[str, list[str]] = defaultdict(list)
    for film in films:
        for domain in {domain_of(address) for address in film.addresses} - {""}:
            at[domain].append(film.id)
    for member in members:
        own = domain_of(member.address)
        for domain, there in at.items():
            if is_same_domain(own, domain):
                for film_id in there:
                    yield film_id, member.id, KinLink(LinkKind.DOMAIN, own, domain)
