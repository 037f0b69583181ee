"""`python -m ikzctl`."""

from ikzctl.cli.entry import main

main()
