-- What the shapes of Slack messages share: what a message asks for, what it answers, and when it was written. What is said
-- in a message, its text and its blocks, is asked many things and therefore put together once (derive in connector.yaml).
CREATE MACRO slack_at(ts) AS CASE WHEN regexp_full_match(ts, '[0-9]{10}[.][0-9]{6}')
    THEN make_timestamp(TRY_CAST(replace(ts, '.', '') AS BIGINT))
    ELSE TRY(make_timestamp(CAST(TRY_CAST(ts AS DECIMAL(20, 6)) * 1000000 AS BIGINT))) END;
CREATE MACRO slack_said(s) AS concat_ws(' ', s.text, s.attachments, s.blocks);
CREATE MACRO slack_session(said) AS nz(regexp_extract(said, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'));
CREATE MACRO slack_ticket(said, options) AS CASE WHEN nz(options['ticket_pattern']) IS NOT NULL
    THEN nz(TRY(regexp_extract(said, options['ticket_pattern']))) END;
-- A message in a thread is an answer, unless it is the first one of it.
CREATE MACRO slack_replies(s) AS nz(s.thread_ts) IS NOT NULL AND s.thread_ts <> s.ts;
CREATE MACRO slack_verdict(word) AS CASE WHEN lower(word) IN ('approved', 'approve') THEN 'approved'
    WHEN lower(word) IN ('rejected', 'reject', 'denied', 'declined') THEN 'rejected'
    WHEN lower(word) IN ('revoked', 'revoke') THEN 'revoked' END;
-- What a bot reports of a button: the word (1) and the account (2).
CREATE MACRO slack_button(said, which) AS CASE WHEN contains(said, '<@')
    THEN nz(regexp_extract(said, '(approved|rejected|denied|declined|revoked) by <@([UW][A-Z0-9]+)', which, 'i')) END;
-- A person's reply by its first word; a bot's by what it reports of a button.
CREATE MACRO slack_answer(s, reported) AS CASE WHEN slack_replies(s)
    THEN COALESCE(reported, CASE WHEN nz(s.bot_id) IS NULL THEN slack_verdict(regexp_extract(s.text, '^\W*(\w+)', 1)) END) END;
CREATE MACRO slack_reaction(name) AS CASE WHEN name IN ('white_check_mark', 'heavy_check_mark', 'approved') THEN 'approved'
    WHEN name IN ('x', 'no_entry', 'no_entry_sign', 'rejected') THEN 'rejected' END;
