"""What do the pages of figures have in common: numbers that lead to their scans, tiles with a trend, rows of parts?"""
