"""Tables that turn the old system's ids, e-mails and names into Reevo ids."""

from pipeline.lookups.table import LookupTable, lookup_table

__all__ = ["LookupTable", "lookup_table"]
