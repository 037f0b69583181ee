"""What must not stand in any text of a registry, because git does not forget: traces of persons, and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ikzctl.checks import walk
from ikzctl.checks.report import inside, say
from ikzctl.checks.walk import Placed
from ikzctl.model.findings import FieldPath, Finding

# Every repetition is bounded and none stands inside another unbounded one, so that no text makes them slow.
_MAIL = re.compile(
    r"(?<![\w.%+-])([a-zäöüß]{1,40}(?:[._-][a-zäöüß]{1,40}){1,3})@[a-z0-9-]{1,60}\.[a-z]{2}", re.IGNORECASE
)
_MOBILE = re.compile(r"(?<!\d)(?:\+49|0049|0)[ ()/-]{0,3}1[5-7][0-9](?:[ ()/-]{0,3}[0-9]){6,9}(?!\d)")
_BIRTH = re.compile(
    r"(?:\bgeb\.|\bgeboren(?: am)?|\bGeburts(?:datum|tag)\b:?)\s{0,3}"
    r"(?:[0-9]{1,2}\.\s?(?:[0-9]{1,2}\.|[A-Za-zä]{3,9})\s?[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY|\b(?:AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{20}|glpat-[\w-]{20})"
    r"|\b(?:passwor[dt]|kennwort|passwd|pwd|api[ _-]?key|token|secret)\s{0,3}[:=]\s{0,3}(?=\S{0,40}[0-9!$%&*#])\S{6,40}",
    re.IGNORECASE,
)
# Without one of these, in lower case, `_SECRET` cannot match.
_SIGNS = ("begin", "akia", "ghp_", "glpat", "pass", "kennwort", "pwd", "key", "token", "secret")
_DIGITS = re.compile(r"1[5-7][0-9]")
# A part of the local name that only a function mailbox has.
_FUNCTIONS = re.compile(
    r"amt|abteilung|anfrage|antrag|archiv|beauftragt|buero|büro|datenschutz|dezernat|einkauf|elterngeld|fach|finanz|"
    r"gemeinde|gewerbe|grund|haupt|ikz|info|jugend|kaemmerei|kämmerei|kasse|kfz|kommunal|kontakt|koordination|kreis|leitung|"
    r"mail|organisation|personal|post|presse|recht|referat|rat|region|register|service|sicherheit|sozial|stab|stadt|stelle|"
    r"support|team|technik|umwelt|verband|verkehr|vertretung|verwaltung|vorzimmer|wohngeld|zentral|zulassung|zweck",
    re.IGNORECASE,
)
_SHORT_FUNCTIONS = frozenset({"it", "isb", "dsb", "edv", "vg", "vgv", "og", "ob", "adm", "admin", "no", "reply", "bgm"})


def nothing_confidential(found: Iterable[Placed]) -> Iterator[Finding]:
    everything = list(walk.texts(found))
    # nearly all records are clean: one look at the whole is many times cheaper than one per text
    if not _suspicious("\n".join([text for _, text, _, _ in everything])):
        return
    for path, text, name, number in everything:
        key = walk.key_of(name)
        yield from _in_text((*path, key) if number < 0 else (*path, key, number), text)


def _suspicious(whole: str) -> bool:
    folded = whole.casefold()
    return bool(
        ("@" in whole and _MAIL.search(whole))
        or (_DIGITS.search(whole) and _MOBILE.search(whole))
        or ("geb" in folded and _BIRTH.search(whole))
        or (any(sign in folded for sign in _SIGNS) and _SECRET.search(whole))
    )


def _in_text(path: FieldPath, text: str) -> Iterator[Finding]:
    for mail in _MAIL.finditer(text):
        if not _is_function(mail[1]):
            message = (
                "hier steht eine E-Mail-Adresse, die nach einer Person aussieht; richtig ist ein Funktionspostfach, "
                "denn aus der Geschichte des Registers lässt sich nichts mehr löschen"
            )
            yield say("IKZ-D001", "warning", inside(*path), message)
            break
    if _MOBILE.search(text):
        message = "hier steht eine Mobilnummer; richtig ist eine Sammelnummer, denn Mobilnummern gehören Personen"
        yield say("IKZ-D002", "warning", inside(*path), message)
    if _BIRTH.search(text):
        message = "hier steht ein Geburtsdatum; Angaben über Personen gehören nicht ins Register"
        yield say("IKZ-D003", "error", inside(*path), message)
    if _SECRET.search(text):
        message = (
            "hier steht ein Passwort oder ein geheimer Schlüssel; bitte zuerst dort ändern, wo er gilt, und dann hier entfernen: "
            "die Geschichte des Registers behält ihn"
        )
        yield say("IKZ-D004", "error", inside(*path), message)


def _is_function(local: str) -> bool:
    return any(_FUNCTIONS.search(part) or part.casefold() in _SHORT_FUNCTIONS for part in re.split(r"[._-]", local))
