"""The accounts that tests talk to."""
