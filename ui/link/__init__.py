"""The line to the hub on the screen: how it stands, since when, what waits, and what to do about it."""
