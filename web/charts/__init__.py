"""Charts: one file draws one chart; a page shows it as SVG, with a table of the same numbers beneath it."""
