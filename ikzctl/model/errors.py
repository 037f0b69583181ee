"""Failures that a user can mend; anything else that escapes is a fault of the tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ikzctl.model.findings import Finding


class UserError(Exception):
    """A clear German sentence, an optional next step, and the exit code (2: wrong use or unreadable input; 1: refused by a gate)."""

    def __init__(self, message: str, hint: str | None = None, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


class RegistryUnreadable(UserError):
    """The registry, or the part that a command needs, has errors; they are attached."""

    def __init__(
        self, findings: Sequence[Finding], message: str = "Das Register hat Fehler, die zuerst behoben werden müssen."
    ) -> None:
        super().__init__(message, hint="Alle Befunde zeigt: ikzctl validate")
        self.findings = tuple(findings)


class WriteRefused(UserError):
    """Nothing was changed; the message says why and what helps."""
