"""What does the catalogue say of a period, as figures for pages, reports and machines?"""
