"""Charts drawn as plain SVG text: a sparkline for a row, a course for a page, many courses to see how they spread.

    sparkline(values, low=0, high=27, title="PHQ-9, 8 sessions, last 11")
    course([Series("Client", ...), Series("Therapist", ...)], x=..., x_labels=..., id="alliance", ...)
    course_for_page(...)      both shapes of the same chart; the style sheet shows the one that fits
    many([Panel("Nothing changed", middle, bands, singles), Panel("Changed", ...)], x=..., x_labels=..., id="a", ...)
    many_for_page(...)        the same for many courses at once

Nothing here knows what is drawn: no measure, no person, no colour. The text can stand in a page under a
content policy that allows no inline style, in a PDF and in a printed letter. A table of the same numbers belongs beside
every course: a chart is a picture, and the table is what a screen reader, a keyboard and a spreadsheet can use.

Colours, and nothing else, come from ``static/accord/charts.css``; without it a chart is black and still correct,
since series differ by dash and by marker. Class names, for whoever styles them:

    chart                 every svg of this module; with it either sparkline or course, and course-narrow or
                          course-wide; a chart of many courses is a course and many
    chart-pair            the element around the two shapes made by course_for_page
    chart-grid            lines of the y grid                 chart-axis        the line under the plot
    chart-tick            numbers and labels at both axes     chart-axis-title  what the x axis counts
    chart-series          one series, with series-1 .. -3     chart-line        its line
    chart-mark            its markers                         chart-label       its name, at the line's end or above
    chart-leader          from a line's end to its name       chart-point       the link around a marker
    chart-target          the unseen area that makes a link easier to hit
    chart-band            the person's own range              chart-band-label  its name
    chart-band-edge       the dashed edges of a second one
    chart-reference       a cut-off                           chart-reference-label
    chart-event           one event, with event-note, event-strain, event-repair, event-missed,
                          event-cancelled or event-late
    chart-event-stem, chart-event-mark, chart-event-label     its parts
    chart-panel           the name of one panel               chart-key         words beside a sample
    chart-single          thin lines of single courses        chart-stop        a dot where one of them stops
    chart-empty           what is said when there is nothing to draw
    spark-line, spark-dot, spark-last, spark-base             its parts; spark-old: no answer since
"""

from accord.charts.many import many, many_for_page
from accord.charts.parts import Band, Event, Kind, Line, Panel, Series
from accord.charts.plot import course, course_for_page
from accord.charts.spark import sparkline

__all__ = [
    "Band", "Event", "Kind", "Line", "Panel", "Series",
    "course", "course_for_page", "many", "many_for_page", "sparkline",
]  # fmt: skip
