"""The reports of a study and of several runs in a real browser: on a desk, on a phone and printed, light and dark."""

from pathlib import Path

from tests.cli.test_runs import recipe, write
from tests.report.browser import faults, needs_browser
from tests.search.test_page import CASES
from zerokara.report import Lang
from zerokara.search.page import page
from zerokara.views.run_page import page as page_of_runs
from zerokara.views.run_table import run_table


@needs_browser
def test_reports_are_laid_out_whole(tmp_path: Path) -> None:
    for i in range(8):
        write(tmp_path / "runs" / f"run{i}", recipe(seed=i), [(0.9 - 0.01 * i, 0.1), (0.8, 0.2 + 0.05 * i)])
    table, langs = run_table(tmp_path / "runs"), ("en", "ja")
    pages: dict[str, str] = {}
    lang: Lang
    for lang in langs:  # type: ignore[assignment]
        names = ["whole"] if lang == "en" else ["whole", "in progress"]
        pages |= {f"{name}-{lang}": page(CASES[name], lang, [("python", "3.11")]).html() for name in names}
        pages[f"runs-{lang}"] = page_of_runs(table, lang).html()
    assert faults(pages, tmp_path) == []
