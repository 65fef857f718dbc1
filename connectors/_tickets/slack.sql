-- What the shapes of Slack messages share: what a message asks for, what it answers, and when it was written.
CREATE MACRO slack_at(ts) AS TRY(make_timestamp(CAST(TRY_CAST(ts AS DECIMAL(20, 6)) * 1000000 AS BIGINT)));
CREATE MACRO slack_said(s) AS concat_ws(' ', s.text, s.attachments, s.blocks);
CREATE MACRO slack_session(s) AS nz(regexp_extract(slack_said(s), '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'));
CREATE MACRO slack_ticket(s, options) AS CASE WHEN nz(options['ticket_pattern']) IS NOT NULL
    THEN nz(TRY(regexp_extract(slack_said(s), options['ticket_pattern']))) END;
CREATE MACRO slack_request(s, options) AS CASE WHEN nz(s.thread_ts) IS NULL OR s.thread_ts = s.ts
    THEN COALESCE(slack_session(s), slack_ticket(s, options)) END;
CREATE MACRO slack_verdict(word) AS CASE WHEN lower(word) IN ('approved', 'approve') THEN 'approved'
    WHEN lower(word) IN ('rejected', 'reject', 'denied', 'declined') THEN 'rejected'
    WHEN lower(word) IN ('revoked', 'revoke') THEN 'revoked' END;
-- A person's reply by its first word; a bot's by what it reports of a button.
CREATE MACRO slack_reported(s) AS slack_verdict(regexp_extract(slack_said(s), '(approved|rejected|denied|declined|revoked) by <@[UW][A-Z0-9]+', 1, 'i'));
CREATE MACRO slack_answer(s) AS CASE WHEN nz(s.thread_ts) IS NOT NULL AND s.thread_ts <> s.ts
    THEN COALESCE(slack_reported(s), CASE WHEN nz(s.bot_id) IS NULL THEN slack_verdict(regexp_extract(s.text, '^\W*(\w+)', 1)) END) END;
CREATE MACRO slack_reaction(name) AS CASE WHEN name IN ('white_check_mark', 'heavy_check_mark', 'approved') THEN 'approved'
    WHEN name IN ('x', 'no_entry', 'no_entry_sign', 'rejected') THEN 'rejected' END;
