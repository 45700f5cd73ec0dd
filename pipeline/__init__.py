"""One scan's way from bytes to a released derivative and a score; pure: no network, database, clock, environment."""
