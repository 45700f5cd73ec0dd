"""How is a project handed over from the prompt? Who may do what in it is asked as on the pages."""
