"""A section's form: what operators type into a `SectionForm` and back again, and its rules in words."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from api.forms import faults
from api.pages._entry import in_words
from festival import codes
from festival.errors import Refused
from festival.language import country, length_typed, t, tongue
from festival.tables import Section
from festival.texts import fields_of, flat, gathered, texts_of
from submissions.eligibility import (
    BY_NAME,
    RULES,
    EntryRule,
    RuleSetting,
    RuleWeight,
    SectionRules,
    SectionTerms,
    field_of,
    is_asked,
    setting_of,
)
from submissions.entry import seconds_of
from submissions.sections import SectionForm

LENGTHS = ("least_seconds", "most_seconds")
NAMED = {
    "countries": (country, codes.country_code),
    "languages": (tongue, codes.language_code),
}
NEW = {"hue": "265", "is_open": "yes", "weight_length": RuleWeight.REFUSED.value}
"""What stands in the form of a section that is none yet."""


def weight_of(rule: str) -> str:
    """How the form calls what a rule does."""
    return f"weight_{rule}"


def names_of_fields() -> tuple[str, ...]:
    """Every field of the form."""
    return (
        "letter",
        *fields_of("names"),
        *fields_of("texts"),
        "hue",
        *LENGTHS,
        "is_blind",
        "is_open",
        *(weight_of(rule.name) for rule in RULES),
        *(field_of(rule.name) for rule in RULES if rule.kind),
    )


def typed(section: Section, lang: str) -> dict[str, str]:
    """The form as its row has it."""
    rules = msgspec.convert(section.rules, SectionRules)
    terms = SectionTerms(
        letter=section.letter,
        least_seconds=section.least_seconds,
        most_seconds=section.most_seconds,
        rules=rules,
    )
    fields = {
        "letter": section.letter,
        **flat("names", texts_of(section.names)),
        **flat("texts", texts_of(section.texts)),
        "hue": str(section.hue),
        "least_seconds": length_typed(lang, section.least_seconds) if section.least_seconds else "",
        "most_seconds": length_typed(lang, section.most_seconds),
        "is_blind": "yes" if section.is_blind else "",
        "is_open": "yes" if section.is_open else "",
    }
    for rule in RULES:
        setting = setting_of(rule, terms)
        fields[weight_of(rule.name)] = setting.weight.value
        if rule.kind:
            fields[field_of(rule.name)] = value_typed(rule, setting, lang)
    return fields


def value_typed(rule: EntryRule, setting: RuleSetting, lang: str) -> str:
    if isinstance(setting.value, list):
        called, code_of = NAMED.get(rule.kind, NAMED["countries"])
        return in_words(setting.value, lang, called, code_of)
    return str(setting.value or "")


def kept(form: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, to be shown again whatever it is."""
    return {name: str(form.get(name, "")).replace("\r\n", "\n") for name in names_of_fields()}


def section_from(fields: Mapping[str, str]) -> SectionForm:
    """The section; `Refused` with every field that cannot be read."""
    wrong: list[str] = []
    given: dict[str, Any] = {
        name: text.strip()
        for name, text in fields.items()
        if name in {"letter", "hue", *fields_of("names"), *fields_of("texts")} and text.strip()
    }
    given["letter"] = given.get("letter", "").upper()
    for name in LENGTHS:
        if text := fields.get(name, "").strip():
            try:
                given[name] = seconds_of(text)
            except ValueError:
                wrong.append(f"{name}:runtime_unreadable")
    given |= {name: bool(fields.get(name)) for name in ("is_blind", "is_open")}
    given["rules"] = {}
    for rule in RULES:
        with suppress(KeyError):
            given["rules"][rule.name] = setting_from(rule, fields, wrong)
    shaped = gathered(given, ("names", "texts"))
    wrong += faults(SectionForm, shaped, strict=False)
    if wrong:
        raise Refused(*dict.fromkeys(wrong))
    return msgspec.convert(shaped, SectionForm, strict=False)


def setting_from(rule: EntryRule, fields: Mapping[str, str], wrong: list[str]) -> dict[str, Any]:
    """What the form says of one rule; KeyError where it says nothing of it."""
    weight = fields[weight_of(rule.name)] or RuleWeight.OFF.value
    text = fields.get(field_of(rule.name), "").strip()
    value: object = None
    if text and rule.kind == "number":
        value = int(text) if text.isdecimal() and len(text) < 5 else None
        if value is None:
            wrong.append(f"{field_of(rule.name)}:number_unreadable")
    elif text and rule.kind in NAMED:
        value = codes.split(text, NAMED[rule.kind][1])
    elif text:
        value = text
    return {"weight": weight, "value": value}


def asked_in(lang: str, terms: SectionTerms) -> list[str]:
    """What the section asks of its films, each rule in a sentence."""
    return [
        rule_in_words(lang, rule, setting, terms)
        for rule in RULES
        if is_asked(rule, setting := setting_of(rule, terms))
    ]


def rule_in_words(lang: str, rule: EntryRule, setting: RuleSetting, terms: SectionTerms) -> str:
    key = f"eligibility.{rule.name}.asks"
    if rule.name == "length" and not terms.least_seconds:
        key = "eligibility.length.asks.most"
    words = t(lang, key, **rule.told(setting.value, terms))
    return (
        words if setting.weight is RuleWeight.REFUSED else t(lang, "eligibility.wished", rule=words)
    )


def rules_told(lang: str, rules: Any) -> Any:
    """The rules of a section as they stood in its row, each with what it does and its value; what is none
    stays as it is.
    """
    if not (isinstance(rules, dict) and rules and rules.keys() <= BY_NAME.keys()):
        return rules
    return [
        " ".join(
            part
            for part in (
                f"{t(lang, f'eligibility.{name}')}:",
                t(lang, f"sections.weight.{one.weight}").lower(),
                t(lang, f"filmmaker.premiere.{one.value}")
                if BY_NAME[name].kind == "tier" and one.value
                else value_typed(BY_NAME[name], one, lang),
            )
            if part
        )
        for name, one in msgspec.convert(rules, SectionRules).items()
    ]


def told_of_finding(lang: str, rule: str, values: Mapping[str, Any]) -> str:
    """What is said of a film that breaks a rule."""
    return t(lang, f"error.{BY_NAME[rule].code}", **values)
