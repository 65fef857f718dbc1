-- What the connectors of ticket systems share: lists of words, times as evidence.yaml declares them (01/Oct/26 9:00 AM is
-- plain without), and fields that are a text or an object around one.
CREATE MACRO ticket_among(word, words) AS COALESCE(list_contains(
    list_transform(string_split(words, ','), lambda x: norm_id(x)), norm_id(word)), false);
CREATE MACRO ticket_at(t, options) AS COALESCE(instant(t, options['times'], options['zone']), utc(t),
    at_zone(try_strptime(t, ['%d/%b/%y %I:%M %p', '%d/%b/%y %H:%M', '%d/%b/%Y %I:%M %p', '%d/%b/%Y %H:%M']), options['zone']));
CREATE MACRO ticket_text(j) AS nz(CASE json_type(j) WHEN 'OBJECT' THEN COALESCE(j ->> '$.value', j ->> '$.name', j ->> '$.emailAddress')
    WHEN 'ARRAY' THEN j ->> '$[0]' ELSE j ->> '$' END);
CREATE MACRO ticket_shown(j) AS COALESCE(nz(CASE json_type(j) WHEN 'OBJECT' THEN j ->> '$.display_value' END), ticket_text(j));
CREATE MACRO ticket_field(fields, options, name) AS CASE WHEN nz(options[name]) IS NOT NULL
    THEN ticket_text(json_extract(fields, '/' || options[name])) END;
CREATE MACRO ticket_email(t) AS CASE WHEN contains(t, '@') THEN norm_id(t) END;
