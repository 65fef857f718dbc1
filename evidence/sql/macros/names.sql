-- The macros that SQL of connectors and checks may use for names, addresses and lists of attributes.

CREATE OR REPLACE MACRO interaction_id(source_id, native_id) AS 'ix-' || left(sha256(source_id || chr(31) || native_id), 24);

-- An empty text is nothing; names are compared composed and in lower case.
CREATE OR REPLACE MACRO nz(t) AS NULLIF(trim(t), '');
CREATE OR REPLACE MACRO norm_id(t) AS NULLIF(lower(nfc_normalize(trim(t))), '');

-- An address without port and brackets, v4-in-v6 mapped back; NULL for what is no address.
CREATE OR REPLACE MACRO bare_ip(t) AS
  NULLIF(lower(regexp_extract(regexp_replace(trim(t), '^\[?(::ffff:)?', '', 'i'),
    '^(\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:.]+)', 1)), '');

-- The value of one attribute of a list of {key, value: {stringValue | intValue | ...}}, as OTLP writes them.
CREATE OR REPLACE MACRO attribute(list, name) AS
  list_transform(list_filter(list, lambda a: a.key = name), lambda a: COALESCE(a.value.stringValue, a.value.intValue,
    a.value.doubleValue, a.value.boolValue, a.value.arrayValue::VARCHAR, a.value.kvlistValue::VARCHAR))[1];
