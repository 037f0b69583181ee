"""Explain a finding: what it means, what it rests on, how to mend it."""

from __future__ import annotations

from ikzctl.model.errors import UserError
