"""Pieces of a report within a notebook."""

import re

from zerokara.report.markup import Markup, element, join
from zerokara.report.page import style


def notebook_html(*pieces: Markup) -> Markup:
    """Finished pieces with the style of a report, which touches nothing else on the notebook's page."""
    scoped = re.sub(r"(?m)^( *)(:root|html|body|main)\b", r"\1:scope", style())
    sheet = element("style", Markup(f"@scope (.zerokara) {{\n{scoped}\n:scope {{ background: none; padding: 0; }}\n}}"))
    return element("div", sheet, element("div", join(*pieces), class_="figures"), class_="zerokara")
