"""Hooks: functions that are shown what goes into a module and what comes out of it. They look, and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

Hook = Callable[..., None]


class Handle:
    """What a `register_…_hook` returns: `remove()` ends the looking, as does the end of a `with` block."""

    def __init__(self, module: Any, field: str, hook: Hook) -> None:
        self._module, self._field, self._hook = module, field, hook
        if not callable(hook):
            raise TypeError(f"a hook is a function that is shown what a module does; got a {type(hook).__name__}")
        setattr(module, field, (*getattr(module, field), self))

    def __call__(self, *shown: Any) -> None:
        """Show it to the hook."""
        if self._hook(*shown) is not None:
            raise TypeError(
                f"a hook of {type(shown[0]).__name__} returned something, but hooks only look: return nothing, and "
                "change what is computed in a forward() of your own"
            )

    def remove(self) -> None:
        """Show it nothing more."""
        left = tuple(handle for handle in getattr(self._module, self._field) if handle is not self)
        if left:
            setattr(self._module, self._field, left)
        elif self._field in vars(self._module):
            delattr(self._module, self._field)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()
