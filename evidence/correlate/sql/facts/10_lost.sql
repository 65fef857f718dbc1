-- Records that could not be read, by the file or ZIP member they stand in and their place in it. What was cut off at
-- the end of a file has the last place of all. Few files have any: what follows looks at those alone.
CREATE OR REPLACE MACRO record_part(locator) AS regexp_replace(locator, '#[^#]*$', '');
CREATE OR REPLACE MACRO record_place(locator) AS TRY_CAST(regexp_extract(locator, '#([0-9]+)$', 1) AS BIGINT);
CREATE OR REPLACE TABLE w_lost AS
SELECT DISTINCT r.source_id, left(r.locator, 64) AS file_sha256, record_part(r.locator) AS part,
       CASE WHEN r.locator LIKE '%#-1' THEN 9223372036854775807 ELSE record_place(r.locator) END AS place
FROM reject AS r
WHERE regexp_matches(r.locator, '#(-1|[0-9]+)$');
