"""Pages that people read: one file each, that fetches nothing, in one look."""

from pipeline.pages.charts import GAP, HEIGHT, Chart, Series, number, stacked
from pipeline.pages.render import in_script, rendered

__all__ = [
    "GAP",
    "HEIGHT",
    "Chart",
    "Series",
    "in_script",
    "number",
    "rendered",
    "stacked",
]
