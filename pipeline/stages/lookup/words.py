"""Why Reevo could not be asked, in words a person can act on."""

from pipeline.api import Answer, Verdict
from pipeline.errors import ApiError
from pipeline.lookups import plural
from pipeline.mapping.model import QueryLookup

_FIELD = "Correct `match` of the lookup: it is the API's name of a field, such as "
_EXAMPLES = {
    "contact": "primary_email or display_name",
    "account": "domain_name or display_name",
    "opportunity": "display_name",
}
_PERMISSIONS = "in Reevo: Settings, Integrations, API Keys"


def refused(lookup: QueryLookup, answer: Answer) -> ApiError:
    """The API does not take the query as such."""
    records = plural(lookup.record_type)
    said = f" It said: {answer.message}" if answer.message else ""
    code = answer.code or f"HTTP {answer.http_status}"
    return ApiError(
        f"Reevo cannot find {records} by '{lookup.match}' ({code}).{said}",
        hint=f"{_FIELD}{_EXAMPLES[lookup.record_type]}. Or use a lookup file.",
        code="lookup_query_wrong",
    )


def field_not_shown(lookup: QueryLookup) -> ApiError:
    """Without the field nobody can tell which value a record was found by."""
    records = plural(lookup.record_type)
    return ApiError(
        f"Reevo finds {records} by '{lookup.match}', and does not show that field.",
        hint=f"{_FIELD}{_EXAMPLES[lookup.record_type]}. Or use a lookup file.",
        code="lookup_query_wrong",
    )


def too_many_pages(lookup: QueryLookup) -> ApiError:
    """It would go on for ever."""
    records = plural(lookup.record_type)
    return ApiError(
        f"Reevo finds far too many {records} by '{lookup.match}'.",
        hint="Look up something that fewer records share, such as an e-mail.",
        code="lookup_query_wrong",
    )


def not_answering(lookup: QueryLookup, answer: Answer) -> ApiError:
    """It refused the key, or said nothing of use for too long."""
    records = plural(lookup.record_type)
    if answer.code == "not_permitted":
        return ApiError(
            f"The key may not read {records} (HTTP {answer.http_status}).",
            hint=f"Give it the right to read {records} ({_PERMISSIONS}), or use a "
            "lookup file.",
            code="lookup_not_permitted",
        )
    is_final = answer.verdict is Verdict.STOP
    message = answer.message.replace("The row was not sent. ", "")
    message = message.replace("The row was sent. ", "")
    return ApiError(
        f"Reevo could not be asked for {records}: {message}",
        hint="Nothing was sent. Try again; answers that came are kept.",
        code=answer.code if is_final else "lookup_unanswered",
    )
