"""What holds for all tests."""

import signal

# A shell that starts the tests in the background lets them ignore Ctrl-C, and their children inherit that; here Ctrl-C has to work.
signal.signal(signal.SIGINT, signal.default_int_handler)
