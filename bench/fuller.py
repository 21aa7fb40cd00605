"""What else lies in a large edition: makers and their letters, questions, money, materials, talk, minutes, and a
programme that is out. Rows are written by SQL, the publication by the house's own act.
"""

import asyncpg
import httpx

from bench.load import filled

MAKERS = """
INSERT INTO person (id, email, email_key, name)
  SELECT '{x}k' || n, '{x}k' || n || '@example.org', '{x}k' || n || '@example.org', 'Cinéaste ' || n
  FROM generate_series(1, {films}) n;
INSERT INTO role (id, person, edition, part, sections)
  SELECT '{x}kr' || n, '{x}k' || n, '{x}load', 'filmmaker', '[]' FROM generate_series(1, {films}) n;
INSERT INTO member (id, submission, person)
  SELECT '{x}kb' || n, '{x}s' || n, CASE n WHEN 7 THEN '{x}m1' ELSE '{x}k' || n END FROM generate_series(1, {films}) n;
INSERT INTO invitation (id, person, edition, by, parts, link)
  SELECT '{x}iv' || n, '{x}k' || n, '{x}load', '{x}oper', '["filmmaker"]', '{x}iv' || n
  FROM generate_series(1, {films}) n;
INSERT INTO invitation_list (id, edition, by, lines, outcomes, done, ended_at)
  SELECT '{x}il', '{x}load', '{x}oper', jsonb_agg(jsonb_build_object('row', n, 'email', '{x}k' || n || '@example.org',
    'name', 'Cinéaste ' || n, 'parts', '["filmmaker"]'::jsonb)), jsonb_agg('held'::text), count(*), now()
  FROM generate_series(1, 300) n;
INSERT INTO session (id, person, content, expires_at)
  SELECT '{x}se' || n, '{x}k' || n, '{}', now() + interval '1 day' FROM generate_series(1, {films}) n;
INSERT INTO letter (id, person, edition, kind, occasion, about, subject, body, created_at, sent_at, sent_to)
  SELECT '{x}l' || n, '{x}k' || 1 + n % {films}, '{x}load',
    (ARRAY['submitted', 'copy_ready', 'accepted', 'scheduled', 'office_letter', 'fix_asked'])[1 + n % 6],
    '{x}letter:' || n, '{x}s' || 1 + n % {films}, 'Votre film', repeat('Nous vous écrivons de loin. ', 40),
    now() - n * interval '1 minute', CASE WHEN n % 50 > 0 THEN now() END, '{x}k' || 1 + n % {films} || '@example.org'
  FROM generate_series(1, {films} * 6) n;
INSERT INTO outbox (id, task, queue, args, edition, taken_at, done_at)
  SELECT '{x}o' || n, 'send_letter', 'mail', jsonb_build_object('letter', '{x}l' || n), '{x}load',
    now() - n * interval '1 minute', CASE WHEN n % 50 > 0 THEN now() - n * interval '1 minute' END
  FROM generate_series(1, {films} * 6) n;
INSERT INTO outbox (id, task, queue, args, edition, weight, taken_at, done_at)
  SELECT '{x}b' || n, 'inspect_film', 'heavy', jsonb_build_object('file', '{x}v' || n), '{x}load', 60,
    now() - (n + 2) * interval '1 minute', CASE WHEN n > 20 THEN now() - n * interval '1 minute' END
  FROM generate_series(1, {films}) n;
INSERT INTO consent (id, person, edition, kind, about, words, digest)
  SELECT '{x}co' || n, '{x}k' || n, '{x}load', 'rules', '{x}s' || n, 'Je suis d’accord.', '{x}co' || n
  FROM generate_series(1, {films}) n;
UPDATE film SET directors = jsonb_build_array('Cinéaste ' || substring(id FROM '[0-9]+$'))
  WHERE id IN (SELECT film FROM submission WHERE edition = '{x}load');
INSERT INTO credit (id, film, role, name, position)
  SELECT '{x}cr' || n, '{x}f' || 1 + n % {films}, (ARRAY['producer', 'image', 'sound'])[1 + n / {films}],
    'Équipe ' || n, n / {films}
  FROM generate_series(0, {films} * 3 - 1) n;
"""
OFFICE = """
UPDATE submission SET filed_at = now() - interval '20 days' WHERE edition = '{x}load' AND status <> 'draft';
UPDATE film_file SET received_at = now() - interval '20 days', judged_at = now() - interval '20 days',
  ready_at = now() - interval '19 days', released_at = now() - interval '19 days', policy = 'demo', likened_at = now(),
  verdict = jsonb_build_object('outcome', 'sound', 'seen', repeat('Mesuré et trouvé bon. ', 50))
  WHERE submission IN (SELECT id FROM submission WHERE edition = '{x}load');
INSERT INTO site_text (id, edition, kind, texts)
  VALUES ('{x}sx', '{x}load', 'legal', '{"fr": "L’association répond de tout.", "en": "The association answers."}');
INSERT INTO deadline (id, edition, at, fee_cents, kind) VALUES
  ('{x}dl', '{x}load', now() + interval '9 days', 3000, 'regular');
INSERT INTO fee (id, edition, submission, state, cents)
  SELECT s.id, s.edition, s.id, (ARRAY['due', 'paid', 'paid'])[1 + abs(hashtext(s.id)) % 3], 3000
  FROM submission s WHERE s.edition = '{x}load';
INSERT INTO waiver_code (id, edition, code, most_uses)
  SELECT '{x}wc' || n, '{x}load', 'ORBITE' || n, 50 FROM generate_series(1, 60) n;
INSERT INTO code_use (id, code, submission, person)
  SELECT '{x}cu' || n, '{x}wc' || 1 + n % 60, '{x}s' || n, '{x}k' || n FROM generate_series(1, {films}, 5) n;
INSERT INTO entry_tag (id, submission, name)
  SELECT '{x}et' || n, '{x}s' || n, (ARRAY['à revoir', 'débat', 'archives'])[1 + n % 3]
  FROM generate_series(1, {films}) n;
INSERT INTO office_note (id, submission, person, text)
  SELECT '{x}on' || n, '{x}s' || n, '{x}oper', 'Vu au téléphone.' FROM generate_series(1, {films}) n;
INSERT INTO fix_request (id, submission, field, why, due_at, person, state, mended_by, done_at)
  SELECT '{x}fx' || n, '{x}s' || n, 'synopses', 'Trop court.', now() + interval '5 days', '{x}oper',
    (ARRAY['open', 'done', 'settled'])[1 + n % 3], CASE WHEN n % 3 > 0 THEN '{x}k' || n END,
    CASE WHEN n % 3 > 0 THEN now() END
  FROM generate_series(1, {films}, 2) n;
INSERT INTO question (id, edition, position, labels)
  SELECT '{x}qu' || n, '{x}load', n, jsonb_build_object('fr', 'Question ' || n, 'en', 'Question ' || n)
  FROM generate_series(1, 5) n;
INSERT INTO entry_answer (id, submission, question, value)
  SELECT '{x}ea' || n, '{x}s' || 1 + n % {films}, '{x}qu' || 1 + n / {films}, '"Oui."'
  FROM generate_series(0, {films} * 5 - 1) n;
INSERT INTO material (id, edition, position, labels)
  SELECT '{x}ma' || n, '{x}load', n, jsonb_build_object('fr', 'Affiche ' || n, 'en', 'Poster ' || n)
  FROM generate_series(1, 4) n;
INSERT INTO attachment (id, submission, name, kind, size)
  SELECT '{x}at' || n, '{x}s' || n, 'affiche.pdf', 'pdf', 90000 FROM generate_series(1, {films}) n;
INSERT INTO delivery (id, submission, material, attachment)
  SELECT '{x}de' || n, '{x}s' || 1 + n % {programmes}, '{x}ma' || 1 + n % 4, '{x}at' || 1 + n % {programmes}
  FROM generate_series(1, {programmes} * 3) n;
INSERT INTO imported_entry (id, edition, source, tracking, submission)
  SELECT '{x}ie' || n, '{x}load', 'filmfreeway', '{x}FF' || n, '{x}s' || n FROM generate_series(1, {films}) n;
INSERT INTO import (id, edition, person, source, name, headers, columns, rows, done, state, counts, is_own)
  SELECT '{x}im' || n, '{x}load', CASE n WHEN 9 THEN '{x}m1' ELSE '{x}oper' END, 'filmfreeway', 'liste.csv',
    '["Titre", "Année"]', '["title", "year"]', {films}, {films}, 'checked',
    jsonb_build_object('new', {films} / 2, 'changed', 0, 'same', 0, 'kept', 0, 'remarks', 0,
      'faulty', {films} - {films} / 2), n = 9
  FROM generate_series(1, 9) n;
INSERT INTO import_row (brought, number, cells, tracking, faults, outcome)
  SELECT '{x}im' || i, n, '["Comète", "deux mille"]', '{x}FF' || n, CASE WHEN n % 2 = 0
    THEN '[{"column": 1, "code": "year_unreadable", "value": "deux mille", "field": "year"}]'::jsonb ELSE '[]' END,
    CASE WHEN n % 2 = 0 THEN 'faulty' ELSE 'new' END
  FROM generate_series(1, 9, 8) i, generate_series(1, {films}) n;
INSERT INTO subtitle (id, submission, language, name, text, cues, confirmed_at)
  SELECT '{x}su' || n, '{x}s' || n, 'fr', 'sous-titres.srt', '', 900, now() FROM generate_series(1, {films}) n;
INSERT INTO step (id, file, kind, state, fraction)
  SELECT '{x}sp' || n, '{x}v' || 1 + n % {films}, (ARRAY['probe', 'measure', 'copy'])[1 + n / {films}], 'done', 1
  FROM generate_series(0, {films} * 3 - 1) n;
INSERT INTO erasure (id, person, edition, name, asked_by, due_at)
  SELECT '{x}er' || n, '{x}k' || n, '{x}load', 'Cinéaste ' || n, '{x}k' || n, now() + interval '20 days'
  FROM generate_series(1, {films}, 100) n;
INSERT INTO merge_request (id, edition, stays, goes, asked_by)
  SELECT '{x}mr' || n, '{x}load', '{x}k' || n, '{x}k' || n + 1, '{x}oper' FROM generate_series(1, {films} - 1, 100) n;
"""
COMMITTEE = """
INSERT INTO assignment (id, submission, person)
  SELECT '{x}as' || n, '{x}s' || 1 + n % {films}, '{x}p' || 1 + (n / {films} * 11 + n) % {people}
  FROM generate_series(0, {films} * 3 - 1) n ON CONFLICT DO NOTHING;
INSERT INTO film_wish (id, submission, person, wish)
  SELECT '{x}fw' || n, '{x}s' || 1 + n % {films}, '{x}p' || 1 + (n / {films} * 7 + n) % {people},
    (ARRAY['love', 'can', 'rather_not'])[1 + n % 3]
  FROM generate_series(0, {films} * 4 - 1) n ON CONFLICT DO NOTHING;
INSERT INTO viewing (id, submission, file, person, ranges, seconds)
  SELECT '{x}vi' || n, '{x}s' || 1 + n % {films}, '{x}v' || 1 + n % {films},
    '{x}p' || 1 + (n / {films} * 37 + n) % {people}, '[[0, 60]]', 60
  FROM generate_series(0, {films} * 10 - 1) n ON CONFLICT DO NOTHING;
INSERT INTO note (id, submission, file, person, at_seconds, text)
  SELECT '{x}no' || n, '{x}s' || 1 + n % {films}, '{x}v' || 1 + n % {films}, '{x}p' || 1 + n % {people}, n % 60, 'Ici.'
  FROM generate_series(0, {films} * 10 - 1) n;
INSERT INTO conflict_of_interest (id, edition, submission, person, links)
  SELECT '{x}ci' || n, '{x}load', '{x}s' || n, '{x}p' || 1 + n % {people},
    '[{"kind": "house", "mine": "Orbite Films", "theirs": "Orbite Films"}]'
  FROM generate_series(1, {films}, 5) n;
INSERT INTO recusal (id, submission, person, reason)
  SELECT '{x}rc' || n, '{x}s' || n, '{x}p' || 1 + n % {people}, 'Un ami.' FROM generate_series(1, {films}, 20) n;
INSERT INTO decision (id, submission, person, wanted, note)
  SELECT '{x}di' || n, '{x}s' || 1 + n % {films}, '{x}p1', (ARRAY['accepted', 'declined', NULL])[1 + n % 3], 'Débattu.'
  FROM generate_series(1, {films} * 2) n;
INSERT INTO talk_remark (id, submission, person, text, created_at)
  SELECT '{x}ta' || n, '{x}s' || 1 + n % {films}, '{x}p' || 1 + n % {people}, 'La fin est longue.',
    now() - n * interval '1 minute'
  FROM generate_series(1, {films} * 3) n;
INSERT INTO talk_mention (id, remark, person)
  SELECT '{x}tm' || n, '{x}ta' || n, '{x}p' || 1 + n % 3 FROM generate_series(1, {films} * 3, 3) n;
INSERT INTO talk_mark (id, submission, person, read_at)
  SELECT '{x}tk' || n, '{x}s' || n, '{x}p1', now() - interval '1 day' FROM generate_series(1, {films}) n;
INSERT INTO meeting (id, edition, name, scribe, begun_at, ended_at)
  SELECT '{x}me' || n, '{x}load', 'Séance ' || n, '{x}p1', now() - n * interval '1 day', now() - n * interval '23 hours'
  FROM generate_series(1, 4) n;
INSERT INTO meeting_person (id, meeting, person)
  SELECT '{x}mp' || n, '{x}me' || 1 + n % 4, '{x}p' || 1 + n / 4 FROM generate_series(0, 79) n
  WHERE 1 + n / 4 <= {people};
INSERT INTO meeting_line (id, meeting, submission, person, wanted, note)
  SELECT '{x}ml' || n, '{x}me' || 1 + n % 4, '{x}s' || n, '{x}p1', 'declined', 'À l’unanimité.'
  FROM generate_series(1, {films}) n;
INSERT INTO announcement (id, edition, asked_by, released_by, released_at, due_at)
  VALUES ('{x}an', '{x}load', '{x}p1', '{x}p2', now() - interval '1 day', now() - interval '1 day');
INSERT INTO announcement_line (id, announcement, submission, wanted, was)
  SELECT '{x}al' || n, '{x}an', '{x}s' || n, 'accepted', '' FROM generate_series(1, {programmes}) n;
"""
PROGRAMMERS = """
UPDATE submission SET pending = NULL, announced_at = now() WHERE edition = '{x}load' AND status = 'accepted';
INSERT INTO guest (id, edition, name, kind, qualities, programmes)
  SELECT '{x}gu' || n, '{x}load', 'Invitée ' || n, CASE WHEN n % 10 = 0 THEN 'moderator' ELSE 'guest' END,
    '{"fr": "Réalisatrice", "en": "Director"}', jsonb_build_array('{x}prog' || 1 + n % {programmes})
  FROM generate_series(1, {programmes} * 2) n;
INSERT INTO visitor (id, edition, submission, name, arrives, leaves)
  SELECT '{x}vt' || n, '{x}load', '{x}s' || 1 + n % {programmes}, 'Visiteuse ' || n, 0, 9000
  FROM generate_series(1, {programmes} * 2) n;
INSERT INTO jury (id, edition, name, programmes) VALUES ('{x}ju', '{x}load', 'Grand jury', '["{x}prog1", "{x}prog12"]');
INSERT INTO film_traits (id, edition, submission, theme, visa_number)
  SELECT '{x}ft' || n, '{x}load', '{x}s' || n, 'orbite', '160 ' || n FROM generate_series(1, {programmes}) n;
INSERT INTO ticket_wish (id, edition, submission, programme, wanted, for_whom)
  SELECT '{x}tw' || n, '{x}load', '{x}s' || 1 + n % {programmes}, '{x}prog' || 1 + n % {programmes}, 2, 'L’équipe'
  FROM generate_series(1, {programmes} * 4) n;
INSERT INTO attendance (id, edition, stable, seats, heads)
  SELECT '{x}ad' || n, '{x}load', '{x}st' || n, 200, 150 FROM generate_series(0, {screenings} - 1) n;
INSERT INTO screening_comment (id, edition, programme, person, text)
  SELECT '{x}sc' || n, '{x}load', '{x}prog' || 1 + n % {programmes}, '{x}prog', 'Trop tôt pour ce film.'
  FROM generate_series(1, {screenings}) n;
INSERT INTO grid_change (id, grid, act, kind, programme, number, by, at)
  SELECT '{x}gc' || n, '{x}grid', n, 'move', '{x}prog' || 1 + n % {programmes}, 0, '{x}prog',
    now() - n * interval '1 minute'
  FROM generate_series(1, {films}) n;
INSERT INTO grid_variant (id, edition, name, placements)
  SELECT '{x}va', '{x}load', 'Tard le soir', jsonb_agg(jsonb_build_object(
    'programme', programme, 'number', number, 'screen', screen,
    'start', extract(epoch FROM starts_at - timestamptz '2027-02-02 23:00Z')::int / 60))
  FROM screening WHERE grid = '{x}grid';
"""


async def furnished(owner: asyncpg.Connection, told: dict[str, object]) -> None:
    """`told` as in `seed.written`."""
    for text in (MAKERS, OFFICE, COMMITTEE, PROGRAMMERS):
        await owner.execute(filled(text, told))


async def published(url: str, slug: str, programmer: dict[str, str]) -> None:
    """What stands in the grid is what the public reads, with every page of it."""
    async with httpx.AsyncClient(
        base_url=f"{url}/api/v1/{slug}", headers=programmer, timeout=300
    ) as client:
        version = (await client.get("/grid")).raise_for_status().json()["version"]
        done = await client.post("/grid/publication", json={"version": version})
        if done.status_code != 201:
            raise RuntimeError(done.text[:2000])
