"""What the person who starts a run may say in place of the mapping."""

from dataclasses import replace

from pipeline.errors import SettingsError
from pipeline.mapping.model import Mapping
from pipeline.mapping.times import leaves_order_open, with_order


def with_times_as_told(
    mapping: Mapping, *, timezone: str | None, dates: str | None
) -> Mapping:
    """The mapping with the zone and the order of day and month that were asked for.

    Raises SettingsError for an order that the mapping does not leave open.
    """
    if timezone is not None:
        mapping = replace(mapping, source=replace(mapping.source, timezone=timezone))
    if dates is None:
        return mapping
    if not leaves_order_open(mapping):
        raise SettingsError(
            f"--dates {dates} says what the mapping says already.",
            where=mapping.path,
            hint="It is for mappings with `formats: [day_or_month_first]`: leave the "
            "option away, or correct `formats` in the mapping.",
        )
    return with_order(mapping, dates)
