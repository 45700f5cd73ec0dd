"""The ways in: one file, one source. Each yields files that are complete, with what its channel knew of them."""
