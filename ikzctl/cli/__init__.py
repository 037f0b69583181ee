"""The command line: parse, call one action, print, exit code. The only place that reads the clock and the environment."""
