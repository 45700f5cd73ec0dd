"""What scores and reviews say about scans to read, people, devices and projects; pure."""
