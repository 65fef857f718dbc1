-- Whether a text is one of the words of an option (comma between, case does not matter).
CREATE MACRO one_of(t, words) AS COALESCE(
    list_contains(list_transform(string_split(words, ','), lambda w: lower(trim(w))), lower(trim(t))), false);
-- Yes, no or nothing, in the words of two options.
CREATE MACRO yes_or_no(t, yes, no) AS CASE WHEN one_of(t, yes) THEN true WHEN one_of(t, no) THEN false END;
