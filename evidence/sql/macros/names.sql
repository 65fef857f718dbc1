-- The macros that SQL of connectors and checks may use for names, addresses and lists of attributes.

CREATE OR REPLACE MACRO interaction_id(source_id, native_id) AS 'ix-' || left(sha256(source_id || chr(31) || native_id), 24);

-- An empty text is nothing; names are compared composed and in lower case.
CREATE OR REPLACE MACRO nz(t) AS NULLIF(trim(t), '');
-- Plain ASCII without a space at its ends needs neither trimming nor composing, which take ten times as long as to see that.
CREATE OR REPLACE MACRO norm_id(t) AS list_transform([t],
  lambda x: CASE WHEN x >= '!' AND NOT ends_with(x, ' ') AND strlen(x) = length(x) THEN lower(x)
                 ELSE NULLIF(lower(nfc_normalize(trim(x))), '') END)[1];

-- An address without port and brackets, v4-in-v6 mapped back; NULL for what is no address.
CREATE OR REPLACE MACRO bare_ip(t) AS
  NULLIF(lower(regexp_extract(regexp_replace(trim(t), '^\[?(::ffff:)?', '', 'i'),
    '^(\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:.]+)', 1)), '');

-- The path of an address without query and fragment, in which callers put keys.
CREATE OR REPLACE MACRO route_of(t) AS nz(regexp_extract(t, '^[^?#]*'));

-- The item whose answer is a member of a ZIP at <list>/<item>/<page>, as evidence pull stores answers that do not name it.
CREATE OR REPLACE MACRO item_of(path, list) AS nz(regexp_extract(path, '(^|/)' || list || '/([^/]+)/[^/]+$', 2));

-- A text that is JSON; NULL for any other. To be asked before json_transform or ->>: where these fail on one text of a
-- batch, TRY has to compute the batch once more, row by row.
CREATE OR REPLACE MACRO json_text(t) AS CASE WHEN json_valid(t) THEN t END;

-- The value of one attribute of a list of {key, value: {stringValue | intValue | ...}}, as OTLP writes them.
CREATE OR REPLACE MACRO attribute(list, name) AS
  list_transform(list_filter(list, lambda a: a.key = name), lambda a: COALESCE(a.value.stringValue, a.value.intValue,
    a.value.doubleValue, a.value.boolValue, a.value.arrayValue::VARCHAR, a.value.kvlistValue::VARCHAR))[1];

-- The hash of a text in its normal form (NFC, LF, no white space around it), as the engine takes it of prompts;
-- NULL for a text with a NUL in it, at which composing would stop.
CREATE OR REPLACE MACRO norm_sha256(t) AS CASE WHEN NOT contains(t, chr(0))
    THEN sha256(regexp_replace(nfc_normalize(replace(t, chr(13) || chr(10), chr(10))),
        '^[\x09-\x0d\x1c-\x20\x{85}\p{Z}]+|[\x09-\x0d\x1c-\x20\x{85}\p{Z}]+$', '', 'g')) END;

-- A truth value as programs write it, or as spreadsheets write it anew in the language of their user: true, false or NULL.
CREATE OR REPLACE MACRO truth(t) AS CASE
  WHEN lower(trim(t)) IN ('true', 'wahr', 'vrai', 'verdadero', 'verdadeiro', 'vero', 'waar', 'prawda', 'pravda', 'sant', 'sand',
    'sann', 'tosi', 'igaz', 'истина') THEN 'true'
  WHEN lower(trim(t)) IN ('false', 'falsch', 'faux', 'falso', 'onwaar', 'fałsz', 'nepravda', 'falskt', 'falsk', 'usann',
    'epätosi', 'hamis', 'ложь') THEN 'false' END;

-- What a verb that a log uses for an administrator's deed comes to, in the words of the relation admin_event.
CREATE OR REPLACE MACRO action_of(verb) AS CASE
  WHEN regexp_matches(verb, '^(add|creat|grant|assign|invit|regist|install|issu|initiat|generat|consent|authoriz)', 'i') THEN 'create'
  WHEN regexp_matches(verb, '^(enabl|activat|reactivat|unsuspend|unlock|unblock|restor|undelet|resum)', 'i') THEN 'enable'
  WHEN regexp_matches(verb, '^(disabl|deactivat|suspend|lock|block|paus|expir)', 'i') THEN 'disable'
  WHEN regexp_matches(verb, '^(delet|remov|uninstall|destroy|hard|purg|unregist)', 'i') THEN 'delete'
  WHEN regexp_matches(verb, '^(revok|unassign|clear|logout|invalidat|cancel)', 'i') THEN 'revoke'
  WHEN regexp_matches(verb, '^(updat|chang|set|edit|modif|renam|mov|reset|rotat|convert|transfer)', 'i') THEN 'update'
  WHEN regexp_matches(verb, '^(read|view|list|get|export|download|show|reveal|access|fetch)', 'i') THEN 'read'
  ELSE 'other' END;
