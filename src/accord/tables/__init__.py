"""The course table: one tidy row per occasion, and the only place where Accord reads and writes files of data.

    reading = read_courses(path, Map.read("map.toml"), ranges={"phq-9": (0, 27)}, items={})
    reading.rows        what can be brought in
    reading.refused     what cannot, by line, column and reason; never with the answer itself
    write_courses(reading.rows, path, "csv")      and <name>.codebook.csv beside it

A file whose columns already have the course table's names needs no map. docs/formats.md describes both.
"""

from accord.tables.course import ATTENDED, RATERS, Key, Reading, Reason, Refusal, Row
from accord.tables.map import Map, Occasion, Rules
from accord.tables.reading import read_courses
from accord.tables.writing import codebook, write_courses

__all__ = [
    "ATTENDED",
    "RATERS",
    "Key",
    "Map",
    "Occasion",
    "Reading",
    "Reason",
    "Refusal",
    "Row",
    "Rules",
    "codebook",
    "read_courses",
    "write_courses",
]
