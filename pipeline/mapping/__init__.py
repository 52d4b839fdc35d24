"""Mappings: YAML to a frozen, checked value, and that to polars expressions."""

from pipeline.mapping.bind import PresetFit, bind_columns, fits
from pipeline.mapping.load import load_mapping
from pipeline.mapping.nearest import did_you_mean, nearest, normalize_name
from pipeline.mapping.presets import Preset, find_mapping, presets
from pipeline.mapping.references import referenced_columns

__all__ = [
    "Preset",
    "PresetFit",
    "bind_columns",
    "did_you_mean",
    "find_mapping",
    "fits",
    "load_mapping",
    "nearest",
    "normalize_name",
    "presets",
    "referenced_columns",
]
