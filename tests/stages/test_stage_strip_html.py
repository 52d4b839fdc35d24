import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mapping.html import html_to_text
from pipeline.mapping.transforms import strip_html

NESTED = "- a\n  - b\n- c\n\nd"
LINK = "here (https://x.com/?b=1&c=2)."
TABLE = "a | b\n\nc | d\ne"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<div><div><p>a</p></div></div><p>b", "a\n\nb"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<h1>Title</h1>text", "Title\ntext"),
        ("<b>bo<i>ld</b></i> text", "bold text"),
        ("<b>never closed", "never closed"),
        ("</p>never opened</div>", "never opened"),
        ("<A HREF='x>y' onclick=\"a<b\">link</A>", "link"),
        ("a\n   b\t c", "a\n   b\t c"),
        ("a\n  b <b>c</b>\nd", "a\n b c\nd"),
        ("<p>a\n b</p>", "a b"),
        ("<p>&nbsp; a &nbsp;b", "a b"),
        ("&lt;b&gt; &amp; &quot;q&quot; &eacute; &#233; &#x1F600;", '<b> & "q" é é 😀'),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&copy &unknown; &amp", "&copy &unknown; &amp"),
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
        ("<john@x.com> wrote", "<john@x.com> wrote"),
        ("see <http://x.com/a> <br> <nobody>", "see <http://x.com/a>\n<nobody>"),
        ("if a <b and c> d", "if a <b and c> d"),
        ("x<y", "x<y"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ('text <a href="http://x', "text"),
        ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>d", NESTED),
        ("<ol start=3><li>x</li><li>y<li value=9>z</ol>", "3. x\n4. y\n9. z"),
        ("<a href='https://x.com/?b=1&amp;c=2'>here</a>.", LINK),
        ("<a href='https://www.x.com/'>X.com</a>", "X.com"),
        ("<a href='mailto:j@x.com'>j@x.com</a>", "j@x.com"),
        ("<a href='mailto:j@x.com'>Jo</a>", "Jo (mailto:j@x.com)"),
        ("<a href='#x'>y</a><a href='javascript:z()'>z</a>", "yz"),
        ("<a href='https://t.co'><img src=x width=1 height=1 alt=t></a>", ""),
        ("<img alt='logo &amp; co'> x <img alt='' src=y>", "logo & co x"),
        ("<!--[if mso]><p>x</p><![endif]-->y<![if !mso]>z<![endif]>", "yz"),
        ("<o:p>&nbsp;</o:p>text", "text"),
        ("<table><tr><td>a<td><p>b</p></tr><tr><th>c<td>d</table>e", TABLE),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ("a<script>never closed", "a"),
        ("<title>never closed", "never closed"),
        ("<![CDATA[a <b> &amp; c]]>", "a <b> &amp; c"),
        ("<br>", ""),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_head_that_is_not_closed_ends_where_the_body_starts() -> None:
    assert html_to_text("<html><head><meta><body>text") == "text"


def test_the_cells_of_a_table_stay_apart() -> None:
    assert html_to_text("<tr><td>one</td><td>two</td></tr>") == "one | two"


def test_a_column_is_stripped_cell_by_cell() -> None:
    column = pl.Series("c", ["<p>x</p>", "a\nb", None, "&amp;", "&amp;amp;", "x"])

    found = strip_html(column)

    assert found.to_list() == ["x", "a\nb", None, "&", "&amp;", "x"]


def test_a_column_without_html_stays_as_it_is() -> None:
    column = pl.Series(["a", None], dtype=pl.String)

    assert strip_html(column).to_list() == ["a", None]


@given(st.text(st.sampled_from("<>/!-&;#x p=\"'[]?\n") | st.characters()))
def test_no_text_is_too_nasty(html: str) -> None:
    text = html_to_text(f"{html}<br>")

    assert text == text.strip()
    assert "\n\n\n" not in text or "<pre" in html


@given(st.text(st.characters(exclude_characters="<>&", exclude_categories=["C", "Z"])))
def test_text_without_markup_is_kept(text: str) -> None:
    assert html_to_text(f"<p>{text}</p>") == text.strip()


@given(st.text(st.sampled_from("<>&; ab@=\"'/3!-") | st.characters(codec="utf-8")))
def test_what_has_no_tag_and_no_entity_is_kept(text: str) -> None:
    known = re.compile("<[/!?]?[a-z]|&[#a-z]", re.IGNORECASE)
    text = known.sub("", text)

    assert known.search(text) or html_to_text(text) == text
