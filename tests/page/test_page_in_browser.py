"""The page as people meet it: in a real browser, and on paper."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.page.page_runs import HOSTILE, KINDS, LONG, make_pages

CHROMIUM = shutil.which("chromium")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = "axe.run({resultTypes: ['violations']})"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOOKS = [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no /usr/bin/chromium to look at the page with"
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def browser(pages: dict[str, Path]) -> Iterator[Browser]:
    """Started when all pages are made: runs have an event loop of their own."""
    assert pages
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Seen:
    """A page that is open; `complaints` are what the browser had to say about it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def hears(self, message: ConsoleMessage) -> None:
        self.complaints.append(message.text)

    def fails(self, error: Error) -> None:
        self.complaints.append(str(error))

    def asks(self, request: Request) -> None:
        self.requests.append(request.url)


def opened(browser: Browser, path: Path, width: int = 1440, **rest: Any) -> Seen:
    size: ViewportSize = {"width": width, "height": 900}
    page = browser.new_context(
        viewport=size, reduced_motion="reduce", **rest
    ).new_page()
    seen = Seen(page)
    page.on("console", seen.hears)
    page.on("pageerror", seen.fails)
    page.on("request", seen.asks)
    page.goto(path.as_uri())
    return seen


@pytest.fixture
def attention(browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    seen = opened(browser, pages["attention"])
    yield seen.page
    assert seen.complaints == []
    seen.page.context.close()


def rows_of(page: Page) -> list[str]:
    """The numbers of the rows in the table, from top to bottom."""
    return page.locator("#lines td.of-row").all_inner_texts()


def tab_to(page: Page, what: str) -> None:
    """Presses Tab until `what` has the focus, as people without a mouse do."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    pytest.fail(f"no Tab leads to {what}")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_each_kind_is_quiet_and_fits(
    browser: Browser, pages: dict[str, Path], kind: str, width: int, scheme: str
) -> None:
    seen = opened(browser, pages[kind], width, color_scheme=scheme)

    assert seen.page.evaluate(TOO_WIDE) == 0
    assert seen.page.locator("h1").is_visible()
    assert seen.complaints == []
    assert seen.requests == [pages[kind].as_uri()]
    seen.page.context.close()


@pytest.mark.parametrize(
    ("kind", "width", "scheme"),
    [
        *(("attention", width, scheme) for width, scheme in LOOKS),
        ("uncertain", 360, "dark"),
        ("stopped", 1440, "light"),
        ("empty", 1440, "light"),
        ("hostile", 360, "light"),
    ],
)
def test_axe_finds_nothing_serious(
    browser: Browser, pages: dict[str, Path], kind: str, width: int, scheme: str
) -> None:
    page = opened(browser, pages[kind], width, color_scheme=scheme).page
    page.evaluate(
        "for (const each of document.querySelectorAll('details')) each.open = true"
    )
    page.evaluate(AXE)
    found = page.evaluate(RULES)["violations"]

    serious = [each for each in found if each["impact"] in {"serious", "critical"}]
    told = [(each["id"], [n["html"] for n in each["nodes"][:3]]) for each in serious]
    assert told == []
    page.context.close()


@pytest.mark.parametrize(
    ("kind", "verdict", "commands"),
    [
        ("ok", "All is well: 12 rows read, and created in Reevo.", ["history"]),
        ("check", "All is well: 12 rows would be sent.", ["run"]),
        ("attention", "6 rows of 29 need a person.", ["run"]),
        ("uncertain", "1 row of 5 needs a person.", ["reconcile"]),
        ("stopped", "The run stopped early: 10 rows of 13 were not sent.", ["resume"]),
        (
            "interrupted",
            "The run was interrupted: 9 rows of 13 were not sent.",
            ["resume", "reconcile"],
        ),
        ("empty", "There is nothing to import: the source has no rows.", ["history"]),
        (
            "duplicates",
            "All is well: there is nothing new, all rows were imported before.",
            ["history"],
        ),
        ("hostile", "12 rows of 12 need a person.", ["run"]),
    ],
)
def test_the_verdict_and_what_to_do_stand_on_top(
    browser: Browser,
    pages: dict[str, Path],
    kind: str,
    verdict: str,
    commands: list[str],
) -> None:
    page = opened(browser, pages[kind]).page

    assert page.locator("h1").inner_text().split("\n")[-1] == verdict
    typed = page.locator("#next .command code").all_inner_texts()
    assert [each.split()[1] for each in typed] == commands
    page.context.close()


def test_the_rows_are_searched_by_keyboard(attention: Page) -> None:
    assert rows_of(attention) == ["23", "24", "25", "26", "27", "29"]
    tab_to(attention, "#search")
    attention.keyboard.type("fax TOO")

    assert rows_of(attention) == ["27"]
    expect(attention.get_by_role("status").last).to_have_text("1 of 6 rows found")

    attention.keyboard.type("xx")
    expect(attention.locator("#hits")).to_contain_text("No row fits.")


def test_the_rows_are_filtered_by_keyboard(attention: Page) -> None:
    tab_to(attention, "#outcome")
    attention.keyboard.type("rejected")
    assert rows_of(attention) == ["29"]
    attention.keyboard.press("Home")

    tab_to(attention, "#cause")
    attention.keyboard.type("The value is")
    assert rows_of(attention) == ["26", "27"]
    options = attention.locator("#cause option").all_inner_texts()
    assert options == [
        "all",
        "The date or time cannot be read (2)",
        "The value is not known (2)",
        "A required field is empty (1)",
        "The API refused the row: bad_subject (1)",
    ]


def test_the_rows_are_sorted_by_keyboard(attention: Page) -> None:
    header = attention.locator("th.of-value")
    assert header.get_attribute("aria-sort") is None
    tab_to(attention, "[data-sort=value]")

    attention.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    assert rows_of(attention) == ["25", "29", "23", "26", "27", "24"]

    attention.keyboard.press("Space")
    assert header.get_attribute("aria-sort") == "descending"
    assert rows_of(attention) == ["24", "27", "26", "23", "29", "25"]
    assert attention.locator("[aria-sort]").count() == 1


def test_a_whole_row_opens_by_keyboard_and_marks_its_flaw(attention: Page) -> None:
    tab_to(attention, "#lines details summary")
    attention.keyboard.press("Enter")

    row = attention.locator("#lines tr").first
    cells = row.locator(".where div").all_inner_texts()
    assert cells == ["Id\nb1", "When\n31/02/2024", "What\nNo such day", "Kind\nCall"]
    assert row.locator(".wrong").all_inner_texts() == ["When\n31/02/2024"]


def test_the_command_is_copied_by_keyboard(attention: Page) -> None:
    attention.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab_to(attention, ".copy")
    attention.keyboard.press("Enter")

    expect(attention.locator("#copied")).to_have_text("The command is copied.")
    typed = attention.locator("#command-1").inner_text()
    assert attention.evaluate("navigator.clipboard.readText()") == typed


def test_the_first_tab_leads_to_what_to_do(attention: Page) -> None:
    attention.keyboard.press("Tab")
    assert attention.evaluate("document.activeElement.className") == "skip"
    attention.keyboard.press("Enter")
    assert attention.evaluate("document.activeElement.id") == "next"


def test_what_comes_from_the_file_is_text(
    browser: Browser, pages: dict[str, Path]
) -> None:
    seen = opened(browser, pages["hostile"])
    page = seen.page
    shown = page.locator("#lines td.of-value bdi").all_inner_texts()

    told = [
        each.replace("\u202e", "\\u202e").replace("\u202c", "\\u202c")
        for each in HOSTILE
    ]
    assert shown[:-1] == told[:-1]
    assert page.title().startswith("12 rows of 12 need a person.")
    assert page.locator("script").count() == 2
    assert page.locator("img, b[onclick], [onmouseover], [onerror]").count() == 0
    assert seen.complaints == []
    page.context.close()


def test_a_long_cell_is_shortened_and_unfolds(
    browser: Browser, pages: dict[str, Path]
) -> None:
    page = opened(browser, pages["hostile"]).page
    row = page.locator("#lines tr").last
    row.locator("details summary").click()
    cell = row.locator(".where div", has_text="What").first
    assert cell.locator("bdi.cell").inner_text() == f"{LONG[:160]}…"
    assert "29,000 more characters are in rows.csv" in cell.inner_text()

    button = cell.get_by_role("button", name="Show all 1,000 characters")
    button.focus()
    page.keyboard.press("Enter")
    assert cell.locator("bdi.cell").inner_text() == LONG[:1_000]
    assert page.evaluate(TOO_WIDE) == 0
    page.context.close()


def test_the_text_of_the_page_in_full(browser: Browser, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["attention"]).page
    page.evaluate("document.getElementById('sending').remove()")  # it tells of time
    expected = Path(__file__).with_name("attention.txt").read_text("utf-8")

    assert steady(page.locator("main").inner_text(), pages["attention"]) == expected
    page.context.close()


def steady(text: str, path: Path) -> str:
    """Without what differs from one time to the next."""
    lines = text.replace(path.parent.name, "RUN").splitlines()
    varying = ("SHA-256", "2026-", "activity-import 0", "http")
    kept = [line for line in lines if not any(each in line for each in varying)]
    return "\n".join(kept) + "\n"


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="there is no pdftotext to read paper with"
)
def test_paper_holds_what_is_folded_on_the_screen(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, paper: str
) -> None:
    page = opened(browser, pages["attention"]).page
    page.pdf(path=tmp_path / "page.pdf", format=paper)
    page.context.close()

    words = ["pdftotext", "-layout", str(tmp_path / "page.pdf"), "-"]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "6 rows of 29 need a person." in text
    assert "Check the century of the date." in text
    assert "The API refused the row: bad_subject" in text
    assert "Show all" not in text
    assert "Search" not in text
