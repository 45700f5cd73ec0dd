"""Files sent in pieces that a broken link does not lose: the tus protocol, version 1.0.0."""
