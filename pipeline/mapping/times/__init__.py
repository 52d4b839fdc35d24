"""Text to points in time, a column at a time."""

from pipeline.mapping.times.day_order import DayOrder, leaves_order_open, with_order
from pipeline.mapping.times.parse import Times, parse_times
from pipeline.mapping.times.patterns import pattern_trouble
from pipeline.mapping.times.rule import FORMATS, TimeRule
from pipeline.mapping.times.zones import is_time_zone, nearest_time_zone

__all__ = [
    "FORMATS",
    "DayOrder",
    "TimeRule",
    "Times",
    "is_time_zone",
    "leaves_order_open",
    "nearest_time_zone",
    "parse_times",
    "pattern_trouble",
    "with_order",
]
