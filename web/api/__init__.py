"""What a program can do here: everything the pages do, by the same functions, rights and errors."""
