"""How much of anything one file may hold. Nobody writes more by hand, and nothing below these limits can stop the program."""

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_EVENTS = 20_000
"""Keys, values, and beginnings and ends of lists and sections, taken together."""
MAX_SCALAR = 10_000
MAX_DIGITS = 15
MAX_FINDINGS = 100
