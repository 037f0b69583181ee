"""Who works for whom, on which ground, and everything that keeps a right from being set up. One case per rule."""

from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from ikzctl.access.grants import wanting_gaps
from ikzctl.library.german import citation
from ikzctl.model.errors import UserError
from ikzctl.model.manifest import ReasonCode
from tests.access import worlds as w
from tests.access.worlds import codes, ends, grants, only, registry, world

SOCIAL = ["personenbezogen", "sozialdaten"]
VEHICLE = ["personenbezogen", "fahrzeugregister"]


def pairs(files):
    return {(g.post.home, g.target.partner) for g in grants(files)}


def everybody(mode, **more):
    """Three partners with one position and one tenant each, under a mandate of that mode."""
    files = world()
    for id in ("frankenthal", "ludwigshafen"):
        files[f"partners/{id}.yaml"] = w.partner(id)
        files[f"{w.C}/members/{id}.yaml"] = w.member(id)
        files[f"{w.C}/pools/{id}.yaml"] = {"partner": id, "positions": [w.position()]}
    files[w.SYSTEM]["tenants"].append(w.tenant("ludwigshafen"))
    files[w.MANDATE] |= {"mode": mode, "principals": ["frankenthal", "ludwigshafen"], **more}
    return files


def test_one_delegated_task_gives_one_active_right_and_none_in_the_own_tenant():
    grant = only(world())
    assert (grant.state, grant.post.subject, grant.post.role_id) == ("active", "speyer/stelle", "bearbeitung")
    assert (grant.target.partner, grant.target.application, grant.target.tenant) == (
        "frankenthal",
        "fach",
        "frankenthal",
    )
    assert (grant.reasons, grant.remarks) == ((), ())


@pytest.mark.parametrize("mode", ["delegating", "mandating", "statutory_assignment"])
def test_the_agent_works_for_the_principals(mode):
    assert pairs(everybody(mode)) == {("speyer", "frankenthal"), ("speyer", "ludwigshafen")}


@pytest.mark.parametrize("mode", ["joint", "reciprocal"])
def test_everybody_works_for_everybody_else(mode):
    parties = ("speyer", "frankenthal", "ludwigshafen")
    expected = {(a, b) for a in parties for b in parties if a != b}
    assert pairs(everybody(mode)) == expected
    assert pairs(everybody(mode, agent=None, principals=list(parties))) == expected


def test_every_tenant_of_the_principal_is_a_target_of_its_own():
    files = world()
    files[w.SYSTEM]["tenants"].append(w.tenant("frankenthal", environment="test"))
    assert {(g.target.tenant, g.target.environment) for g in grants(files)} == {
        ("frankenthal", "prod"),
        ("frankenthal", "test"),
    }


def test_posts_and_roles_of_other_tasks_stay_out():
    files = world()
    files["tasks/andere.yaml"] = files[w.TASK] | {"id": "andere"}
    files[w.SYSTEM]["roles"].append(w.role("fremd", "auskunft") | {"task": "andere"})
    files[w.POOL]["positions"] = [w.position("stelle", "bearbeitung", "fremd"), w.position("zweite", tasks=["andere"])]
    assert [g.post.subject + ":" + g.post.role_id for g in grants(files)] == ["speyer/stelle:bearbeitung"]


# --- grounds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mandate", "data", "kind", "basis", "controller"),
    [
        ({}, SOCIAL, "bearbeitung", "deleg", "speyer"),
        ({"form": "B"}, VEHICLE, "bearbeitung", "deleg", "speyer"),
        ({"mode": "mandating"}, SOCIAL, "bearbeitung", "av80", "frankenthal"),
        ({"mode": "mandating", "form": "F"}, SOCIAL, "bearbeitung", "av80", "frankenthal"),
        ({"mode": "mandating", "form": "E"}, VEHICLE, "bearbeitung", "av28", "frankenthal"),
        ({"form": "E"}, VEHICLE, "bearbeitung", "av28", "frankenthal"),
        ({"form": "F"}, SOCIAL, "bearbeitung", "av80", "frankenthal"),
        ({"mode": "reciprocal", "form": "G"}, VEHICLE, "bearbeitung", "fzv75", "speyer"),
        ({"mode": "reciprocal", "form": "C"}, VEHICLE, "bearbeitung", "deleg", "speyer"),
        ({"mode": "joint"}, SOCIAL, "auskunft", "abruf79", "frankenthal"),
        ({"mode": "joint"}, SOCIAL, "bearbeitung", "av80", "frankenthal"),
        ({"mode": "joint"}, VEHICLE, "bearbeitung", "fzv75", "speyer"),
        ({"mode": "statutory_assignment"}, SOCIAL, "bearbeitung", "deleg", "speyer"),
        ({"mode": "statutory_assignment", "acts_in_name": "principal"}, SOCIAL, "bearbeitung", "av80", "frankenthal"),
        ({}, ["melderegister"], "auskunft", "melde1-3", "frankenthal"),
        ({"mode": "staff_lending", "form": "H"}, SOCIAL, "bearbeitung", "seconded", "frankenthal"),
        ({"mode": "mandating", "basis": "deleg"}, SOCIAL, "bearbeitung", "deleg", "speyer"),
    ],
)
def test_mode_form_and_data_decide_the_ground(mandate, data, kind, basis, controller):
    files = world()
    files[w.MANDATE] |= mandate
    files[w.TASK]["data"] = data
    files[w.POOL]["positions"] = [w.position("stelle", kind)]
    legal = only(files).legal
    assert (legal.basis, legal.controller) == (basis, controller)
    assert (legal.agreement, legal.agreement_version, legal.mandate, legal.task) == (
        "zusammen",
        0,
        "auftrag",
        "aufgabe",
    )


def test_the_ground_names_norms_and_logging():
    files = world()
    files[w.TASK]["data"] = VEHICLE
    legal = only(files).legal
    assert legal.logging is not None
    assert legal.norms == (citation("§ 12 Abs. 1 Satz 1 KomZG"), citation("§ 13 KomZG"))
    assert (legal.data_class, legal.logging.code, legal.logging.norm) == (
        "fahrzeugregister",
        "stvg36-6",
        citation("§ 36 Abs. 6 StVG"),
    )
    files[w.TASK]["data"] = SOCIAL
    assert only(files).legal.logging is None
    files[w.MANDATE] |= {"mode": "joint"}
    files[w.POOL]["positions"] = [w.position("stelle", "auskunft")]
    social = only(files).legal.logging
    assert social is not None
    assert social.norm == citation("§ 79 Abs. 4 SGB X")


def test_without_a_ground_there_is_no_access():
    files = world()
    files[w.MANDATE] |= {"mode": "statutory_assignment", "acts_in_name": "offen"}
    grant = only(files)
    assert (grant.state, grant.legal.basis, codes(grant)) == ("blocked", None, {"zugriffsgrund_fehlt"})


@pytest.mark.parametrize(
    ("basis", "data"),
    [
        ("own", SOCIAL),
        ("av28", SOCIAL),
        ("av80", VEHICLE),
        ("fzv75", SOCIAL),
        ("abruf79", VEHICLE),
        ("melde1-3", SOCIAL),
    ],
)
def test_a_ground_that_cannot_carry_the_data_blocks(basis, data):
    files = world()
    files[w.TASK]["data"] = data
    files[w.MANDATE]["basis"] = basis
    assert "zugriffsgrund_unpassend" in codes(only(files))


def with_ground(basis):
    """Everything that the ground needs; tests take one piece away."""
    files = world()
    agreement, mandate = files[w.AGREEMENT], files[w.MANDATE]
    documents = {
        "av80": "auftragsverarbeitungsvertrag",
        "av28": "auftragsverarbeitungsvertrag",
        "abruf79": "festlegung_79",
        "fzv75": "zustimmung_fzv_75",
        "melde1-3": "dienstanweisung",
        "seconded": "personalvertrag",
    }
    agreement["documents"] = [w.document(documents[basis], between=["speyer", "frankenthal"], date="2026-01-01")]
    mandate["basis"] = basis
    data = {"av80": SOCIAL, "abruf79": SOCIAL, "fzv75": VEHICLE, "melde1-3": ["melderegister"]}
    files[w.TASK]["data"] = data.get(basis, ["personenbezogen"])
    if basis == "av80":
        notices = {"notice_80_controller": "2025-12-01", "notice_80_processor": "2025-12-02"}
        entry = {"activity": "Bearbeitung", "task": "aufgabe", "model": "auftragsverarbeitung"}
        agreement["data_protection"] = [entry | {"controller": "frankenthal", "processor": "speyer"} | notices]
    if basis == "abruf79":
        agreement["procedure"] += [
            {"id": "fach", "kind": "fachaufsicht", "outcome": "erteilt", "decided_on": "2025-12-01"},
            {"id": "lfdi", "kind": "datenschutzaufsicht", "sent_on": "2025-12-01"},
        ]
        files[w.SYSTEM]["claims"].append(w.claim("protokollierung"))
    if basis == "seconded":
        lent = {"kind": "abordnung", "to": "frankenthal", "from": "2026-01-01", "until": "2027-02-28", "consent": True}
        files[w.POOL]["secondment"] = lent | {"document": "personalvertrag"}
        mandate |= {"mode": "staff_lending", "form": "H"}
    return files


@pytest.mark.parametrize("basis", ["av80", "av28", "abruf79", "fzv75", "melde1-3", "seconded"])
def test_a_ground_with_everything_it_needs_is_active_and_names_its_document(basis):
    files = with_ground(basis)
    grant = only(files)
    assert (grant.state, grant.reasons) == ("active", ())
    assert grant.legal.documents == (files[w.AGREEMENT]["documents"][0]["id"],)


def test_seconded_staff_work_like_own_staff_so_nobody_has_to_look_at_foreign_access():
    files = with_ground("seconded")
    files[w.SYSTEM]["claims"] = []
    assert only(files).state == "active"


def test_the_register_of_residents_is_open_to_the_office_by_the_law_of_rheinland_pfalz_only():
    files = world()
    files[w.TASK]["data"] = ["melderegister"]
    files[w.POOL]["positions"] = [w.position("stelle", "auskunft")]
    assert only(files).legal.basis == "melde1-3"
    files["registry.yaml"]["land"] = "HE"
    assert only(files).legal.basis == "deleg"


def test_a_secondment_ends_the_right():
    grant = only(with_ground("seconded"))
    assert (grant.valid_until, ends(grant).rule) == (date(2027, 2, 28), "abordnung")
    grant = only(with_ground("seconded"), date(2027, 3, 1))
    assert (grant.state, codes(grant)) == ("revoked", {"abordnung_beendet"})


def drop_document(files):
    files[w.AGREEMENT]["documents"][0]["state"] = "entwurf"


def drop(*keys):
    def edit(files):
        place = files
        for key in keys[:-1]:
            place = place[key]
        del place[keys[-1]]

    return edit


def put(*keys_and_value):
    *keys, last, value = keys_and_value

    def edit(files):
        place = files
        for key in keys:
            place = place[key]
        place[last] = value

    return edit


def both(*edits):
    def edit(files):
        for one in edits:
            one(files)

    return edit


@pytest.mark.parametrize(
    ("basis", "edit", "expected"),
    [
        ("av80", drop_document, "vertrag_art28_fehlt"),
        ("av80", drop(w.AGREEMENT, "data_protection", 0, "notice_80_controller"), "anzeige_80_auftraggeber_fehlt"),
        (
            "av80",
            drop(w.AGREEMENT, "data_protection", 0, "notice_80_processor"),
            "anzeige_80_auftragsverarbeiter_fehlt",
        ),
        (
            "av80",
            put(w.AGREEMENT, "data_protection", 0, "notice_80_processor", "2026-11-24"),
            "anzeige_80_auftragsverarbeiter_fehlt",
        ),
        ("av28", drop_document, "vertrag_art28_fehlt"),
        ("av28", put(w.AGREEMENT, "documents", 0, "date", "2026-11-24"), "vertrag_art28_fehlt"),
        ("av28", put(w.AGREEMENT, "documents", 0, "between", ["frankenthal", "neustadt"]), "vertrag_art28_fehlt"),
        ("abruf79", drop_document, "abruf_festlegung_fehlt"),
        ("abruf79", put(w.AGREEMENT, "procedure", 1, "outcome", "offen"), "abruf_genehmigung_fehlt"),
        ("abruf79", drop(w.AGREEMENT, "procedure", 2, "sent_on"), "abruf_unterrichtung_fehlt"),
        ("abruf79", put(w.SYSTEM, "claims", 1, "state", "behauptet"), "abruf_protokollierung_fehlt"),
        ("fzv75", drop_document, "zustimmung_75_fehlt"),
        ("melde1-3", drop_document, "dienstanweisung_fehlt"),
        ("seconded", drop_document, "abordnungsvertrag_fehlt"),
        ("seconded", put(w.POOL, "secondment", "kind", "keine"), "abordnung_fehlt"),
        ("seconded", put(w.POOL, "secondment", "to", "speyer"), "abordnung_fehlt"),
        ("seconded", put(w.POOL, "secondment", "consent", False), "abordnung_fehlt"),
        ("seconded", put(w.POOL, "secondment", "from", "2027-01-01"), "abordnung_nicht_begonnen"),
        ("seconded", put(w.POOL, "secondment", "from", None), "abordnung_beginn_offen"),
    ],
)
def test_each_missing_precondition_of_a_ground_blocks_with_its_own_reason(basis, edit, expected):
    files = with_ground(basis)
    edit(files)
    grant = only(files)
    assert (grant.state, codes(grant)) == ("blocked", {expected})


# --- co-use of a facility ---------------------------------------------------------------------------------------------

PROCESSING = {"model": "auftragsverarbeitung", "controller": "frankenthal", "processor": "speyer"}


def co_use(*, data=VEHICLE, roles=({"model": "getrennt_verantwortlich"},), documents=()):
    """Speyer lets Frankenthal use its application; Frankenthal has the post that comes in."""
    files = world()
    files[w.MANDATE] |= {"mode": "shared_facility", "form": "D", "acts_in_name": "principal"}
    files[f"{w.C}/pools/frankenthal.yaml"] = {"partner": "frankenthal", "positions": [w.position()]}
    files[w.TASK]["data"] = data
    files[w.AGREEMENT]["data_protection"] = [{"activity": "Termine", "task": "aufgabe", **role} for role in roles]
    files[w.AGREEMENT]["documents"] = list(documents)
    return files


def test_the_users_of_a_facility_come_into_the_operator_s_tenant_and_not_the_other_way_round():
    assert pairs(everybody("shared_facility", form="D")) == {("frankenthal", "speyer"), ("ludwigshafen", "speyer")}
    assert grants(everybody("shared_facility", agent=None, principals=["frankenthal", "ludwigshafen"])) == ()


@pytest.mark.parametrize("form", ["D", "E", "F"])
@pytest.mark.parametrize("data", [SOCIAL, VEHICLE])
def test_users_of_a_facility_do_their_own_work_so_no_order_to_process_is_asked_for(form, data):
    files = co_use(data=data)
    files[w.MANDATE]["form"] = form
    grant = only(files)
    assert (grant.state, grant.post.home, grant.target.partner) == ("active", "frankenthal", "speyer")
    assert (grant.legal.basis, grant.legal.controller, grant.legal.joint_controllers, grant.legal.documents) == (
        "mitbenutzung",
        "frankenthal",
        (),
        (),
    )


def test_the_ground_of_co_use_names_the_second_alternative_of_the_law_of_rheinland_pfalz():
    files = co_use()
    legal = only(files).legal
    assert (legal.norms, legal.norm_state) == ((citation("§ 12 Abs. 1 Satz 1 Alt. 2 KomZG"),), "verified")
    files["registry.yaml"]["land"] = "HE"
    assert not any("KomZG" in norm for norm in only(files).legal.norms)


def arrangement(**more):
    return w.document("vereinbarung_art_26", **{"between": ["speyer", "frankenthal"], **more})


JOINT = {"model": "gemeinsam_verantwortlich"}
NAMED = JOINT | {"document": "vereinbarung-art-26"}


def test_a_common_calendar_rests_on_the_arrangement_of_joint_controllers():
    legal = only(co_use(roles=[JOINT], documents=[arrangement()])).legal
    assert (legal.controller, legal.joint_controllers) == ("frankenthal", ("frankenthal", "speyer"))
    assert legal.norms == (citation("§ 12 Abs. 1 Satz 1 Alt. 2 KomZG"), citation("Art. 26 DSGVO"))
    assert (legal.norm_state, legal.documents) == ("partly", ("vereinbarung-art-26",))


@pytest.mark.parametrize(
    ("role", "documents", "expected"),
    [
        (JOINT, [arrangement()], set()),
        (NAMED, [arrangement()], set()),
        (NAMED, [arrangement(between=[])], set()),
        (JOINT, [], {"vereinbarung_art26_fehlt"}),
        (NAMED, [], {"vereinbarung_art26_fehlt"}),
        (JOINT, [arrangement(state="entwurf")], {"vereinbarung_art26_fehlt"}),
        (JOINT, [arrangement(date="2026-11-24")], {"vereinbarung_art26_fehlt"}),
        (NAMED, [arrangement(between=["speyer", "neustadt"])], {"vereinbarung_art26_fehlt"}),
        # another one is concluded, but not the one that the agreement names
        (NAMED, [arrangement(state="entwurf"), arrangement(id="andere")], {"vereinbarung_art26_fehlt"}),
    ],
)
def test_joint_controllers_need_their_arrangement_concluded(role, documents, expected):
    assert codes(only(co_use(roles=[role], documents=documents))) == expected


@pytest.mark.parametrize("roles", [(), ({"model": "offen"},), ({"model": "verantwortlicher_beauftragter"},)])
def test_co_use_waits_until_it_is_clear_who_is_responsible_for_the_data(roles):
    assert codes(only(co_use(roles=roles))) == {"datenschutzrolle_offen"}
    assert codes(only(co_use(roles=roles, data=[]))) == set()


def test_an_operator_who_processes_for_the_users_needs_their_order_and_both_notices():
    files = co_use(roles=[PROCESSING], data=SOCIAL)
    assert codes(only(files)) == {
        "vertrag_art28_fehlt",
        "anzeige_80_auftraggeber_fehlt",
        "anzeige_80_auftragsverarbeiter_fehlt",
    }
    whose = {r.code: r.text.split(":")[0] for r in only(files).reasons if r.code.startswith("anzeige")}
    assert whose == {
        "anzeige_80_auftraggeber_fehlt": "Frankenthal",
        "anzeige_80_auftragsverarbeiter_fehlt": "Speyer",
    }
    notices = {"notice_80_controller": "2025-12-01", "notice_80_processor": "2025-12-01"}
    contract = w.document("auftragsverarbeitungsvertrag", between=["speyer", "frankenthal"])
    files = co_use(roles=[PROCESSING | notices], data=SOCIAL, documents=[contract])
    assert (only(files).state, only(files).legal.documents) == ("active", ("auftragsverarbeitungsvertrag",))
    assert codes(only(co_use(roles=[PROCESSING]))) == {"vertrag_art28_fehlt"}


def test_an_order_that_belongs_to_another_mandate_of_the_task_is_not_asked_for_in_co_use():
    assert codes(only(co_use(roles=[PROCESSING, {"model": "getrennt_verantwortlich"}]))) == set()
    assert codes(only(co_use(roles=[PROCESSING, JOINT], documents=[arrangement()]))) == set()


@pytest.mark.parametrize("basis", ["deleg", "av80", "av28"])
def test_a_ground_of_working_for_others_contradicts_co_use(basis):
    files = co_use(data=SOCIAL if basis == "av80" else VEHICLE)
    files[w.MANDATE]["basis"] = basis
    (wrong,) = [r for r in only(files).reasons if r.code == "zugriffsgrund_unpassend"]
    assert "arbeitet nicht für ihren Betreiber" in wrong.text


def test_co_use_is_no_ground_for_work_in_other_modes():
    files = world()
    files[w.MANDATE]["basis"] = "mitbenutzung"
    assert "zugriffsgrund_unpassend" in codes(only(files))


def two_systems(**mandate):
    """A user with roles in two applications of the task, both open to others."""
    files = co_use()
    files["systems/termine.yaml"] = files[w.SYSTEM] | {"id": "termine"}
    roles = files[f"{w.C}/pools/frankenthal.yaml"]["positions"][0]["roles"]
    roles.append({"system": "termine", "role": "auskunft", "from": "2026-01-01"})
    files[w.MANDATE] |= mandate
    return files


@pytest.mark.parametrize("named", [[], ["fach", "termine"]])
def test_co_use_of_an_undetermined_facility_opens_no_system(named):
    assert {g.target.application: codes(g) for g in grants(two_systems(systems=named))} == {
        "fach": {"einrichtung_unbestimmt"},
        "termine": {"einrichtung_unbestimmt"},
    }


def test_co_use_of_the_one_facility_that_the_mandate_names_opens_only_that():
    assert {g.target.application: g.state for g in grants(two_systems(systems=["termine"]))} == {"termine": "active"}


def test_users_who_come_into_different_systems_show_that_the_facility_is_undetermined():
    files = two_systems()
    frankenthal = files[f"{w.C}/pools/frankenthal.yaml"]["positions"][0]["roles"]
    files["partners/ludwigshafen.yaml"] = w.partner("ludwigshafen")
    files[f"{w.C}/members/ludwigshafen.yaml"] = w.member("ludwigshafen")
    other = w.position() | {"roles": [frankenthal.pop()]}
    files[f"{w.C}/pools/ludwigshafen.yaml"] = {"partner": "ludwigshafen", "positions": [other]}
    files[w.MANDATE]["principals"] = ["frankenthal", "ludwigshafen"]
    assert [codes(g) for g in grants(files)] == [{"einrichtung_unbestimmt"}] * 2


# --- systems, roles and parts that a mandate names ---------------------------------------------------------------------


def test_a_mandate_that_names_systems_and_roles_gives_nothing_else():
    files = world()
    files["systems/zweites.yaml"] = files[w.SYSTEM] | {"id": "zweites"}
    roles = [
        {"system": s, "role": r, "from": "2026-01-01"}
        for s in ("fach", "zweites")
        for r in ("auskunft", "entscheidung")
    ]
    files[w.POOL]["positions"][0]["roles"] = roles

    def given(**mandate):
        files[w.MANDATE] |= mandate
        return {(g.post.system, g.post.role_id) for g in grants(files)}

    assert given() == {(r["system"], r["role"]) for r in roles}
    assert given(systems=["zweites"]) == {("zweites", "auskunft"), ("zweites", "entscheidung")}
    assert given(roles=["auskunft"]) == {("zweites", "auskunft")}
    assert given(systems=[]) == {("fach", "auskunft"), ("zweites", "auskunft")}


@pytest.mark.parametrize("mode", ["delegating", "joint", "reciprocal", "statutory_assignment"])
def test_parts_without_roles_are_granted_with_all_roles_and_a_remark(mode):
    files = world()
    files[w.MANDATE] |= {"mode": mode, "form": "C", "scope": {"kind": "teil"}}
    grant = only(files)
    assert (grant.state, [(r.code, r.file) for r in grant.remarks]) == ("active", [("teile_ohne_rollen", w.MANDATE)])
    files[w.MANDATE]["roles"] = ["bearbeitung"]
    assert only(files).remarks == ()


def test_where_nothing_is_handed_over_parts_need_no_roles():
    files = co_use()
    files[w.MANDATE]["scope"] = {"kind": "teil"}
    assert only(files).remarks == ()


# --- what blocks --------------------------------------------------------------------------------------------------------

QUESTION = {"id": "frage", "question": "Geht das?", "about": "technik", "blocks": ["rechtevergabe"]}
MILESTONE = {"id": "m", "order": 1, "title": "Start", "kind": "technik", "state": "offen"}
GRUNDSCHUTZ = {"framework": "it-grundschutz", "level": "standard-absicherung"}


def gate(**gates):
    return put(w.COOPERATION, "gates", gates)


@pytest.mark.parametrize(
    ("edit", "expected", "file"),
    [
        (lambda f: f.pop(w.AGREEMENT), {"vereinbarung_fehlt"}, w.AGREEMENT),
        (put(w.AGREEMENT, "state", "genehmigt"), {"vereinbarung_nicht_in_kraft"}, w.AGREEMENT),
        (put(w.AGREEMENT, "procedure", 0, "outcome", "offen"), {"genehmigung_fehlt"}, w.AGREEMENT),
        (put(w.AGREEMENT, "procedure", 0, "outcome", "abgelehnt"), {"genehmigung_fehlt"}, w.AGREEMENT),
        (put(w.AGREEMENT, "procedure", 0, "decided_on", "2026-11-24"), {"genehmigung_fehlt"}, w.AGREEMENT),
        (drop(w.AGREEMENT, "versions", 0, "in_force_from"), {"wirksamwerden_offen"}, w.AGREEMENT),
        (put(w.AGREEMENT, "versions", 0, "in_force_from", "2026-12-01"), {"vereinbarung_nicht_begonnen"}, w.AGREEMENT),
        (put(w.MANDATE, "state", "vorgeschlagen"), {"mandat_vorgeschlagen"}, w.MANDATE),
        (put(w.MANDATE, "from", "2026-11-24"), {"mandat_nicht_begonnen"}, w.MANDATE),
        (put(w.MANDATE, "from", None), {"mandat_beginn_offen"}, w.MANDATE),
        (put(w.MANDATE, "form", None), {"rechtsform_offen"}, w.MANDATE),
        (put(w.MANDATE, "consent_documents", ["fehlt"]), {"zustimmung_fehlt"}, w.AGREEMENT),
        (put(w.COOPERATION, "tasks", []), {"aufgabe_nicht_vereinbart"}, w.COOPERATION),
        (put(w.COOPERATION, "phase", "ruht"), {"zusammenarbeit_nicht_in_betrieb"}, w.COOPERATION),
        (put(w.COOPERATION, "phase", "beendet"), {"zusammenarbeit_beendet"}, w.COOPERATION),
        (put(w.TASK, "state", "eingestellt"), {"aufgabe_nicht_aktiv"}, w.TASK),
        (put(w.COOPERATION, "open_questions", [QUESTION]), {"offene_frage"}, w.COOPERATION),
        (
            put(w.COOPERATION, "open_questions", [QUESTION | {"partner": "frankenthal"}]),
            {"offene_frage"},
            w.COOPERATION,
        ),
        (lambda f: f.pop(w.PRINCIPAL), {"mitgliedschaft_fehlt"}, w.PRINCIPAL),
        (put(w.PRINCIPAL, "state", "vorgesehen"), {"mitgliedschaft_vorgesehen"}, w.PRINCIPAL),
        (put(w.AGENT, "from", None), {"mitgliedschaft_beginn_offen"}, w.AGENT),
        (put(w.PRINCIPAL, "from", "2027-01-01"), {"mitgliedschaft_nicht_begonnen"}, w.PRINCIPAL),
        (put(w.PRINCIPAL, "state", "ausgeschieden"), {"mitgliedschaft_beendet"}, w.PRINCIPAL),
        (put(w.PRINCIPAL, "role", "beobachter"), {"beobachter"}, w.PRINCIPAL),
        (put(w.PRINCIPAL, "tasks", ["andere"]), {"aufgabe_ausgenommen"}, w.PRINCIPAL),
        (
            put(w.PRINCIPAL, "exceptions", [{"id": "a", "subject": "allem", "mandates": ["auftrag"], "reason": "R"}]),
            {"ausnahme_des_mitglieds"},
            w.PRINCIPAL,
        ),
        (
            put(w.PRINCIPAL, "exceptions", [{"id": "a", "subject": "allem", "tasks": ["aufgabe"], "reason": "R"}]),
            {"ausnahme_des_mitglieds"},
            w.PRINCIPAL,
        ),
        (put(w.POOL, "positions", 0, "state", "unbesetzt"), {"stelle_nicht_besetzt"}, w.POOL),
        (put(w.POOL, "positions", 0, "from", "2027-01-01"), {"stelle_nicht_begonnen"}, w.POOL),
        (put(w.POOL, "positions", 0, "from", None), {"stelle_beginn_offen"}, w.POOL),
        (put(w.POOL, "positions", 0, "roles", 0, "from", "2027-01-01"), {"rolle_nicht_begonnen"}, w.POOL),
        (put(w.POOL, "positions", 0, "roles", 0, "from", None), {"rolle_beginn_offen"}, w.POOL),
        (put(w.POOL, "positions", 0, "roles", 0, "role", "unbekannt"), {"rolle_unbekannt"}, w.SYSTEM),
        (put(w.SYSTEM, "roles", 1, "privileged", True), {"zweiter_faktor_fehlt"}, w.SYSTEM),
        (put(w.SYSTEM, "claims", []), {"zugriff_ungeprueft"}, w.SYSTEM),
        (put(w.SYSTEM, "claims", 0, "state", "behauptet"), {"zugriff_ungeprueft"}, w.SYSTEM),
        (put(w.SYSTEM, "claims", 0, "as_of", "2026-11-24"), {"zugriff_ungeprueft"}, w.SYSTEM),
        (put(w.SYSTEM, "claims", 0, "value", False), {"zugriff_ausgeschlossen"}, w.SYSTEM),
        (
            both(put(w.SYSTEM, "claims", 0, "value", False), put(w.SYSTEM, "claims", 0, "state", "behauptet")),
            {"zugriff_ungeprueft"},
            w.SYSTEM,
        ),
        (put(w.SYSTEM, "tenants", [w.tenant("speyer")]), {"mandant_fehlt"}, w.SYSTEM),
        (put(w.SYSTEM, "tenants", 1, "from", "2027-01-01"), {"mandant_nicht_begonnen"}, w.SYSTEM),
        (put(w.SYSTEM, "tenants", 1, "from", None), {"mandant_beginn_offen"}, w.SYSTEM),
        (gate(security=[GRUNDSCHUTZ]), {"sicherheit_nicht_erreicht"}, w.COOPERATION),
        (gate(readiness=["e_payment"]), {"bereitschaft_fehlt"}, "partners/frankenthal.yaml"),
        (
            both(put(w.COOPERATION, "milestones", [MILESTONE]), gate(milestones=["m"])),
            {"meilenstein_offen"},
            w.COOPERATION,
        ),
        (gate(milestones=["unbekannt"]), {"meilenstein_offen"}, w.COOPERATION),
    ],
)
def test_each_obstacle_blocks_with_its_own_reason_and_file(edit, expected, file):
    files = world()
    edit(files)
    grant = only(files)
    assert (grant.state, codes(grant)) == ("blocked", expected)
    assert file in {r.file for r in grant.reasons}
    assert all(r.text[-1] in ".?" for r in grant.reasons)


@pytest.mark.parametrize(
    "edit",
    [
        put(w.COOPERATION, "open_questions", [QUESTION | {"answer": "Ja."}]),
        put(w.COOPERATION, "open_questions", [QUESTION | {"blocks": ["entwurf"]}]),
        put(w.COOPERATION, "open_questions", [QUESTION | {"partner": "neustadt"}]),
        put(
            w.PRINCIPAL,
            "exceptions",
            [{"id": "a", "subject": "b", "mandates": ["anderes"], "tasks": ["aufgabe"], "reason": "R"}],
        ),
        gate(security=[GRUNDSCHUTZ | {"from": "2027-01-01"}]),
        both(put(w.COOPERATION, "milestones", [MILESTONE | {"partners": ["neustadt"]}]), gate(milestones=["m"])),
        both(
            put(
                w.COOPERATION,
                "milestones",
                [MILESTONE | {"exceptions": [{"partner": p, "reason": "R"} for p in ("speyer", "frankenthal")]}],
            ),
            gate(milestones=["m"]),
        ),
        both(put(w.COOPERATION, "milestones", [MILESTONE | {"state": "erreicht"}]), gate(milestones=["m"])),
        put(w.AGREEMENT, "procedure", 0, "outcome", "fiktion"),
    ],
)
def test_what_does_not_concern_the_two_partners_does_not_block(edit):
    files = world()
    edit(files)
    assert only(files).state == "active"


def commit(level="standard-absicherung", state="umgesetzt", **more):
    return {"id": "gs", "framework": "it-grundschutz", "level": level, "state": state, **more}


@pytest.mark.parametrize(
    ("commitments", "open_demands"),
    [
        ([], 2),
        ([commit()], 1),
        ([commit(state="verpflichtet")], 2),
        ([commit("basis-absicherung")], 2),
        ([commit(until="2026-11-22")], 2),
        ([commit(), {"id": "ueberwachung-24-7", "framework": "eigene", "level": "erfuellt", "state": "umgesetzt"}], 0),
    ],
)
def test_the_home_partner_has_to_reach_the_level_and_the_monitoring(commitments, open_demands):
    files = world()
    files[w.COOPERATION]["gates"] = {"security": [GRUNDSCHUTZ | {"monitoring_24_7": True}]}
    files["security/speyer.yaml"] = {"id": "speyer", "commitments": commitments}
    assert sum(r.code == "sicherheit_nicht_erreicht" for r in only(files).reasons) == open_demands


def test_the_level_of_the_partner_who_is_worked_for_does_not_matter():
    files = world()
    files[w.COOPERATION]["gates"] = {"security": [GRUNDSCHUTZ]}
    files["security/speyer.yaml"] = {"id": "speyer", "commitments": [commit()]}
    assert only(files).state == "active"


def test_an_undocumented_approval_of_an_agreement_in_force_is_a_remark():
    files = world()
    files[w.AGREEMENT]["procedure"] = []
    grant = only(files)
    assert (grant.state, [r.code for r in grant.remarks]) == ("active", ["genehmigung_nicht_dokumentiert"])


def test_a_partner_who_joined_later_needs_the_approval_of_that_version():
    files = world()
    files[w.AGREEMENT]["versions"].append(
        {"number": 1, "kind": "aenderung", "in_force_from": "2026-06-01", "joins": ["frankenthal"]}
    )
    files[w.AGREEMENT]["procedure"].append({"id": "g1", "kind": "genehmigung", "for_version": 1, "outcome": "offen"})
    assert codes(only(files)) == {"genehmigung_fehlt"}
    files[w.AGREEMENT]["procedure"][1]["outcome"] = "erteilt"
    grant = only(files)
    assert (grant.state, grant.valid_from, grant.legal.agreement_version) == ("active", date(2026, 6, 1), 1)


def test_a_land_without_a_full_law_pack_leaves_the_duty_open():
    files = world()
    files["registry.yaml"]["land"] = "HE"
    files[w.AGREEMENT]["procedure"] = []
    assert [r.code for r in only(files).remarks] == ["genehmigungspflicht_unbekannt"]


def test_example_data_are_marked_and_do_not_block():
    files = world()
    files[w.MANDATE]["example"] = True
    files[w.POOL]["positions"][0]["example"] = True
    grant = only(files)
    assert (grant.state, [r.file for r in grant.remarks]) == ("active", [w.MANDATE, w.POOL])


# --- separation of duties ----------------------------------------------------------------------------------------------


def test_roles_that_must_be_kept_apart_block_each_other_whichever_side_says_so():
    files = world()
    files[w.POOL]["positions"] = [w.position("stelle", "bearbeitung", "entscheidung", "auskunft")]
    assert {g.post.role_id: codes(g) for g in grants(files)} == {
        "bearbeitung": {"rollentrennung"},
        "entscheidung": {"rollentrennung"},
        "auskunft": set(),
    }


def test_the_conflict_counts_across_tenants_and_mandates():
    files = everybody("delegating", principals=["frankenthal"])
    files[f"{w.C}/mandates/zweites.yaml"] = files[w.MANDATE] | {"id": "zweites", "principals": ["ludwigshafen"]}
    files[w.POOL]["positions"] = [w.position("stelle", "bearbeitung", "entscheidung")]
    assert {(g.target.partner, g.state) for g in grants(files)} == {
        ("frankenthal", "blocked"),
        ("ludwigshafen", "blocked"),
    }


def test_two_posts_may_hold_the_two_roles():
    files = world()
    files[w.POOL]["positions"] = [w.position("eine", "bearbeitung"), w.position("andere", "entscheidung")]
    assert {g.state for g in grants(files)} == {"active"}


@pytest.mark.parametrize(("second_from", "blocked"), [("2026-12-31", True), ("2027-01-01", False)])
def test_the_conflict_counts_for_days_to_come(second_from, blocked):
    files = world()
    files[w.POOL]["positions"] = [w.position("stelle", "bearbeitung", "entscheidung")]
    roles = files[w.POOL]["positions"][0]["roles"]
    roles[0]["until"], roles[1]["from"] = "2026-12-31", second_from
    today = next(g for g in grants(files) if g.post.role_id == "bearbeitung")
    assert ("rollentrennung" in codes(today)) == blocked


# --- stops ---------------------------------------------------------------------------------------------------------------


def stopped(**stop):
    files = everybody("delegating")
    files[f"{w.C}/suspensions/halt.yaml"] = {"id": "halt", "reason": "Angriff.", **stop}
    return {g.target.partner: g.state for g in grants(files)}


@pytest.mark.parametrize(
    ("stop", "frankenthal", "ludwigshafen"),
    [
        ({"partner": "speyer", "from": "2026-11-23"}, "suspended", "suspended"),
        ({"partner": "frankenthal", "from": "2026-11-01"}, "suspended", "active"),
        ({"mandate": "auftrag", "from": "2026-11-01"}, "suspended", "suspended"),
        ({"mandate": "auftrag", "partner": "frankenthal", "from": "2026-11-01"}, "suspended", "active"),
        ({"mandate": "anderes", "from": "2026-11-01"}, "active", "active"),
        ({"from": "2026-11-01"}, "suspended", "suspended"),
        ({"partner": "speyer", "from": None}, "suspended", "suspended"),
        ({"partner": "speyer", "from": "2026-11-01", "until": "2026-11-22"}, "active", "active"),
        ({"partner": "speyer", "from": "2026-12-01"}, "active", "active"),
    ],
)
def test_a_stop_lets_rights_rest(stop, frankenthal, ludwigshafen):
    assert stopped(**stop) == {"frankenthal": frankenthal, "ludwigshafen": ludwigshafen}


def test_a_stop_that_is_announced_ends_the_right_on_the_day_before():
    files = world()
    files[f"{w.C}/suspensions/halt.yaml"] = {"id": "halt", "partner": "speyer", "reason": "Umzug", "from": "2026-12-01"}
    grant = only(files)
    assert (grant.valid_until, ends(grant).rule) == (date(2026, 11, 30), "sperre")


def test_a_blocked_right_stays_blocked_while_it_is_stopped():
    files = world()
    files[w.MANDATE]["state"] = "vorgeschlagen"
    files[f"{w.C}/suspensions/halt.yaml"] = {"id": "halt", "reason": "Angriff", "from": "2026-11-01"}
    grant = only(files)
    assert (grant.state, codes(grant)) == ("blocked", {"mandat_vorgeschlagen", "gesperrt"})


# --- endings ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "code", "rule"),
    [
        (put(w.PRINCIPAL, "until", "2026-10-31"), "mitgliedschaft_beendet", "mitgliedschaft"),
        (put(w.PRINCIPAL, "termination", {"effective": "2026-10-31"}), "mitgliedschaft_beendet", "mitgliedschaft"),
        (put(w.AGENT, "until", "2026-10-31"), "mitgliedschaft_beendet", "mitgliedschaft"),
        (put(w.MANDATE, "until", "2026-10-31"), "mandat_beendet", "mandat"),
        (put(w.POOL, "positions", 0, "until", "2026-10-31"), "stelle_beendet", "stelle"),
        (put(w.POOL, "positions", 0, "roles", 0, "until", "2026-10-31"), "rolle_beendet", "rolle"),
        (put(w.SYSTEM, "tenants", 1, "until", "2026-10-31"), "mandant_beendet", "mandant"),
        (put(w.AGREEMENT, "versions", 0, "until", "2026-10-31"), "vereinbarung_beendet", "vereinbarung"),
        (
            put(w.AGREEMENT, "duration", {"kind": "befristet", "until": "2026-10-31"}),
            "vereinbarung_beendet",
            "vereinbarung",
        ),
        (
            lambda f: f[w.AGREEMENT]["versions"].append(
                {"number": 1, "kind": "aufhebung", "in_force_from": "2026-11-01"}
            ),
            "vereinbarung_beendet",
            "vereinbarung",
        ),
        (
            lambda f: f[w.AGREEMENT]["versions"].append(
                {"number": 1, "kind": "aenderung", "in_force_from": "2026-11-01", "leaves": ["frankenthal"]}
            ),
            "vereinbarung_beendet",
            "vereinbarung",
        ),
    ],
)
def test_what_has_ended_is_to_be_taken_away_and_stays_listed(edit, code, rule):
    files = world()
    edit(files)
    grant = only(files)
    assert (grant.state, codes(grant)) == ("revoked", {code})
    assert (grant.valid_from, grant.valid_until, ends(grant).rule) == (date(2026, 1, 1), date(2026, 10, 31), rule)


def test_the_same_end_in_the_future_only_shortens_the_right():
    files = world()
    files[w.PRINCIPAL]["termination"] = {"effective": "2026-12-31"}
    grant = only(files)
    assert (grant.state, grant.valid_until, ends(grant).file) == ("active", date(2026, 12, 31), w.PRINCIPAL)


def test_somebody_who_left_on_an_unknown_day_is_blocked_because_no_end_can_be_stated():
    files = world()
    files[w.PRINCIPAL]["state"] = "ausgeschieden"
    files[w.MANDATE]["until"] = "2027-12-31"
    assert only(files).state == "blocked"


def test_a_partner_who_left_and_came_back_is_bound_again():
    files = world()
    files[w.AGREEMENT]["versions"] = [
        {"number": 0, "kind": "urfassung", "in_force_from": "2026-01-01", "joins": ["speyer", "frankenthal"]},
        {"number": 1, "kind": "aenderung", "in_force_from": "2026-03-01", "leaves": ["frankenthal"]},
        {"number": 2, "kind": "aenderung", "in_force_from": "2026-09-01", "joins": ["frankenthal"]},
    ]
    files[w.AGREEMENT]["procedure"] += [{"id": "g2", "kind": "genehmigung", "for_version": 2, "outcome": "fiktion"}]
    grant = only(files)
    assert (grant.state, grant.valid_from) == ("active", date(2026, 9, 1))


def came_back(**present):
    files = world()
    earlier = {"from": "2026-01-01", "until": None, "termination": {"effective": "2026-03-31"}}
    files[w.PRINCIPAL] |= {"earlier": [earlier], "from": "2026-09-01", **present}
    return files


@pytest.mark.parametrize(
    ("day", "state", "reasons", "until"),
    [
        (date(2026, 2, 1), "active", set(), date(2026, 3, 31)),
        (date(2026, 6, 1), "blocked", {"mitgliedschaft_nicht_begonnen"}, None),
        (date(2026, 11, 23), "active", set(), date(2027, 9, 30)),
    ],
)
def test_an_earlier_membership_carries_the_rights_of_its_own_days(day, state, reasons, until):
    grant = only(came_back(), day)
    assert (grant.state, codes(grant), grant.valid_until) == (state, reasons, until)


@pytest.mark.parametrize("state", ["vorgesehen", "ausgeschieden"])
def test_what_the_file_says_of_the_present_membership_does_not_touch_an_earlier_one(state):
    assert only(came_back(state=state), date(2026, 2, 1)).state == "active"
    assert only(came_back(state=state)).state == "blocked"


def test_an_automatic_renewal_outlives_the_agreed_end():
    files = world()
    files[w.AGREEMENT] |= {"duration": {"kind": "befristet", "until": "2026-10-31"}, "renewal": {"kind": "automatisch"}}
    assert only(files).state == "active"


def test_a_new_text_that_follows_without_a_gap_continues_the_agreement():
    files = world()
    files[w.AGREEMENT]["versions"] = [
        {"number": 0, "kind": "urfassung", "in_force_from": "2026-01-01", "until": "2026-06-30"},
        {"number": 1, "kind": "neufassung", "in_force_from": "2026-07-01"},
    ]
    files[w.AGREEMENT]["procedure"][0]["for_version"] = 1
    grant = only(files)
    assert (grant.state, grant.legal.agreement_version) == ("active", 1)


def test_partners_may_be_bound_from_days_of_their_own():
    files = world()
    days = [{"partner": "frankenthal", "date": "2026-12-01"}]
    files[w.AGREEMENT]["entry_into_force"] = {"rule": "gestaffelt", "per_partner": days}
    assert codes(only(files)) == {"vereinbarung_nicht_begonnen"}


def test_a_post_made_after_the_mandate_had_ended_never_had_a_right():
    files = world()
    files[w.MANDATE]["until"] = "2026-05-31"
    files[w.POOL]["positions"][0]["from"] = "2026-06-01"
    assert grants(files) == ()


def test_a_security_commitment_that_runs_out_ends_the_right():
    files = world()
    files[w.COOPERATION]["gates"] = {"security": [GRUNDSCHUTZ]}
    files["security/speyer.yaml"] = {"id": "speyer", "commitments": [commit(until="2027-01-31")]}
    grant = only(files)
    assert (grant.valid_until, ends(grant).rule) == (date(2027, 1, 31), "sicherheit")


def test_a_level_that_will_be_demanded_and_is_not_reached_ends_the_right():
    files = world()
    files[w.COOPERATION]["gates"] = {"security": [GRUNDSCHUTZ | {"from": "2027-02-01"}]}
    grant = only(files)
    assert (grant.state, grant.valid_until, ends(grant).rule) == ("active", date(2027, 1, 31), "sicherheit")


# --- what else ------------------------------------------------------------------------------------------------------------


def test_a_role_entered_for_two_periods_is_one_right_with_the_period_that_counts():
    files = world()
    first, second = ({"system": "fach", "role": "bearbeitung"} for _ in range(2))
    files[w.POOL]["positions"][0]["roles"] = [
        first | {"from": "2026-01-01", "until": "2026-06-30"},
        second | {"from": "2026-09-01"},
    ]
    grant = only(files)
    assert (grant.state, grant.valid_from) == ("active", date(2026, 9, 1))


def test_ids_depend_on_the_ids_of_the_parts_only():
    files = world()
    before = only(files).id
    files[w.MANDATE] |= {"state": "vorgeschlagen", "from": "2027-01-01"}
    files[w.POOL]["positions"][0]["function"] = "Etwas anderes"
    assert only(files).id == before == "g-" + before[2:]
    files[w.POOL]["positions"][0]["id"] = "umbenannt"
    assert only(files).id != before


def test_a_post_entered_twice_is_refused():
    files = world()
    files[w.POOL]["positions"] = [w.position(), w.position()]
    with pytest.raises(UserError, match="speyer/stelle"):
        grants(files)


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (put(w.MANDATE, "agent", None), "wer für wen arbeitet"),
        (
            both(put(w.MANDATE, "agent", None), put(w.MANDATE, "mode", "shared_facility")),
            "wer die Einrichtung betreibt und wer sie mitbenutzt",
        ),
        (put(w.MANDATE, "systems", ["anderes"]), "in einem System, das das Mandat nennt"),
        (put(w.MANDATE, "roles", ["andere"]), "eine vom Mandat genannte Rolle"),
        (lambda f: f.pop(w.POOL), "Speyer hat keinen Personalpool"),
        (put(w.POOL, "positions", []), "Keine Stelle von Speyer"),
    ],
)
def test_a_mandate_from_which_nothing_follows_is_named(edit, text):
    files = world()
    edit(files)
    read = registry(files)
    assert grants(files) == ()
    (gap,) = wanting_gaps(read.cooperation("zusammen"), read, w.DAY)
    assert text in gap


def test_every_reason_has_a_case_here():
    source = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in get_args(ReasonCode) if f'"{code}"' not in source] == []
