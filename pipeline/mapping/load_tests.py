"""The `tests` of a mapping file: golden rows."""

from pipeline.activity import FIELDS, LIST_FIELDS
from pipeline.catalogue import ISSUES
from pipeline.mapping.model import GoldenRow, Mapping
from pipeline.mapping.references import referenced_columns
from pipeline.nearest import did_you_mean, normalize_name
from pipeline.yaml_file import Section

Value = str | list[str] | None


def load_tests(top: Section, mapping: Mapping) -> tuple[GoldenRow, ...]:
    return tuple(_test(test, mapping) for test in top.tables("tests", "test {}"))


def _test(section: Section, mapping: Mapping) -> GoldenRow:
    test = GoldenRow(
        given=_given(section, mapping),
        expect=_expect(section.table("expect", f"'expect' of {section.what}")),
        skipped=section.flag("skipped") or False,
        issue=_issue(section),
        lookups=_lookups(section.table("lookups", "'lookups'"), mapping),
        place=section.place,
    )
    section.close()
    if "given" not in section:
        section.complain(f"{section.what} needs 'given': cells by column.")
    if not {"expect", "skipped", "issue"} & set(section):
        section.complain(f"{section.what} needs 'expect', 'skipped' or 'issue'.")
    return test


def _given(section: Section, mapping: Mapping) -> dict[str, str]:
    cells = section.table("given", f"'given' of {section.what}")
    if cells is None:
        return {}
    names = {normalize_name(ref.name): ref.name for ref in referenced_columns(mapping)}
    given = {}
    for name in cells:
        if normalize_name(name) not in names:
            cells.complain(
                f"The mapping uses no column '{name}'.",
                name,
                did_you_mean(name, names.values()),
            )
        given[names.get(normalize_name(name), name)] = cells.text(name) or ""
    return given


def _expect(section: Section | None) -> dict[str, Value]:
    if section is None:
        return {}
    values = {name: _value(section, name) for name in FIELDS}
    section.close()
    return {name: values[name] for name in section if name in values}


def _value(section: Section, name: str) -> Value:
    if name not in LIST_FIELDS:
        return section.text(name)
    texts = [text.value for text in section.texts(name)]
    return [text for text in texts if text is not None] or None


def _issue(section: Section) -> str | None:
    code = section.text("issue")
    if code is not None and code not in ISSUES:
        section.complain(
            f"There is no issue '{code}'.", "issue", did_you_mean(code, ISSUES)
        )
    return code


def _lookups(section: Section | None, mapping: Mapping) -> dict[str, dict[str, str]]:
    if section is None:
        return {}
    tables = section.named_tables(mapping.lookups, "the answers of '{}'")
    section.close()
    return {
        name: {value: table.text(value) or "" for value in table}
        for name, table in tables.items()
    }
