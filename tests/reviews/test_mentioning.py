"""Whoever is called by name is found, and nobody else."""

import pytest

from reviews.mentioning import mentioned

NAMES = {"a": "Ada Lovelace", "b": "Ada Morel", "c": "Éloïse", "d": "Jean Rouch", "e": "Jean-Luc"}


@pytest.mark.unit
@pytest.mark.parametrize(("text", "called"), [
    ("@Ada Morel, revoyez la fin", {"b"}),
    ("@ada lovelace et @ELOISE", {"a", "c"}),
    ("@Ada seule peut être deux", set()),
    ("@Jean : oui", {"d"}),
    ("@Jean-Luc : oui", {"e"}),
    ("@Jeanne n’est personne", set()),
    ("écrire à jean@rouch.fr", set()),
    ("@", set()),
    ("@Zoé", set()),
])  # fmt: skip
def test_who_is_called(text: str, called: set[str]) -> None:
    assert mentioned(text, NAMES) == called
