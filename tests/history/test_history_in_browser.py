"""The page of all runs in a real browser, and on paper."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.commands import activity_import
from tests.history.history_givens import hostile, ledger_with, night, nights, with_page
from tests.page.page_runs import HOSTILE
from tests.page.test_page_in_browser import (
    AXE,
    CHROMIUM,
    QUIET,
    RULES,
    TOO_WIDE,
    opened,
    tab_to,
)

KINDS = ("one", "nights", "hostile", "years")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium to look at the page with"
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("histories")
    return {kind: made(kind, folder / kind) for kind in KINDS}


def made(kind: str, folder: Path) -> Path:
    """A page in `pages/` beside the reports."""
    folder.mkdir()
    count = {"one": 1, "nights": 40, "hostile": 12, "years": 5_000}[kind]
    runs = [*nights(count, folder)]
    runs[-1] = with_page(runs[-1])
    if kind == "hostile":
        runs = [hostile(run, text) for run, text in zip(runs, HOSTILE, strict=True)]
    ledger = ledger_with(folder / "ledger.sqlite", runs)
    page = folder / "pages" / "all runs.html"
    page.parent.mkdir()
    ended = activity_import("history", "--ledger", ledger, "--html", page)
    runs_told = "1 run" if count == 1 else f"{count:,} runs"
    assert ended.out == f"{page} shows {runs_told}: open it in a browser.\n"
    return page


@pytest.fixture(scope="module")
def browser(pages: dict[str, Path]) -> Iterator[Browser]:
    assert pages
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    """The page of forty nights."""
    seen = opened(browser, pages["nights"])
    yield seen.page
    assert seen.complaints == []
    seen.page.context.close()


def runs_on(page: Page) -> list[str]:
    """The days of the runs in the list, from top to bottom."""
    cells = page.locator("#lines td.of-row").all_inner_texts()
    return [cell[:8] for cell in cells]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
@pytest.mark.parametrize("kind", KINDS)
def test_each_page_is_quiet_and_fits(
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
    [("nights", 1440, "dark"), ("nights", 360, "light"), ("hostile", 360, "dark")],
)
def test_axe_finds_nothing_serious_in_the_history(
    browser: Browser, pages: dict[str, Path], kind: str, width: int, scheme: str
) -> None:
    page = opened(browser, pages[kind], width, color_scheme=scheme).page
    page.evaluate(AXE)
    found = page.evaluate(RULES)["violations"]
    bad = [each["id"] for each in found if each["impact"] in {"serious", "critical"}]
    assert bad == []
    page.context.close()


def test_a_page_of_many_years_is_small_and_private(pages: dict[str, Path]) -> None:
    facts = pages["years"].stat()

    assert facts.st_size < 3_000_000
    assert facts.st_mode & 0o777 == 0o600


def test_the_last_run_has_the_first_word(page: Page) -> None:
    heading = page.locator("h1").inner_text().split("\n")[-1]
    assert heading == "The last run left 12 rows that need a person."
    assert page.locator("#causes tbody tr").count() > 4
    assert page.locator(".bars").count() == 2


def test_a_run_leads_to_its_report_if_it_is_there(page: Page) -> None:
    links = page.locator("#lines a")
    assert links.all_inner_texts() == ["20240209-0200-0027"]
    links.first.click()
    assert page.locator("body").inner_text() == "the report"


def test_runs_are_searched_filtered_and_sorted_by_keyboard(page: Page) -> None:
    assert runs_on(page)[:2] == ["20240209", "20240208"]
    tab_to(page, "#search")
    page.keyboard.type("2024-01-1")
    assert page.locator("#hits").inner_text() == "10 of 40 runs found"

    tab_to(page, "#kind")
    page.keyboard.type("dry")
    assert runs_on(page) == ["20240110"]
    page.keyboard.press("Home")

    tab_to(page, "[data-sort=needy]")
    page.keyboard.press("Enter")
    assert page.locator("th.of-needy").get_attribute("aria-sort") == "ascending"
    counts = [int(each) for each in page.locator("td.of-needy").all_inner_texts()]
    assert counts == sorted(counts)


def test_texts_of_the_ledger_are_text(browser: Browser, pages: dict[str, Path]) -> None:
    seen = opened(browser, pages["hostile"])
    page = seen.page

    assert page.locator("script").count() == 2
    assert page.locator("img, b[onclick], [onmouseover], [onerror]").count() == 0
    assert page.title().startswith("The last run")
    shown = page.locator("#lines td.of-target bdi").all_inner_texts()
    assert shown[-1].startswith("</script><script>")
    assert "\\u202eevil\\u202c" in shown[-6]
    assert seen.complaints == []
    page.context.close()


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="there is no pdftotext to read paper with"
)
def test_paper_holds_the_runs(page: Page, tmp_path: Path) -> None:
    page.pdf(path=tmp_path / "page.pdf", format="A4")

    words = ["pdftotext", "-layout", str(tmp_path / "page.pdf"), "-"]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "20240101-0200-0000" in text
    assert "Search" not in text


def test_without_a_run_that_sent_there_are_no_charts(
    browser: Browser, tmp_path: Path
) -> None:
    ledger = ledger_with(tmp_path / "l.db", [night(9, tmp_path)])
    activity_import("history", "--ledger", ledger, "--html", tmp_path / "h.html")

    page = opened(browser, tmp_path / "h.html").page

    assert page.locator(".chart").count() == 0
    assert runs_on(page) == ["20240110"]
    page.context.close()
