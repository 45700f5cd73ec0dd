"""The command line: the face of the house; heavy parts are imported where used, so that `inspect` starts fast."""
