-- Arithmetic on instants in whole microseconds, and the two instants that stand for "open".
CREATE OR REPLACE MACRO plus_us(t, n) AS t + to_microseconds(CAST(n AS BIGINT));
CREATE OR REPLACE MACRO us_from_to(a, b) AS epoch_us(b) - epoch_us(a);
CREATE OR REPLACE MACRO open_from() AS TIMESTAMP '0001-01-01 00:00:00';
CREATE OR REPLACE MACRO open_to() AS TIMESTAMP '9999-12-31 00:00:00';
-- The part of an address that says where somebody is: a whole IPv4 address, the first 64 bits of an IPv6 one.
CREATE OR REPLACE MACRO ip_net(a) AS CASE WHEN contains(a, ':')
    THEN coalesce(nullif(regexp_extract(a, '^([0-9a-f]+:[0-9a-f]+:[0-9a-f]+:[0-9a-f]+):', 1), ''), a) ELSE a END;
-- Aliases are looked up by class: a gateway's user id may be an object id, a token subject or its own name for the
-- user; an address may be a user name or a mailbox.
CREATE OR REPLACE MACRO alias_class(t) AS CASE WHEN t IN ('upn', 'email') THEN 'name'
    WHEN t IN ('oid', 'subject', 'gateway_user') THEN 'subject' ELSE t END;
-- The answers to "was he in the group then", from the most favourable to the least.
CREATE OR REPLACE MACRO group_word(n) AS CASE n WHEN 1 THEN 'member' WHEN 2 THEN 'boundary'
    WHEN 3 THEN 'member_by_snapshot_only' WHEN 4 THEN 'conflict' WHEN 5 THEN 'unknown_no_coverage'
    WHEN 6 THEN 'not_member' END;
-- The id of a token as an identity provider's log may show it: a GUID (little-endian) that the token itself carries as
-- 22 signs of base64url. NULL for ids of any other form.
CREATE OR REPLACE MACRO guid_hex(h) AS substr(h, 7, 2) || substr(h, 5, 2) || substr(h, 3, 2) || substr(h, 1, 2) || '-'
    || substr(h, 11, 2) || substr(h, 9, 2) || '-' || substr(h, 15, 2) || substr(h, 13, 2) || '-' || substr(h, 17, 4)
    || '-' || substr(h, 21, 12);
CREATE OR REPLACE MACRO token_guid(t) AS CASE WHEN regexp_matches(t, '^[A-Za-z0-9_-]{22}$')
    THEN guid_hex(lower(hex(from_base64(replace(replace(t, '-', '+'), '_', '/') || '==')))) END;
