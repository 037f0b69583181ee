"""Ctrl-C while a change is written: noted when it comes, obeyed only where stopping is clean."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """Inside `with`, Ctrl-C sets `asked`; `stop_if_asked` raises KeyboardInterrupt at a place of our choice."""

    def __init__(self) -> None:
        self.asked = False
        # how Ctrl-C is handled when this ends: as before, or no more at all
        self._afterwards: signal._HANDLER = None
        self._outer: Interrupts | None = None

    def __enter__(self) -> Self:
        # another thread gets no signals and may not change how they are handled
        if threading.current_thread() is threading.main_thread():
            self._afterwards = signal.getsignal(signal.SIGINT)
            outer = getattr(self._afterwards, "__self__", None)
            if isinstance(outer, Interrupts):
                # whoever guards more than this has heard what we have not
                self._outer, self.asked = outer, outer.asked
            if self._afterwards is not signal.SIG_IGN:
                signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._afterwards is not None:
            signal.signal(signal.SIGINT, self._afterwards)
        if self._outer is not None:
            self._outer.asked |= self.asked

    def nothing_left_to_stop(self) -> None:
        """From here to the end of the program Ctrl-C is too late: it must not make what is done sound as if it were not."""
        if self._afterwards is not None:
            self._afterwards = signal.SIG_IGN

    def stop_if_asked(self) -> None:
        if self.asked:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
