-- What a document with the users and groups of a directory covers: its instant, for accounts and for members of groups.
-- A document that holds neither, or that nobody says the time of, covers nothing.
CREATE MACRO document_seen(s, observed_at) AS COALESCE(utc(s.observed_at), observed_at);
CREATE MACRO document_window(s, record_hash, observed_at) AS CASE
    WHEN document_seen(s, observed_at) IS NOT NULL AND (s.users IS NOT NULL OR s.groups IS NOT NULL) THEN
        list_transform([{no: 0, stream: 'identity_alias', counted: len(s.users)},
                        {no: 1, stream: 'membership_snapshot', counted: len(s.groups)}], lambda t: {
            native_id: record_hash,
            ordinal: t.no,
            event_time: document_seen(s, observed_at),
            event_time_raw: s.observed_at,
            end_time: document_seen(s, observed_at) + INTERVAL 1 MICROSECOND,
            observed_at: document_seen(s, observed_at),
            stream: t.stream,
            basis: 'content',
            complete: COALESCE(s.complete = 'true', false),
            source_rows: t.counted,
            reason: CASE WHEN s.complete = 'true' THEN NULL ELSE 'the document does not say that it is complete' END}) END;
