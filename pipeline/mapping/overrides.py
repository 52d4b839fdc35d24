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
            f"--dates {dates} changes nothing: the mapping leaves no order of day and "
            "month open.",
            where=mapping.path,
            hint="Leave the option away; or, for dates such as 3/4/2024, copy the "
            "mapping and add `day_or_month_first` to the `formats` of activity_time.",
            code="dates_have_no_effect",
        )
    return with_order(mapping, dates)
