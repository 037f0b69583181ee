"""What follows from joining, leaving, adding a partner: a list of changes with its consequences; nothing is done here."""
