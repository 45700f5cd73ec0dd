"""What do the programmes of most tests have in common? One organisation and its project; keys of that may follow."""

ONE_PROJECT = """
[[organisations]]
code = "relief"
name = "Relief"

[[projects]]
code = "goma"
organisation = "relief"
name = "Goma"
"""
EVERY_MINUTE = 'schedule = "* * * * *"\n'
