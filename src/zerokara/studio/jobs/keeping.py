"""What the question for a page to keep holds, whichever worker makes it."""

from __future__ import annotations

from typing import Any

from zerokara.language import Lang


def page_settings(head: dict[str, Any]) -> tuple[dict[str, str], str, Lang]:
    """What a page to keep says of itself: the settings, the studio's link, and the language."""
    settings = {str(k)[:60]: str(v)[:400] for k, v in dict(head.get("settings", {})).items()}
    return settings, str(head.get("link", ""))[:4000], "ja" if head.get("lang") == "ja" else "en"
