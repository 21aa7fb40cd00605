"""What a number has changed, in sentences: for its pages and for its feed."""

from festival.language import evening, hour, listed, t, text_in
from screenings.changed_numbers import ChangedNumber
from screenings.changelog import KINDS, ProgrammeNews, Spot


def place_of(spot: Spot | None, lang: str) -> str:
    """`ven. 26 nov., 18:00, Lumière`; nothing where it has no place."""
    if spot is None:
        return ""
    return f"{evening(lang, spot.starts_at, style='short')}, {hour(spot.starts_at)}, {spot.room}"


def parts_in(lang: str, news: ProgrammeNews) -> str:
    """`titre et invités`: what is said otherwise."""
    return listed(lang, (t(lang, f"changes.part.{part}") for part in news.parts))


def title_in(lang: str, news: ProgrammeNews) -> str:
    return text_in(lang, news.titles) or t(lang, "changes.unnamed")


def sentence(lang: str, news: ProgrammeNews) -> str:
    """`Périhélie : ven. 26 nov., 18:00, Lumière devient sam. 27 nov., 14:00, Debussy.`"""
    return t(
        lang,
        f"changes.line.{news.kind}",
        title=title_in(lang, news),
        was=place_of(news.before, lang),
        now=place_of(news.after, lang),
        parts=parts_in(lang, news),
    )


def groups_in(lang: str, one: ChangedNumber) -> list[tuple[str, list[tuple[str, str]]]]:
    """By kind, each screening with its programme. The first number only says how many there are."""
    if one.number == 1:
        return []
    told = [news for news in one.news if news.kind != "changed" or news.parts]
    return [
        (kind, [(news.programme, sentence(lang, news)) for news in told if news.kind == kind])
        for kind in KINDS
        if any(news.kind == kind for news in told)
    ]


def lead_in(lang: str, one: ChangedNumber) -> str:
    """What stands above its lists."""
    if one.number == 1:
        return t(lang, "changes.first", n=one.screenings)
    return "" if groups_in(lang, one) else t(lang, "changes.nothing")


def back_in(lang: str, one: ChangedNumber) -> str:
    """Of a number that takes another back."""
    return t(lang, "changes.takes_back", n=one.takes_back) if one.takes_back else ""
