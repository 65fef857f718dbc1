-- The macros that SQL of connectors and checks may use to read an instant: they take text and give UTC. What they cannot
-- read without guessing is NULL, and a row that must have a time is then a reject.

-- ISO 8601 or RFC 3339 with its zone (Z, +02:00, +0200) and up to nine digits of a second, of which six are kept.
CREATE OR REPLACE MACRO utc(t) AS
  CASE WHEN ends_with(t, 'Z') OR regexp_matches(t, '(z|[+-][0-9]{2}:?[0-9]{2})$')
       THEN make_timestamp(epoch_us(TRY_CAST(t AS TIMESTAMPTZ))) END;

-- The clock on a wall: no zone, a point or a comma before the fraction. A text with a zone is not one.
CREATE OR REPLACE MACRO wall(t) AS
  CASE WHEN NOT regexp_matches(t, '[0-9](Z|z|[ ]?[+-][0-9]{2}:?[0-9]{2})[ ]*$')
       THEN TRY_CAST(regexp_replace(t, '([0-9]{2}),([0-9]{1,9})[ ]*$', '\1.\2') AS TIMESTAMP) END;
-- The same where the source is documented to mean UTC; a zone is obeyed where one is given all the same.
CREATE OR REPLACE MACRO naive_utc(t) AS COALESCE(utc(t), wall(t));
-- The same in a named zone (Europe/Berlin). An hour that the clocks show twice or never is no instant.
CREATE OR REPLACE MACRO at_zone(w, zone) AS
  CASE WHEN zone = 'UTC' AND w BETWEEN TIMESTAMP '1970-01-01' AND TIMESTAMP '9999-01-01' THEN w
       WHEN ((w AT TIME ZONE zone) AT TIME ZONE zone) = w
        AND ((w AT TIME ZONE zone) + INTERVAL 1 HOUR) AT TIME ZONE zone <> w
        AND ((w AT TIME ZONE zone) - INTERVAL 1 HOUR) AT TIME ZONE zone <> w
       THEN (w AT TIME ZONE zone) AT TIME ZONE 'UTC' END;
CREATE OR REPLACE MACRO local_utc(t, zone) AS COALESCE(utc(t), at_zone(wall(t), zone));

-- Month before day, as exports in American English write it, and day before month; 12 or 24 hours. In UTC.
CREATE OR REPLACE MACRO us_wall(t) AS
  try_strptime(trim(t), ['%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M %p', '%m/%d/%Y %H:%M', '%m/%d/%Y']);
CREATE OR REPLACE MACRO eu_wall(t) AS
  try_strptime(trim(t), ['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y']);
CREATE OR REPLACE MACRO us_utc(t) AS us_wall(t);
CREATE OR REPLACE MACRO eu_utc(t) AS eu_wall(t);
-- Mail and HTTP dates (RFC 2822, RFC 9110) with their zone.
CREATE OR REPLACE MACRO rfc2822_utc(t) AS
  try_strptime(trim(t), ['%a, %d %b %Y %H:%M:%S %z', '%d %b %Y %H:%M:%S %z', '%a, %d %b %Y %H:%M:%S %Z']) AT TIME ZONE 'UTC';

-- Whole numbers since 1970: milliseconds as declared, or by the number of digits (10 s, 13 ms, 16 us, 19 ns: the years
-- 2001 to 2286), seconds also with a fraction, of which six digits are kept. And ticks of 100 ns since the year 1.
-- A cast of text to a DECIMAL of more than 18 digits is never used: it costs 400 times what one to BIGINT does.
CREATE OR REPLACE MACRO epoch_ms_utc(t) AS
  CASE WHEN regexp_full_match(t, '-?[0-9]{1,15}') THEN make_timestamp(TRY_CAST(t AS BIGINT) * 1000) END;
CREATE OR REPLACE MACRO epoch_utc(t) AS
  CASE WHEN regexp_full_match(t, '[0-9]{10}([.][0-9]{1,9})?')
       THEN make_timestamp(TRY_CAST(rpad(replace(left(t, 17), '.', ''), 16, '0') AS BIGINT))
       WHEN regexp_full_match(t, '[0-9]{13}') THEN make_timestamp(TRY_CAST(t AS BIGINT) * 1000)
       WHEN regexp_full_match(t, '[0-9]{16}') THEN make_timestamp(TRY_CAST(t AS BIGINT))
       WHEN regexp_full_match(t, '[0-9]{19}') THEN make_timestamp(TRY_CAST(t AS BIGINT) // 1000) END;
CREATE OR REPLACE MACRO ticks_utc(t) AS
  CASE WHEN regexp_full_match(t, '[0-9]{18,19}') THEN make_timestamp(TRY_CAST(t AS BIGINT) // 10 - 62135596800000000) END;
-- For sources whose times evidence.yaml declares: spelling is iso, us, eu, epoch or rfc2822, zone an IANA name.
CREATE OR REPLACE MACRO instant(t, spelling, zone) AS
  CASE spelling WHEN 'epoch' THEN epoch_utc(trim(t)) WHEN 'rfc2822' THEN rfc2822_utc(t)
                WHEN 'us' THEN at_zone(us_wall(t), zone) WHEN 'eu' THEN at_zone(eu_wall(t), zone)
                ELSE local_utc(trim(t), zone) END;

-- An instant in the one spelling that ids contain, whichever way a source writes it: Z or +00:00, with or without a fraction.
CREATE OR REPLACE MACRO spelt(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%fZ');
