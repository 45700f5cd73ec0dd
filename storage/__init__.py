"""Where scans and what is known of them are kept: objects (bytes by digest) and the catalogue (tables)."""
