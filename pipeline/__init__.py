"""One scan's way from bytes to a released derivative and a quality score; pure: no network, database, clock or environment."""
