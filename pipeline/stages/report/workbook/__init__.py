"""report.xlsx: the rows in a spreadsheet, with the bad cells marked."""

from pipeline.stages.report.workbook.bounds import Bounds
from pipeline.stages.report.workbook.told import Told
from pipeline.stages.report.workbook.writing import WORKBOOK, Book, writing_workbook

__all__ = ["WORKBOOK", "Book", "Bounds", "Told", "writing_workbook"]
