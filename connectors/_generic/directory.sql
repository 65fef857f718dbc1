-- A field of a table by its usual name, or by the name that evidence.yaml gives it.
CREATE MACRO either(given, mapped) AS COALESCE(nz(mapped), nz(given));
