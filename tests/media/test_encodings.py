"""How a text was saved is found from its bytes and from the language that its bringer named."""

import pytest

from media import encodings

pytestmark = pytest.mark.unit

SAID = {
    "ru": "Здравствуйте, космос. Мы летим домой.", "uk": "Ґанок, їжак і єнот.",
    "sr": "Здраво, свемире. Ђура и љиљан.", "sr-Latn": "Zdravo, svemire. Žena ćuti, đak čeka.",
    "pl": "Cześć, kosmosie! Żółw śpi, lecimy.", "cs": "Ahoj, vesmíre! Žluťoučký kůň úpěl.",
    "hu": "Jó napot, világűr! Hazafelé tartunk, őszintén.", "ro": "Bună ziua, spaţiu! Ştiu.",
    "el": "Γειά σου, διάστημα. Πάμε σπίτι.", "tr": "Merhaba uzay! Eve gidiyoruz, şimdi ığdır.",
    "he": "שלום, חלל. אנחנו חוזרים הביתה.", "ar": "مرحبا أيها الفضاء. نحن عائدون إلى البيت.",
    "fa": "سلام فضا. ما به خانه می‌رویم. گچ پژ", "th": "สวัสดีอวกาศ เรากำลังกลับบ้าน",
    "ja": "こんにちは、宇宙。私たちは家に帰ります。", "zh": "你好，太空。我们要回家了。",
    "zh-Hant": "你好，太空。我們要回家了。", "yue": "你好，太空。我哋要返屋企喇。",
    "ko": "안녕하세요, 우주. 우리는 집으로 돌아갑니다.", "fr": "Le cœur de l'été à Noël, où es-tu ?",
    "es": "¡Adiós, corazón! Mañana en la canción.", "de": "Grüß Gott, schöne Welt. Öl.",
    "pt-BR": "Não, é São João. Coração, às três.", "sv": "Hej rymden! Vi åker hem på ön.",
    "lt": "Labas, kosmose! Skrendame namo, žąsis čiurlena.",
}  # fmt: skip
SAVED = {
    "ru": "cp1251 koi8_r iso8859_5 mac_cyrillic cp866", "uk": "cp1251 koi8_u", "sr": "cp1251",
    "sr-Latn": "cp1250 iso8859_2", "pl": "cp1250 iso8859_2 cp852", "cs": "cp1250 iso8859_2",
    "hu": "cp1250 iso8859_2", "ro": "cp1250 iso8859_2", "el": "cp1253 iso8859_7",
    "tr": "cp1254 iso8859_9", "he": "cp1255 iso8859_8", "ar": "cp1256 iso8859_6",
    "th": "cp874", "ja": "shift_jis euc_jp iso2022_jp", "zh": "gbk gb18030", "zh-Hant": "big5 gbk",
    "yue": "big5hkscs gb18030", "ko": "cp949 euc_kr", "fr": "cp1252 iso8859_15 mac_roman",
    "es": "cp1252 mac_roman", "de": "cp1252 mac_roman cp850", "pt-BR": "cp1252 mac_roman",
    "sv": "cp1252 mac_roman", "lt": "cp1257 iso8859_13",
}  # fmt: skip
PAIRS = [(tag, name) for tag, names in SAVED.items() for name in names.split()]


def line(tag: str) -> str:
    return f"1\r\n00:00:01,000 --> 00:00:03,000\r\n{SAID[tag]}\r\n"


@pytest.mark.parametrize(("tag", "name"), PAIRS)
def test_a_legacy_encoding_is_found_with_the_language(tag: str, name: str) -> None:
    found = encodings.read(line(tag).encode(name), language=tag)

    assert found.text == line(tag)
    assert not found.is_sure
    assert not encodings.is_unlike(found.text, tag)


@pytest.mark.parametrize("tag", SAID)
@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_proves_itself_whatever_language_is_named(tag: str, name: str) -> None:
    found = encodings.read(line(tag).encode(name), language="fr")

    assert (found.text, found.is_sure) == (line(tag), True)


@pytest.mark.parametrize("letter", ["漢", "♪", "🚀", "ệ"])
@pytest.mark.parametrize("tag", ["fr", "pl", "ru", "he", "ja", "zh", "ko"])
def test_one_letter_of_three_bytes_in_a_plain_text_is_no_accident(tag: str, letter: str) -> None:
    assert encodings.read(f"Hello {letter} there".encode(), language=tag).text == f"Hello {letter} there"


@pytest.mark.parametrize("tag", SAID)
def test_one_bad_byte_costs_a_unicode_file_one_letter(tag: str) -> None:
    found = encodings.read(line(tag).encode() + b"caf\xe9\n", language=tag)

    assert found.text == line(tag) + "caf\ufffd\n"
    assert (found.encoding, found.is_sure) == ("utf-8", False)


@pytest.mark.parametrize(("tag", "named"), [
    ("ru", "fr"), ("el", "de"), ("he", "en"), ("ja", "fr"), ("ko", "it"), ("zh", "es"), ("ar", "pl"),
    ("fr", "ru"), ("pl", "ja"), ("de", "el"), ("tr", "he"), ("ja", "ko"), ("ru", "zh"),
])  # fmt: skip
def test_another_script_is_not_the_language_that_was_named(tag: str, named: str) -> None:
    assert encodings.is_unlike(SAID[tag] * 2, named)


@pytest.mark.parametrize(("tag", "name"), [("ru", "cp1251"), ("el", "cp1253"), ("he", "cp1255"), ("ru", "koi8_r")])
def test_what_was_ruined_before_is_not_the_language(tag: str, name: str) -> None:
    gibberish = SAID[tag].encode(name).decode("cp1252", "replace")

    assert encodings.is_unlike(gibberish, tag)
    assert encodings.is_unlike(gibberish, "fr")


def test_accents_read_twice_are_not_french() -> None:
    twice = (SAID["fr"] * 3).encode().decode("cp1252", "replace")

    assert encodings.is_unlike(twice, "fr")


def test_plain_english_is_no_russian_but_two_cries_prove_nothing() -> None:
    """Letters of ASCII are never strange: their script alone speaks."""
    assert encodings.is_unlike("Houston, we are flying home.", "ru")
    assert not encodings.is_unlike("Oh! Houston?", "ru")


@pytest.mark.parametrize("tag", SAID)
def test_a_few_foreign_names_are_no_fault(tag: str) -> None:
    text = SAID[tag] * 4 + " Dvořák, Łódź, Óscar, NASA"

    assert not encodings.is_unlike(text, tag)


def test_a_huge_word_is_judged_by_its_beginning() -> None:
    assert encodings.read(b"\xe9" * 8_000_000, language="fr").encoding == "cp1252"


@pytest.mark.parametrize("raw", [b"\0" * 100, b"abc\0d", b"a\0" * 50 + b"\0a" * 50])
def test_noughts_without_order_are_no_text(raw: bytes) -> None:
    with pytest.raises(encodings.NoText):
        encodings.read(raw, language="fr")


@pytest.mark.parametrize(("name", "told"), [
    ("cp1251", "Windows-1251"), ("iso8859_15", "ISO-8859-15"), ("koi8_r", "KOI8-R"),
    ("cp866", "IBM866"), ("utf-16-le", "UTF-16-LE"), ("cp932", "Shift-JIS"),
])  # fmt: skip
def test_an_encoding_is_named_as_people_know_it(name: str, told: str) -> None:
    assert encodings.spelled(name) == told
