"""What holds for all tests."""

import signal

import pytest

# A shell that starts the tests in the background lets them ignore Ctrl-C, and their children inherit that; here Ctrl-C has to work.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _interruptible():
    """What has made its change ignores Ctrl-C to the end of the program, which the tests do not share with it."""
    yield
    signal.signal(signal.SIGINT, signal.default_int_handler)
