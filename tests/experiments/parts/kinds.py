"""The kind of the tables."""

from collections.abc import Callable
from typing import Any

from zerokara.experiments import Result

Same = dict[str, Callable[[dict[str, Any], Result], tuple[Any, Any]]]
