"""What ikzctl makes beside the registry: documents and manifests, finished and not yet written anywhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """`path` is relative to the output folder, with `/`."""

    path: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()
