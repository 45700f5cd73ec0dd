"""When does what happen, in what order, with which retries? Straight sentences; the decisions stand in the core."""
