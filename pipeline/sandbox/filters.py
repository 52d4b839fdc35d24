"""Turns the filters of a query into one test of a row.

How deep groups may go, and what `not` takes, is not published: here five, and one
filter or a list of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from pipeline.sandbox.models import StrictModel
from pipeline.sandbox.operators import OPERATORS, PRESENCE, READERS
from pipeline.sandbox.refusals import RefusalError, refuse
from pipeline.sandbox.workspace import VALUE_TYPES, Row

Predicate = Callable[[Row], bool]

DEEPEST = 5


class Condition(StrictModel):
    """One test of one field."""

    field: str
    operator: str
    value: Any = None


@dataclass(frozen=True)
class FilterReader:
    """Reads filters on the given fields."""

    fields: frozenset[str]

    def read_all(self, filters: Sequence[object], depth: int = 1) -> Predicate:
        """The test that a row passes all of the filters; raises RefusalError."""
        predicates = [self._read(each, depth) for each in filters]
        return lambda row: all(passes(row) for passes in predicates)

    def _read(self, raw: object, depth: int) -> Predicate:
        if depth > DEEPEST:
            message = f"Groups may be nested {DEEPEST} deep."
            raise refuse("filter_depth_exceeded", message, field="filters")
        group = _group_name(raw)
        if group is None:
            return self._read_condition(_check_condition(raw))
        return GROUPS[group](self, _members(raw, group), depth + 1)

    def read_any(self, filters: Sequence[object], depth: int) -> Predicate:
        """The test that a row passes one of the filters at least."""
        predicates = [self._read(each, depth) for each in filters]
        return lambda row: any(passes(row) for passes in predicates)

    def read_not(self, filters: Sequence[object], depth: int) -> Predicate:
        """The test that a row does not pass all of the filters."""
        passes_all = self.read_all(filters, depth)
        return lambda row: not passes_all(row)

    def _read_condition(self, condition: Condition) -> Predicate:
        name = condition.field
        if name not in self.fields:
            raise refuse("invalid_filter_field", f"No field {name}.", field=name)
        value_type = VALUE_TYPES[name]
        test = OPERATORS[value_type].get(condition.operator)
        if test is None:
            message = f"{condition.operator} does not work on a {value_type}."
            raise refuse("invalid_filter_operator", message, field=name)
        given, read = _operand(condition, value_type), READERS[value_type]
        return lambda row: test(read(row[name]), given)


GROUPS: dict[str, Callable[[FilterReader, Sequence[object], int], Predicate]] = {
    "and": FilterReader.read_all,
    "or": FilterReader.read_any,
    "not": FilterReader.read_not,
}


def _group_name(raw: object) -> str | None:
    if not isinstance(raw, Mapping) or len(raw) != 1:
        return None
    (name,) = raw
    return name if name in GROUPS else None


def _members(raw: Any, group: str) -> Sequence[object]:
    members = raw[group]
    if group == "not" and isinstance(members, Mapping):
        return [members]
    if not isinstance(members, list) or not members:
        message = f"{group} takes a list of filters."
        raise refuse("invalid_filter_value", message, field=group)
    return members


def _check_condition(raw: object) -> Condition:
    try:
        return Condition.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
        located = [
            {**each, "loc": ("body", "filters", *each["loc"])} for each in details
        ]
        raise RequestValidationError(located) from error


def _operand(condition: Condition, value_type: str) -> object:
    """What the field is compared with: nothing, one value, or a tuple of them."""
    if condition.operator in PRESENCE:
        return None
    if condition.operator not in ("in", "not_in", "between"):
        return _read_value(condition, condition.value, value_type)
    given = condition.value
    if not isinstance(given, list) or not given:
        raise _bad_value(condition, "a list of values")
    if condition.operator == "between" and len(given) != 2:
        raise _bad_value(condition, "[low, high]")
    return tuple(_read_value(condition, each, value_type) for each in given)


def _read_value(condition: Condition, given: object, value_type: str) -> object:
    if not isinstance(given, str):
        raise _bad_value(condition, "a text")
    try:
        return READERS[value_type](given)
    except ValueError as error:
        raise _bad_value(condition, f"a {value_type}") from error


def _bad_value(condition: Condition, wanted: str) -> RefusalError:
    message = f"{condition.operator} on {condition.field} takes {wanted}."
    return refuse("invalid_filter_value", message, field=condition.field)
