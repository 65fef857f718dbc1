"""Who a name means, and when."""

from __future__ import annotations

import pytest


def _state(chain):
    return chain["identity_state"], chain["person_id"]


def test_an_address_of_a_lone_snapshot_holds_before_and_after_it(company):
    """A snapshot at the end of the month names the person of its first day: the interval is open, basis snapshot_only."""
    company.person("ada")
    company.ask("x", "ada", "2026-10-01 09:00:00")
    assert _state(company.run()["x"]) == ("resolved", "p:t/o-ada")
    assert {row["basis"] for row in company.table("person_alias", "alias_type = 'upn'")} == {"snapshot_only"}


def test_a_rename_splits_the_names_of_one_person(company):
    """Old and new name mean the same person, each in its time."""
    company.person("ada")
    company.account("ada", "renamed", "2026-10-15 12:00:00", old_name="old.ada@x.test", account_name="ada@x.test")
    company.ask("before", "old.ada", "2026-10-10 09:00:00")
    company.ask("after", "ada", "2026-10-20 09:00:00")
    company.ask("stale", "old.ada", "2026-10-20 09:00:00")
    chains = company.run()
    assert _state(chains["before"]) == ("resolved", "p:t/o-ada")
    assert _state(chains["after"]) == ("resolved", "p:t/o-ada")
    assert _state(chains["stale"]) == ("unresolved", None)


def test_a_name_is_tolerated_just_beside_its_edge(company):
    """Within the clock tolerance of a rename the old name still means the person; the link says so."""
    company.person("ada")
    company.account("ada", "renamed", "2026-10-15 12:00:00", old_name="old.ada@x.test", account_name="ada@x.test")
    company.ask("x", "old.ada", "2026-10-15 12:02:00")
    assert _state(company.run()["x"]) == ("resolved", "p:t/o-ada")
    assert [r["reason"] for r in company.table("link", "link_kind = 'identity'")] == ["alias_held_within_tolerance"]


def test_two_bearers_of_one_address_are_ambiguous(company):
    """Ambiguity is an answer: no person is chosen, both are kept as candidates."""
    company.person("ada")
    company.person("bob")
    for name in ("ada", "bob"):
        company.put("identity_alias", source_id="dir", issuer="t", alias_type="email", alias="desk@x.test",
                    anchor_type="oid", anchor=f"o-{name}", person_kind="member", basis="snapshot",
                    event_time="2026-10-31")
    company.ask("x", "desk", "2026-10-10 09:00:00")
    chain = company.run()["x"]
    assert _state(chain) == ("ambiguous", None)
    assert chain["identity_candidates"] == 2
    assert chain["sign_in_reason"] == "identity_ambiguous"
    links = company.table("link", "link_kind = 'identity'")
    assert [(row["chosen"], row["native_id"]) for row in links] == [(False, "p:t/o-ada"), (False, "p:t/o-bob")]
    assert all(row["ambiguous"] for row in company.table("person_alias", "alias = 'desk@x.test'"))


def test_an_address_that_a_new_hire_got_is_split_by_date(company):
    """The leaver's address means the leaver until his account was deleted, the new hire from his creation on."""
    company.account("old", "deleted", "2026-10-10 00:00:00", account_name="desk@x.test")
    company.sign_in("old", "2026-10-02 08:00:00", subject_name="desk@x.test")
    company.put("identity_alias", source_id="dir", issuer="t", alias_type="upn", alias="desk@x.test",
                anchor_type="oid", anchor="o-new", person_kind="member", basis="snapshot", event_time="2026-10-31")
    company.account("new", "created", "2026-10-12 00:00:00")
    company.ask("then", "desk", "2026-10-05 09:00:00")
    company.ask("now", "desk", "2026-10-20 09:00:00")
    chains = company.run()
    assert _state(chains["then"]) == ("resolved", "p:t/o-old")
    assert _state(chains["now"]) == ("resolved", "p:t/o-new")


def test_the_user_id_goes_before_the_address(company):
    """Subject and address that mean different persons: the subject holds, the other is kept as a candidate."""
    company.person("ada")
    company.person("bob")
    company.ask("x", "bob", "2026-10-10 09:00:00", subject="o-ada")
    chain = company.run()["x"]
    assert _state(chain) == ("resolved", "p:t/o-ada")
    assert chain["identity_method"] == "oid"
    reasons = [row["reason"] for row in company.table("link", "link_kind = 'identity'")]
    assert reasons == ["alias_held_then", "weaker_name_means_another"]


def test_two_accounts_declared_to_be_one_person(company):
    """A hand-kept list ties a second account to the first: one person with two accounts."""
    company.person("ada")
    company.person("adm-ada")
    company.declare("oid", "o-adm-ada", "email", "ada@x.test")
    company.ask("x", "adm-ada", "2026-10-10 09:00:00")
    company.ask("y", "ada", "2026-10-10 09:00:00")
    chains = company.run()
    assert chains["x"]["person_id"] == chains["y"]["person_id"] == "p:t/o-ada"
    assert len(company.table("person")) == 1


def test_a_declared_person_without_a_directory(company):
    """Where no directory knows the anchor, the anchor itself is a person, and its address resolves."""
    company.declare("github_login", "ada-gh", "email", "ada@x.test")
    company.ask("x", "ada", "2026-10-10 09:00:00")
    assert _state(company.run()["x"]) == ("resolved", "p:email:ada@x.test")
    assert company.table("person")[0]["basis"] == "declared"


def test_a_guest_is_known_by_his_home_address(company):
    """The directory mangles a guest's name; the last underscore before #ext# was the at sign."""
    company.put("identity_alias", source_id="dir", issuer="t", alias_type="upn", person_kind="guest", basis="snapshot",
                alias="ann_lee_home.test#ext#@x.test", anchor_type="oid", anchor="o-ann", event_time="2026-10-31")
    company.ask("x", None, "2026-10-10 09:00:00", subject_email="ann_lee@home.test")
    chain = company.run()["x"]
    assert _state(chain) == ("resolved", "p:t/o-ann")
    assert company.table("person")[0]["person_kind"] == "guest"


def test_a_leaver_that_no_directory_lists_is_known_from_his_sign_ins(company):
    """The identity provider's own events name accounts that are gone."""
    company.sign_in("gone", "2026-10-10 08:50:00")
    company.ask("x", "gone", "2026-10-10 09:00:00")
    assert _state(company.run()["x"]) == ("resolved", "p:t/o-gone")
    assert company.table("person")[0]["basis"] == "sign_in_only"


@pytest.mark.parametrize(("facts", "caller", "state"), [
    ({"identity_type": "machine"}, "service_principal", "not_a_person"),
    ({"subject_email": None}, "unauthenticated", "not_a_person"),
    ({"subject_email": None, "credential_id": "ci-key"}, "shared_key", "not_a_person"),
    ({"subject_email": "ci-key"}, "shared_key", "not_a_person"),
    ({"subject_email": None, "subject": "opaque"}, "unknown", "unresolved"),
    ({"subject_email": "nobody@y.test"}, "human_token", "unresolved"),
    ({}, "human_token", "resolved"),
])
def test_the_class_of_the_caller_is_decided_before_any_join(company, facts, caller, state):
    """Only a caller with an identity of his own can be resolved; machines, keys and nobody are classes of finding."""
    company.person("ada")
    company.ask("x", "ada", "2026-10-10 09:00:00", **facts)
    chain = company.run()["x"]
    assert (chain["caller_class"], chain["identity_state"]) == (caller, state)
    assert chain["gateway_validated"] is (caller == "human_token")
    if state == "not_a_person":
        assert (chain["sign_in_tier"], chain["sign_in_reason"]) == ("T0", caller)


def test_who_asked_is_unknown_where_the_record_that_would_tell_is_missing(company):
    """A request whose record names nobody because another one does: known with that one, not open to all without it."""
    company.person("ada")
    company.ask("told", None, "2026-10-10 09:00:00", identity_type="elsewhere",
                session={"subject": "o-ada", "identity_type": "user"})
    company.ask("lost", None, "2026-10-10 09:00:00", identity_type="elsewhere", session={"native_id": "s-other"})
    company.ask("open", None, "2026-10-10 09:00:00", identity_type="elsewhere")
    chains = company.run()
    assert {name: (chain["caller_class"], chain["identity_state"]) for name, chain in chains.items()} == {
        "told": ("human_token", "resolved"), "lost": ("unknown", "unresolved"), "open": ("unauthenticated", "not_a_person")}


def test_a_declared_key_has_its_owner(company):
    """A personal key names its owner by configuration, which is no authentication by the gateway."""
    company.person("ada")
    company.put("cfg_caller", source_id="*", subject="ada-key", caller_class="personal_key", owner_alias="ada@x.test")
    company.ask("x", None, "2026-10-10 09:00:00", subject="k1", credential_id="ada-key")
    chain = company.run()["x"]
    assert (chain["caller_class"], *_state(chain)) == ("personal_key", "resolved", "p:t/o-ada")
    assert chain["gateway_validated"] is False
    assert chain["sign_in_tier"] == "T0"


def test_a_key_whose_owner_the_gateway_names_is_that_persons(company):
    """Who owns the key is known from the gateway; that he used it is not, so it is a personal key and no validated user."""
    company.person("ada")
    company.ask("x", "ada", "2026-10-10 09:00:00", identity_type="personal_key", credential_id="laptop")
    company.ask("y", None, "2026-10-10 09:01:00", subject="o-ada", identity_type="personal_key", credential_id="laptop")
    company.ask("z", "nobody", "2026-10-10 09:02:00", identity_type="personal_key", credential_id="other")
    chains = company.run()
    for name in ("x", "y"):
        assert (chains[name]["caller_class"], *_state(chains[name])) == ("personal_key", "resolved", "p:t/o-ada")
        assert chains[name]["gateway_validated"] is False
    assert (chains["z"]["caller_class"], chains["z"]["identity_state"]) == ("personal_key", "unresolved")


def test_an_account_of_a_service_is_no_person(company):
    """A directory entry that is a service or a shared mailbox makes the caller that class."""
    company.person("robot", person_kind="service")
    company.person("desk", person_kind="shared")
    company.ask("x", "robot", "2026-10-10 09:00:00")
    company.ask("y", "desk", "2026-10-10 09:00:00")
    chains = company.run()
    assert chains["x"]["caller_class"] == "service_principal"
    assert chains["y"]["caller_class"] == "shared_key"
    assert chains["x"]["person_id"] is None


def test_what_a_vendor_says_of_its_names_leads_to_a_person_and_makes_none(company):
    """A number is a login, by the vendor; the login is somebody's, by the list: so is the number. Alone it is nobody's."""
    company.person("ada")
    company.declare("github_login", "ada-dev", "email", "ada@x.test")
    for number, login in (("501", "ada-dev"), ("502", "nobody-s")):
        company.put("identity_alias", source_id="seats", issuer="github.com", alias_type="github_id", alias=number,
                    anchor_type="github_login", anchor=login, person_kind="unknown", basis="event")
    company.run()
    assert [(row["alias"], row["person_id"], row["basis"]) for row in company.table("person_alias", "alias_type = 'github_id'")
            ] == [("501", "p:t/o-ada", "event")]
    assert len(company.table("person")) == 1
