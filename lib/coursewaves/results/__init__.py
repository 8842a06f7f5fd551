"""What a report shows, for machines: the same numbers as its page, as JSON and as a workbook.

Builders of pages note what they show (`shown`), a cell's output carries the notes, and `assemble` makes one result
of them. So nothing is in it that the page does not show.
"""

from coursewaves.results.assemble import as_json, assembled
from coursewaves.results.figures import warm_up
from coursewaves.results.shown import MIME
from coursewaves.results.workbook import as_workbook

__all__ = ["MIME", "as_json", "as_workbook", "assembled", "warm_up"]
