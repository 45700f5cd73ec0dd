"""The pages of figures: the programme, a project, an exam type, a trainee."""
