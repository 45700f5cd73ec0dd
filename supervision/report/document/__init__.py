"""What stands in a report, whatever file it is printed to?

A report is one tree of values: sections of paragraphs, numbers, tables and charts, every word in both languages and
every number as a number. It is made once, kept, and printed to any format and language from there; so no two files of
a report can differ in a figure.
"""

from supervision.report.document.blocks import (
    Block,
    Chart,
    Column,
    Form,
    Number,
    Numbers,
    Paragraph,
    Point,
    Prose,
    Row,
    Series,
    Table,
)
from supervision.report.document.cell import Cell, Doubt, Kind, Value
from supervision.report.document.tree import Comment, Document, Section

__all__ = [
    "Block",
    "Cell",
    "Chart",
    "Column",
    "Comment",
    "Document",
    "Doubt",
    "Form",
    "Kind",
    "Number",
    "Numbers",
    "Paragraph",
    "Point",
    "Prose",
    "Row",
    "Section",
    "Series",
    "Table",
    "Value",
]
