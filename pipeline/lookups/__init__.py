"""Tables that turn the old system's ids, e-mails and names into Reevo ids."""

from pipeline.lookups.assemble import assemble, plural, query_table
from pipeline.lookups.kinds import KIND_OF, forms
from pipeline.lookups.table import LookupTable, answer_in_order, chained, lookup_table

__all__ = [
    "KIND_OF",
    "LookupTable",
    "answer_in_order",
    "assemble",
    "chained",
    "forms",
    "lookup_table",
    "plural",
    "query_table",
]
