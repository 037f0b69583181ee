"""Read-only knowledge shipped with the tool: law of the Länder, official keys, words and forms of German."""
