import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mapping.transforms import html_to_text, strip_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<p>two", "one\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<div><div><p>a</p></div></div><p>b", "a\n\nb"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<h1>Title</h1>text", "Title\ntext"),
        ("<b>bo<i>ld</b></i> text", "bold text"),
        ("<b>never closed", "never closed"),
        ("</p>never opened</div>", "never opened"),
        ("<A HREF='x>y' onclick=\"a<b\">link</A>", "link"),
        ("a\n   b\t c", "a b c"),
        ("&nbsp; a &nbsp;b", "a b"),
        ("&lt;b&gt; &amp; &quot;q&quot; &eacute; &#233; &#x1F600;", '<b> & "q" é é 😀'),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&copy &unknown; &amp", "© &unknown; &"),
        ("&#0;&#xD800;", "\ufffd\ufffd"),
        ("AT&T <3 x < y && z > 1", "AT&T <3 x < y && z > 1"),
        ("a<!-- <p>hidden</p> -->b", "ab"),
        ("<!DOCTYPE html><html><body>text</body></html>", "text"),
        ("<style>p { color: red }</style>text", "text"),
        ("<script>if (a<b) { '</p>' }</script>text", "text"),
        ("<head><title>hidden</title></head><body>text</body>", "text"),
        ("<title>hidden</title>seen</title>too", "seentoo"),
        ("<", "<"),
        ("&", "&"),
        ("<>", "<>"),
        ("<br>", ""),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_head_that_is_not_closed_ends_where_the_body_starts() -> None:
    assert html_to_text("<html><head><meta><body>text") == "text"


def test_the_cells_of_a_table_stay_apart() -> None:
    assert html_to_text("<tr><td>one</td><td>two</td></tr>") == "one two"


def test_a_column_is_stripped_cell_by_cell() -> None:
    column = pl.Series("c", ["<p>x</p>", "a\nb", None, "&amp;", "&amp;amp;", "x"])

    found = strip_html(column)

    assert found.to_list() == ["x", "a\nb", None, "&", "&amp;", "x"]


def test_a_column_without_html_stays_as_it_is() -> None:
    column = pl.Series(["a", None], dtype=pl.String)

    assert strip_html(column).to_list() == ["a", None]


@given(st.text(st.sampled_from("<>/!-&;#x p=\"'[]?\n") | st.characters()))
def test_no_text_is_too_nasty(html: str) -> None:
    text = html_to_text(html)

    assert text == text.strip()
    assert "\n\n\n" not in text


@given(st.text(st.characters(exclude_characters="<>&", exclude_categories=["C", "Z"])))
def test_text_without_markup_is_kept(text: str) -> None:
    assert html_to_text(f"<p>{text}</p>") == text.strip()
