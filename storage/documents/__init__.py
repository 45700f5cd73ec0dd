"""Which files is a report printed to, and how does each of them become the same bytes from the same report?"""
