"""One file, one page (or the few addresses that belong to it)."""
