"""What do people see and do in the browser? A Django project: server-rendered pages, no build step."""
