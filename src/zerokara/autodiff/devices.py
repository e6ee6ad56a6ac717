"""Where tensors lie: in the memory of the processor, always. The words for other places are answered here."""

from typing import Any

from zerokara.arguments import short

NAMES = ("cpu", "cuda", "mps", "xpu", "hip", "meta", "xla")


class device(str):  # noqa: N801  (the field's name)
    """The one place that there is: `device("cpu")`. Any other is refused in a sentence, a ValueError."""

    __slots__ = ()

    def __new__(cls, name: str = "cpu") -> "device":
        """The place of this name."""
        expect_processor(name)
        return super().__new__(cls, "cpu")

    @property
    def type(self) -> str:
        """Its kind: "cpu"."""
        return str(self)

    def __repr__(self) -> str:
        return "device('cpu')"


class cuda:  # noqa: N801  (the field's name)
    """What programs ask about GPUs before they begin."""

    @staticmethod
    def is_available() -> bool:
        """False: nothing here runs on a GPU."""
        return False

    @staticmethod
    def device_count() -> int:
        """0"""
        return 0


def expect_processor(name: Any) -> None:
    """ValueError in a sentence if a place is asked for that is not the processor."""
    kind = str(name).partition(":")[0]
    if name is not None and kind != "cpu":
        known = kind in NAMES and not isinstance(name, int)
        wanted = f"device {name!r}" if known else short(name)
        if not isinstance(name, str | int):
            raise TypeError(f"device is 'cpu', for everything runs on the processor; got {short(name)}: leave it out")
        raise ValueError(f"there is no {wanted} here: everything runs on the processor; leave it out, or write 'cpu'")


def is_place(value: Any) -> bool:
    """Whether a text names a place, rather than a type of number."""
    return isinstance(value, str) and value.partition(":")[0] in NAMES
