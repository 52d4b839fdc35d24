"""Names as people write them, and text with columns in it."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import Place
from pipeline.mapping.filters import FILTERS
from pipeline.mapping.model import ColumnRef, Filtered
from pipeline.mapping.references import parse_template
from pipeline.nearest import did_you_mean, nearest, normalize_name
from pipeline.yaml_file import Mistakes

PLACE = Place(3, 5)
COLUMNS = st.text(min_size=1).filter(
    lambda name: (
        not set(name) & set("{}")
        and name.strip()
        and not name.strip().startswith("_")
        and name.rpartition("|")[2].strip() not in FILTERS
    )
)
PARTS = st.lists(
    st.one_of(
        st.text(alphabet=st.sampled_from("{}\n_ aé"), min_size=1),
        COLUMNS.map(lambda name: ColumnRef(name, PLACE)),
        st.builds(
            lambda name, filter_: Filtered(ColumnRef(name.strip(), PLACE), filter_),
            COLUMNS,
            st.sampled_from(sorted(FILTERS)),
        ),
    )
)
Part = str | ColumnRef | Filtered


def as_written(part: Part) -> str:
    if isinstance(part, Filtered):
        return f"{{{part.column.name} | {part.filter}}}"
    if isinstance(part, ColumnRef):
        return f"{{{part.name}}}"
    return part.replace("{", "{{").replace("}", "}}")


def joined(parts: list[Part]) -> tuple[Part, ...]:
    """The parts with neighbouring texts as one text, as a template has them."""
    whole: list[Part] = []
    for part in parts:
        if whole and isinstance(part, str) and isinstance(whole[-1], str):
            whole[-1] += part
        else:
            whole.append(part)
    return tuple(whole)


@settings(deadline=None)
@given(PARTS)
def test_a_template_of_escaped_text_and_columns_is_read_as_written(
    parts: list[Part],
) -> None:
    mistakes = Mistakes()
    template = parse_template("".join(map(as_written, parts)), PLACE, mistakes)

    assert (template.parts, mistakes.in_order()) == (joined(parts), ())


@settings(deadline=None)
@given(st.text())
def test_no_text_is_too_odd_for_a_template(text: str) -> None:
    mistakes = Mistakes()
    template = parse_template(text, PLACE, mistakes)
    again = "".join(map(as_written, template.parts))

    assert mistakes.in_order() or again == text


def shown(part: Part) -> str:
    if isinstance(part, Filtered):
        return f"{part.column.name} -> {part.filter}"
    return part.name if isinstance(part, ColumnRef) else repr(part)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("{A}", ("A",)),
        ("{A}{B}", ("A", "B")),
        ("{{{A}}}", ("'{'", "A", "'}'")),
        ("{{A}}", ("'{A}'",)),
        ("{ Call Title }\n", (" Call Title ", r"'\n'")),
        ("{A|B}", ("A|B",)),
        ("{A | hours}", ("A | hours",)),
        ("{A|B | minutes}", ("A|B -> minutes",)),
    ],
)
def test_a_template_is_texts_and_columns_in_order(
    text: str, parts: tuple[str, ...]
) -> None:
    template = parse_template(text, PLACE, Mistakes())

    assert tuple(map(shown, template.parts)) == parts


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@example("ß\u0301")
@example("\u0149\u0301")
@example("\u0345\u0301")
def test_normalizing_a_name_twice_changes_nothing_more(name: str) -> None:
    once = normalize_name(name)

    assert normalize_name(once) == once


@settings(deadline=None)
@given(st.text())
def test_a_name_is_the_same_in_each_unicode_form(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)

    assert normalize_name(decomposed) == normalize_name(name)


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("  Call   Title\n", "call title"),
        ("Call\u00a0\u2003Title", "call title"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Cafe\u0301", "café"),
        (" \t", ""),
    ],
)
def test_a_name_is_trimmed_folded_and_composed(name: str, normal: str) -> None:
    assert normalize_name(name) == normal


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("subjct", "Subject"),
        ("SUBJECT ", "Subject"),
        ("ActivtyDate", "Activity Date"),
        ("xyz", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_the_known_one_most_like_it(
    name: str, close: str | None
) -> None:
    known = ["Subject", "Activity Date", "Subtype"]

    assert nearest(name, known) == close
    assert did_you_mean(name, known) == (f"Did you mean '{close}'?" if close else "")
