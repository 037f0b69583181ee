"""What must not stand in any text of a registry, because git does not forget: traces of persons, and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ikzctl.checks import walk
from ikzctl.checks.report import inside, say
from ikzctl.checks.walk import Placed
from ikzctl.model.findings import FieldPath, Finding, Pointer

_MAIL_CODE, _MOBILE_CODE, _BIRTH_CODE, _SECRET_CODE = "IKZ-D001", "IKZ-D002", "IKZ-D003", "IKZ-D004"
_ALL = frozenset((_MAIL_CODE, _MOBILE_CODE, _BIRTH_CODE, _SECRET_CODE))
_ONLY_MAIL, _NONE = frozenset((_MAIL_CODE,)), frozenset[str]()

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
# Without one of these in a file, in lower case, `_SECRET` cannot match any of its texts; likewise the others.
_SECRET_SIGNS = (b"-----begin", b"akia", b"ghp_", b"glpat", b"passw", b"kennwort", b"pwd", b"token", b"secret")
_BIRTH_SIGNS = (b"geb.", b"geboren", b"geburts")
# What the end of a line may part: two words, and a number. Their last halves are no sign by themselves, except at the beginning
# of a line.
_API_KEY = re.compile(rb"api[\s_-]*key")
# What the next two have in common, where the search begins with a digit and is ten times as quick.
_DIALLED_SIGN = re.compile(rb"1(?:(?<=[09\s()/-]1)|(?<=^1))[5-7][0-9]", re.MULTILINE)
_DIALLED = re.compile(rb"(?:(?<![0-9])0|49)[\s()/-]*1[5-7][0-9]")
_DIALLED_PART = re.compile(rb"(?:^|(?<![0-9])0|49)[\s()/-]*1[5-7][0-9]", re.MULTILINE)
# Looked for one after the other: one pattern for all takes twice as long.
_SIGNS = (b"@", b"\\", b"api", *_BIRTH_SIGNS, *_SECRET_SIGNS)
_ASCII = bytes(range(128))
# behind a letter ("C#-Kurs") no parser takes it for the beginning of a comment
_MAY_BEGIN = re.compile(rb"(?<![A-Za-z])#")
_LIKE_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
# Letters that a pattern without case takes for `i`, `k` or `s`.
_LIKE_ASCII = tuple(letter.encode() for letter in ("\u017f", "\u212a", "\u0131", "\u0130"))
# Lines of which it is known that they hold no sign at all. In a registry most lines of a file stand in others as well.
_innocent: set[bytes] = set()
_MAX_INNOCENT = 4096
# A part of the local name that only a function mailbox has.
_FUNCTIONS = re.compile(
    r"amt|abteilung|anfrage|antrag|archiv|beauftragt|buero|büro|datenschutz|dezernat|einkauf|elterngeld|fach|finanz|"
    r"gemeinde|gewerbe|grund|haupt|ikz|info|jugend|kaemmerei|kämmerei|kasse|kfz|kommunal|kontakt|koordination|kreis|leitung|"
    r"mail|organisation|personal|post|presse|recht|referat|rat|region|register|service|sicherheit|sozial|stab|stadt|stelle|"
    r"support|team|technik|umwelt|verband|verkehr|vertretung|verwaltung|vorzimmer|wohngeld|zentral|zulassung|zweck",
    re.IGNORECASE,
)
_SHORT_FUNCTIONS = frozenset({"it", "isb", "dsb", "edv", "vg", "vgv", "og", "ob", "adm", "admin", "no", "reply", "bgm"})


def suspects(content: bytes) -> frozenset[str]:
    """Codes that texts of this file may deserve; for nearly all files none, at a tenth of what looking at each text costs.

    What a pattern needs is part of a word, and no way of writing a text in YAML but an escape tears words apart. So each line can
    be judged by itself, once, whatever stands around it.
    """
    lines = set(content.split(b"\n"))
    lines -= _innocent
    unknown = b"\n".join(lines)
    if not _has_sign(unknown):
        _remember(lines)
        return _NONE
    _remember(line for line in lines if not _has_sign(line))
    return _look_closer(content, unknown)


def _has_sign(text: bytes) -> bool:
    dialled = _DIALLED_SIGN.search(text) and _DIALLED_PART.search(text)
    return bool(dialled or any(map(text.lower().__contains__, _SIGNS)) or _has_like_ascii(text))


def _look_closer(content: bytes, unknown: bytes) -> frozenset[str]:
    """`unknown`: those lines of the content that may hold signs."""
    if b"\\" in unknown or _has_like_ascii(unknown):
        return _ALL
    lower = unknown.lower()
    found = [_MAIL_CODE] if b"@" in unknown and _names_somebody(unknown) else []
    if _DIALLED.search(content):
        found.append(_MOBILE_CODE)
    if any(sign in lower for sign in _BIRTH_SIGNS):
        found.append(_BIRTH_CODE)
    if any(sign in lower for sign in _SECRET_SIGNS) or (b"api" in lower and _API_KEY.search(content.lower())):
        found.append(_SECRET_CODE)
    return frozenset(found) if found else _NONE


def _remember(innocent: Iterable[bytes]) -> None:
    # what is common comes back at once; what stands in one file only must not fill the memory
    if len(_innocent) > _MAX_INNOCENT:
        _innocent.clear()
    _innocent.update(innocent)


def _has_like_ascii(text: bytes) -> bool:
    if text.isascii():
        return False
    others = text.translate(None, _ASCII)
    return any(letter in others for letter in _LIKE_ASCII)


def _names_somebody(content: bytes) -> bool:
    """An address holds no blank, so it stands in the file as it stands in the text, on one line."""
    lines = (line.decode("utf-8", "replace") for line in content.split(b"\n") if b"@" in line)
    return any(not _is_function(mail[1]) for line in lines for mail in _MAIL.finditer(line))


def nothing_confidential(found: Iterable[Placed], codes: frozenset[str]) -> Iterator[Finding]:
    """Findings with these codes, text by text."""
    mail, others = _MAIL_CODE in codes, codes != _ONLY_MAIL
    for path, text, name, number in walk.texts(found):
        if others or (mail and "@" in text):
            key = walk.key_of(name)
            place: FieldPath = (*path, key) if number < 0 else (*path, key, number)
            yield from _in_text(inside(*place), text, codes)


def nothing_confidential_beside(content: bytes, codes: frozenset[str]) -> Iterator[Finding]:
    """The same for the comments of a file: git forgets them no more than the rest."""
    for line, column, text in _comments(content):
        yield from _in_text(Pointer("", (), line, column), text, codes)


def _comments(content: bytes) -> Iterator[tuple[int, int, str]]:
    """Line and column, from 1, and text of each comment."""
    from ikzctl.registry.nodes import ExplicitKeyError, Tree
    from ikzctl.registry.raw import Prepared, prepare

    if not _MAY_BEGIN.search(content) or not isinstance(prepared := prepare(content, ""), Prepared):
        return
    text = prepared.source.decode("utf-8")
    try:
        yield from ((one.line + 1, one.column + 1, one.text) for one in Tree(text).comments)
    except ExplicitKeyError:
        # a way of writing of which the tree knows no places: there, what looks like a comment is taken for one
        for number, line in enumerate(text.split("\n"), 1):
            if found := _LIKE_COMMENT.search(line):
                yield number, found.start() + 1, found[0]


def _in_text(at: Pointer, text: str, codes: frozenset[str]) -> Iterator[Finding]:
    if _MAIL_CODE in codes and any(not _is_function(mail[1]) for mail in _MAIL.finditer(text)):
        message = (
            "hier steht eine E-Mail-Adresse, die nach einer Person aussieht; richtig ist ein Funktionspostfach, "
            "denn aus der Geschichte des Registers lässt sich nichts mehr löschen"
        )
        yield say(_MAIL_CODE, "warning", at, message)
    if _MOBILE_CODE in codes and _MOBILE.search(text):
        message = "hier steht eine Mobilnummer; richtig ist eine Sammelnummer, denn Mobilnummern gehören Personen"
        yield say(_MOBILE_CODE, "warning", at, message)
    if _BIRTH_CODE in codes and _BIRTH.search(text):
        message = "hier steht ein Geburtsdatum; Angaben über Personen gehören nicht ins Register"
        yield say(_BIRTH_CODE, "error", at, message)
    if _SECRET_CODE in codes and _SECRET.search(text):
        message = (
            "hier steht ein Passwort oder ein geheimer Schlüssel; bitte zuerst dort ändern, wo er gilt, und dann hier entfernen: "
            "die Geschichte des Registers behält ihn"
        )
        yield say(_SECRET_CODE, "error", at, message)


def _is_function(local: str) -> bool:
    return any(_FUNCTIONS.search(part) or part.casefold() in _SHORT_FUNCTIONS for part in re.split(r"[._-]", local))
