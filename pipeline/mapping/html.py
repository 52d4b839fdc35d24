"""HTML to readable text: what a reader sees, with its lists, links and breaks.

A small reader of tags and no parser of whole pages: exports hold fragments, cut off,
mixed with plain text and with signs that only look like tags (`a < b`, `<j@x.com>`).
What is no tag that HTML knows stays as it is written.
"""

import html
import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd "
    "label mark q s samp small span strike strong sub sup time tt u var wbr"
)
_UNSEEN_NAMES = "script style head title template iframe svg xml object audio video map"
_OTHER_NAMES = "pre ul ol menu dir br li td th"
_INLINE = frozenset(_INLINE_NAMES.split())
_UNSEEN = frozenset(_UNSEEN_NAMES.split())
_LINES = (
    "address article aside body center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend main nav section "
    "summary table tbody tfoot thead tr caption col colgroup base link meta button "
    "noscript select option optgroup textarea"
)
_PARAGRAPHS = ("p", "blockquote")
_BREAKS: Dict[str, int] = MappingProxyType(
    {
        **dict.fromkeys(_LINES.split(), 1),
        **dict.fromkeys((f"/{name}" for name in _LINES.split()), 1),
        **dict.fromkeys(_PARAGRAPHS, 2),
        **dict.fromkeys((f"/{name}" for name in _PARAGRAPHS), 2),
    }
)
_KNOWN = frozenset({*_INLINE, *_BREAKS, *_UNSEEN, *_OTHER_NAMES.split()})
_WITHIN_LINES = frozenset({"", *_INLINE, *(f"/{name}" for name in _INLINE)})
_SWALLOWS_THE_REST = frozenset({"script", "style"})
_ATTRIBUTES = r"""(?:[^<>"']|"[^"]*"|'[^']*')*+"""
_TOKEN: Final = re.compile(
    rf"""(?P<opens><!--|<!\[CDATA\[|<!doctype|<!\[|<\?)
    |<(?P<close>/?)(?P<name>(?:(?:o|v|w|m|x|st\d|u\d):)?[a-z][a-z0-9]*)(?![\w:@.-])
     (?P<attributes>{_ATTRIBUTES})>
    |<a\s(?=[^<>]*+\Z)[^<>]*\w=[^<>]*\Z""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_CDATA: Final = "<![cdata["
_CLOSES: Dict[str, re.Pattern[str]] = MappingProxyType(
    {
        "<!--": re.compile("--!?>"),
        _CDATA: re.compile(r"\]\]>"),
        **dict.fromkeys(("<!doctype", "<![", "<?"), re.compile(">")),
    }
)
_ATTRIBUTE: Final = re.compile(
    r"""(?<![\w:-])([\w:-]++)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});")
_NOT_MISSED: Final = re.compile(r"^(https?://|ftp://|mailto:|tel:)?(www\.)?")
_ENDS_BARE: Final = re.compile(r"(?<![/\s-])[/\s-]++$")
_SPACES_IN_LINE: Final = re.compile(r"[^\S\n]+")
_LINKED: Final = re.compile(r"(?i)(https?|ftp|mailto|tel):")
_TINY = frozenset({"0", "1", "0px", "1px"})
_BETWEEN_CELLS = " | "


@dataclass(frozen=True, slots=True)
class _Token:
    """A tag (`/p` when it closes) or what else is no text; `data` is text as it is."""

    start: int
    end: int
    kind: str
    attributes: str
    data: str


def html_to_text(text: str) -> str:
    """The text of an HTML fragment; text without tags has its entities decoded only."""
    tokens = list(_tokens(text))
    if not tokens:
        return decode_entities(text)
    page = _Page(keeps_breaks=all(token.kind in _WITHIN_LINES for token in tokens))
    ends = _Ends(text)
    place = 0
    for token in tokens:
        if token.start < place:
            continue
        if token.start > place:
            page.write(text[place : token.start])
        place = page.tag(token) or _after_unseen(token, ends)
    page.write(text[place:])
    return page.text()


def _tokens(text: str) -> Iterator[_Token]:
    ends = _Ends(text)
    place = 0
    while found := _TOKEN.search(text, place):
        opens, close, name, attributes = found.groups("")
        start, place = found.span()
        if opens:
            if token := _unwritten(found, ends):
                yield token
                place = token.end
        elif not name:
            yield _Token(start, place, "", "", "")
        elif _is_markup(name := name.lower(), attributes):
            yield _Token(start, place, close + name, attributes, "")


class _Ends:
    """Looks for ends in a text; one that is nowhere is not looked for again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._nowhere: set[re.Pattern[str]] = set()

    def after(self, end: re.Pattern[str], place: int) -> re.Match[str] | None:
        """The first from `place` on, which never goes back."""
        if end in self._nowhere:
            return None
        found = end.search(self.text, place)
        if found is None:
            self._nowhere.add(end)
        return found


def _unwritten(found: re.Match[str], ends: _Ends) -> _Token | None:
    """A comment and its like; of CDATA what stands in it; none without an end."""
    opens = found["opens"].lower()
    end = ends.after(_CLOSES[opens], found.end())
    if end and opens == _CDATA:
        data = ends.text[found.end() : end.start()]
        return _Token(found.start(), end.end(), "", "", data)
    if opens == _CDATA:
        end = ends.after(_CLOSES["<!["], found.end())
    return _Token(found.start(), end.end(), "", "", "") if end else None


def _is_markup(name: str, attributes: str) -> bool:
    """Whether it is a tag indeed: `a <b and c> d` and `<nobody>` are none."""
    if name not in _KNOWN:
        return ":" in name
    return len(name) > 1 or "=" in attributes or not attributes.strip(" /\t\r\n")


def decode_entities(text: str) -> str:
    """`&amp;` as `&`, once; what lacks its semicolon stays as it is."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


class _Page:
    """What is written so far, and the breaks and signs that come before the next word.

    Breaks at the start of an item or a cell are swallowed.
    """

    def __init__(self, *, keeps_breaks: bool) -> None:
        self._pieces: list[str] = []
        self._keeps_breaks = keeps_breaks
        self._breaks = 0
        self._space = False
        self._lead = ""  # a list's sign, or what stands between two cells
        self._row_has_text = False
        self._lists: list[int | None] = []  # the next number, None without numbers
        self._pre = 0
        self._link: tuple[int, str] | None = None

    def text(self) -> str:
        self.end_link({})
        lines = "".join(self._pieces).split("\n")
        whole = "\n".join(line.rstrip() for line in lines)
        return re.sub(r"\n{3,}", "\n\n", whole).strip()

    def write(self, raw: str) -> None:
        text = decode_entities(raw) if "&" in raw else raw
        if self._pre:
            self._put(text)
            return
        spaced = _SPACES_IN_LINE.sub(" ", text) if self._keeps_breaks else text
        word = spaced.strip(" ") if self._keeps_breaks else " ".join(text.split())
        self._space |= spaced[:1].isspace()
        if word:
            self._put(word)
            self._space = spaced[-1:].isspace()

    def tag(self, token: _Token) -> int:
        """Does what a tag says; where the text goes on, 0 if after what nobody sees."""
        if token.kind in _UNSEEN:
            return 0
        if token.kind in _TAGS:
            attributes = _attributes(token.attributes) if token.attributes else {}
            _TAGS[token.kind](self, attributes)
        elif token.kind in _BREAKS:
            self._break(_BREAKS[token.kind])
        elif token.data:
            self.write(html.escape(token.data))
        return token.end

    def _put(self, word: str) -> None:
        if self._pieces and self._breaks:
            self._pieces.append("\n" * min(self._breaks, 2))
        elif self._space and self._pieces and not self._lead:
            self._pieces.append(" ")
        self._pieces += [self._lead, word]
        self._breaks, self._space, self._lead = 0, False, ""
        self._row_has_text = True

    def _break(self, least: int) -> None:
        if not self._lead:
            self._breaks = max(self._breaks, least)

    def line(self, _attributes: Dict[str, str]) -> None:
        if not self._lead:
            self._breaks += 1

    def start_pre(self, _attributes: Dict[str, str]) -> None:
        self._break(2)
        self._pre += 1

    def end_pre(self, _attributes: Dict[str, str]) -> None:
        self._break(2)
        self._pre = max(0, self._pre - 1)

    def start_list(self, _attributes: Dict[str, str]) -> None:
        self._lead = ""
        self._break(1 if self._lists else 2)
        self._lists.append(None)

    def start_numbers(self, attributes: Dict[str, str]) -> None:
        self.start_list(attributes)
        self._lists[-1] = _whole(attributes.get("start", ""), 1)

    def end_list(self, _attributes: Dict[str, str]) -> None:
        self._lead = ""
        if self._lists:
            self._lists.pop()
        self._break(1 if self._lists else 2)

    def item(self, attributes: Dict[str, str]) -> None:
        self._lead = ""
        self._break(1)
        number = self._lists[-1] if self._lists else None
        sign = "- "
        if number is not None:
            number = _whole(attributes.get("value", ""), number)
            self._lists[-1], sign = number + 1, f"{number}. "
        self._lead = "  " * (len(self._lists) - 1) + sign

    def end_item(self, _attributes: Dict[str, str]) -> None:
        self._lead = ""
        self._break(1)

    def row(self, _attributes: Dict[str, str]) -> None:
        self._lead = ""
        self._break(1)
        self._row_has_text = False

    def cell(self, _attributes: Dict[str, str]) -> None:
        if self._row_has_text:
            self._lead, self._breaks = _BETWEEN_CELLS, 0

    def image(self, attributes: Dict[str, str]) -> None:
        tiny = {attributes.get("width"), attributes.get("height")} & _TINY
        if not tiny:
            self.write(html.escape(attributes.get("alt", "")))

    def start_link(self, attributes: Dict[str, str]) -> None:
        self.end_link({})
        self._link = len(self._pieces), attributes.get("href", "").strip()

    def end_link(self, _attributes: Dict[str, str]) -> None:
        if self._link is None:
            return
        start, address = self._link
        self._link = None
        shown = "".join(self._pieces[start:]).strip()
        if shown and _LINKED.match(address) and _bare(shown) != _bare(address):
            self._pieces.append(f" ({address})")


_TAGS: Dict[str, Callable[[_Page, Dict[str, str]], None]] = MappingProxyType(
    {
        "br": _Page.line,
        "pre": _Page.start_pre,
        "/pre": _Page.end_pre,
        **dict.fromkeys(("ul", "menu", "dir"), _Page.start_list),
        "ol": _Page.start_numbers,
        **dict.fromkeys(("/ul", "/menu", "/dir", "/ol"), _Page.end_list),
        "li": _Page.item,
        "/li": _Page.end_item,
        "tr": _Page.row,
        "/tr": _Page.row,
        "/table": _Page.row,
        "td": _Page.cell,
        "th": _Page.cell,
        "img": _Page.image,
        "a": _Page.start_link,
        "/a": _Page.end_link,
    }
)


def _after_unseen(token: _Token, ends: _Ends) -> int:
    """Where the text goes on after an element that nobody sees."""
    name = token.kind
    form = rf"</{name}\s*>|(?=<body\b)" if name == "head" else rf"</{name}\s*>"
    found = ends.after(re.compile(form, re.IGNORECASE), token.end)
    if found is not None:
        return found.end()
    return len(ends.text) if name in _SWALLOWS_THE_REST else token.end


def _attributes(text: str) -> dict[str, str]:
    return {
        found[1].lower(): decode_entities(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(text)
    }


def _whole(text: str, default: int) -> int:
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else default


def _bare(address: str) -> str:
    """An address without what a reader does not miss."""
    return _ENDS_BARE.sub("", _NOT_MISSED.sub("", address.lower()))
