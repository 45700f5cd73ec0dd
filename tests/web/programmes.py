"""What does a programme decide in the tests of the pages?"""

BY_HTTP = """
[[organisations]]
code = "relief"
name = "Relief"
[[organisations]]
code = "other"
name = "Other"
[[projects]]
code = "goma"
organisation = "relief"
name = "Goma"
sources = [{kind = "browser"}, {kind = "dicomweb"}]
[[projects]]
code = "bunia"
organisation = "relief"
name = "Bunia"
sources = [{kind = "watched_folder"}]
[[projects]]
code = "elsewhere"
organisation = "other"
name = "Elsewhere"
"""
