"""One file of this folder is one section of a report; there is no list to edit."""
