-- What the connectors of ticket systems share: lists of words, times as evidence.yaml declares them (01/Oct/26 9:00 AM is
-- plain without), and fields that are a text or an object around one.
CREATE MACRO ticket_among(word, words) AS COALESCE(list_contains(
    list_transform(string_split(words, ','), lambda x: norm_id(x)), norm_id(word)), false);
CREATE MACRO ticket_at(t, times, zone) AS COALESCE(instant(t, times, zone), utc(t),
    at_zone(try_strptime(t, ['%d/%b/%y %I:%M %p', '%d/%b/%y %H:%M', '%d/%b/%Y %I:%M %p', '%d/%b/%Y %H:%M']), zone));
CREATE MACRO ticket_text(j) AS nz(CASE json_type(j) WHEN 'OBJECT' THEN COALESCE(j ->> '$.value', j ->> '$.name', j ->> '$.emailAddress')
    WHEN 'ARRAY' THEN j ->> '$[0]' ELSE j ->> '$' END);
CREATE MACRO ticket_shown(j) AS COALESCE(nz(CASE json_type(j) WHEN 'OBJECT' THEN j ->> '$.display_value' END), ticket_text(j));
-- The field that an option names.
CREATE MACRO ticket_field(fields, name) AS CASE WHEN nz(name) IS NOT NULL
    THEN list_transform([json_extract(fields, '/' || name)], lambda j: ticket_text(j))[1] END;
CREATE MACRO ticket_email(t) AS CASE WHEN contains(t, '@') THEN norm_id(t) END;
