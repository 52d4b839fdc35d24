"""Mappings: YAML to a frozen, checked value, and that to polars expressions."""

from pipeline.mapping.bind import bind_columns
from pipeline.mapping.fitting import Fit, Sureness, fit_of, in_order, surest
from pipeline.mapping.load import load_mapping
from pipeline.mapping.overrides import with_times_as_told
from pipeline.mapping.presets import Preset, find_mapping, presets
from pipeline.mapping.references import referenced_columns
from pipeline.mapping.times import (
    is_time_zone,
    leaves_order_open,
    nearest_time_zone,
)

__all__ = [
    "Fit",
    "Preset",
    "Sureness",
    "bind_columns",
    "find_mapping",
    "fit_of",
    "in_order",
    "is_time_zone",
    "leaves_order_open",
    "load_mapping",
    "nearest_time_zone",
    "presets",
    "referenced_columns",
    "surest",
    "with_times_as_told",
]
