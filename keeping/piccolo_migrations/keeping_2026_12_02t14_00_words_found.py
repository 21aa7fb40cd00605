"""An index of the words of each row of large tables, by which a name is found without reading them all"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An index of the words of each row, by which a name is found"

# The columns of each table where a name may stand, in the order of `keeping/held.py`; those of JSON have a star.
COLUMNS = {
    "attachment": "name",
    "conflict_of_interest": "links* note",
    "credit": "role name",
    "decision": "note",
    "delivery": "text",
    "entry_answer": "value*",
    "entry_tag": "name",
    "fee": "note",
    "film": "title titles* synopses* directors* director shown*",
    "fix_request": "why before* after*",
    "grid": "document*",
    "guest": "name qualities* said*",
    "invitation": "words",
    "invitation_list": "lines*",
    "meeting_line": "note",
    "note": "text",
    "office_note": "text",
    "recusal": "reason",
    "review": "opinion abstention",
    "review_version": "opinion",
    "submission": "unread*",
    "subtitle": "name text",
    "talk_remark": "text",
    "told_screening": "facts* before* words",
}
# Every sign that stands on a letter: what `unicodedata.combining` knows, in the plane of all living alphabets.
MARKS = (
    r"\u0300-\u034e\u0350-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7\u0610-\u061a"
    r"\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07eb-\u07f3"
    r"\u07fd\u0816-\u0819\u081b-\u0823\u0825-\u0827\u0829-\u082d\u0859-\u085b\u0898-\u089f\u08ca-\u08e1"
    r"\u08e3-\u08ff\u093c\u094d\u0951-\u0954\u09bc\u09cd\u09fe\u0a3c\u0a4d\u0abc\u0acd\u0b3c\u0b4d\u0bcd\u0c3c"
    r"\u0c4d\u0c55-\u0c56\u0cbc\u0ccd\u0d3b-\u0d3c\u0d4d\u0dca\u0e38-\u0e3a\u0e48-\u0e4b\u0eb8-\u0eba"
    r"\u0ec8-\u0ecb\u0f18-\u0f19\u0f35\u0f37\u0f39\u0f71-\u0f72\u0f74\u0f7a-\u0f7d\u0f80\u0f82-\u0f84"
    r"\u0f86-\u0f87\u0fc6\u1037\u1039-\u103a\u108d\u135d-\u135f\u1714-\u1715\u1734\u17d2\u17dd\u18a9"
    r"\u1939-\u193b\u1a17-\u1a18\u1a60\u1a75-\u1a7c\u1a7f\u1ab0-\u1abd\u1abf-\u1ace\u1b34\u1b44\u1b6b-\u1b73"
    r"\u1baa-\u1bab\u1be6\u1bf2-\u1bf3\u1c37\u1cd0-\u1cd2\u1cd4-\u1ce0\u1ce2-\u1ce8\u1ced\u1cf4\u1cf8-\u1cf9"
    r"\u1dc0-\u1dff\u20d0-\u20dc\u20e1\u20e5-\u20f0\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099-\u309a"
    r"\ua66f\ua674-\ua67d\ua69e-\ua69f\ua6f0-\ua6f1\ua806\ua82c\ua8c4\ua8e0-\ua8f1\ua92b-\ua92d\ua953\ua9b3"
    r"\ua9c0\uaab0\uaab2-\uaab4\uaab7-\uaab8\uaabe-\uaabf\uaac1\uaaf6\uabed\ufb1e\ufe20-\ufe2f"
)
# As `keeping/naming.py` folds: of capitals that become no other sign by `lower` the sharp s and the last sigma.
FOLDED = rf"""
CREATE OR REPLACE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$body$ SELECT replace(replace(lower(regexp_replace(normalize(words, NFKD), '[{MARKS}]', '', 'g')),
  U&'\00df', 'ss'), U&'\03c2', U&'\03c3') $body$
"""
BEFORE = r"""
CREATE OR REPLACE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$body$ SELECT lower(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')) $body$
"""
# What is no Latin letter and no digit stands between words. A run of 64 is cut: an index holds no longer ones. In
# PL/pgSQL, which is not put in its caller's place: what it costs stays known.
FUNCTIONS = (
    FOLDED,
    r"""
CREATE FUNCTION words_in(said text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $body$
BEGIN
  IF said !~ '[^ \[\]{}]' THEN RETURN ARRAY[]::text[]; END IF;
  RETURN array_remove(string_to_array(
    regexp_replace(regexp_replace(public.folded(said), '[^a-z0-9]+', ' ', 'g'), '[a-z0-9]{64}', '\& ', 'g'), ' '), '');
END $body$
""",
    r"""
CREATE FUNCTION unescaped(said jsonb) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$body$ SELECT regexp_replace(said::text, '\\(u[0-9a-f]{4}|.)', ' ', 'g') $body$
""",
)


def index(table: str, columns: str) -> str:
    texts = [
        f"coalesce(unescaped({one[:-1]}), '')" if one.endswith("*") else f"coalesce({one}, '')"
        for one in columns.split()
    ]
    said = " || ' ' || ".join(texts)
    return f"CREATE INDEX {table}_words ON {table} USING gin (words_in({said}))"


FORWARDS = ";;".join([*FUNCTIONS, *(index(*one) for one in COLUMNS.items())])
BACKWARDS = ";;".join([
    *(f"DROP INDEX {table}_words" for table in COLUMNS),
    "DROP FUNCTION words_in(text)", "DROP FUNCTION unescaped(jsonb)", BEFORE,
])  # fmt: skip


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="keeping", forwards=FORWARDS, backwards=BACKWARDS)
