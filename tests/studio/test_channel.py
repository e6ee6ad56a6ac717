"""What waits to be sent to a page: the newest of each topic, in order, and no more than the page can draw."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zerokara.studio.channel import AHEAD, SLOTS, Outbox


def taken(outbox: Outbox) -> list[Any]:
    """All that may go now."""

    async def take() -> list[Any]:
        found = []
        while outbox.ready() is not None:
            found.append(await outbox.take())
        return found

    return asyncio.run(take())


def test_of_each_topic_the_newest_is_sent_in_order() -> None:
    outbox = Outbox()
    for k in range(5):
        outbox.put("bars", b"bars %d" % k, "moving")
        outbox.put("maps", b"maps %d" % k, "moving")
    assert taken(outbox) == [b"bars 4", b"maps 4"]


def test_an_end_waits_for_its_answer_and_nothing_else_does() -> None:
    outbox = Outbox()
    outbox.unanswered = AHEAD  # the page is slow
    outbox.put("bars", b"bars", "moving")
    outbox.put("end.moving", "moving is over", "moving")
    outbox.put("hello", "hello")
    outbox.put("end.sights", "sights are over", "sights")
    assert taken(outbox) == ["hello", "sights are over"]
    outbox.answered()
    assert taken(outbox) == [b"bars", "moving is over"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(0, 2))))
def test_no_end_ever_comes_before_its_answer(steps: list[tuple[str, bool, int]]) -> None:
    """Questions are answered in turns, by one message each and an end, while a page draws as fast or slowly as it will:
    whenever an end arrives, the newest answer of its slot that was put before it has arrived."""
    outbox, put, sent = Outbox(), dict.fromkeys("abc", 0), dict.fromkeys("abc", 0)
    for slot, ends, draws in steps:
        if ends:
            outbox.put(f"end.{slot}", f"{slot}{put[slot]}", slot)
        else:
            put[slot] += 1
            outbox.put(slot, f"{slot}{put[slot]}".encode(), slot)
        for message in taken(outbox):
            name = message if isinstance(message, str) else message.decode()
            if isinstance(message, bytes):
                sent[slot_of(name)] = int(name[1:])
            else:
                assert sent[slot_of(name)] >= int(name[1:])
        for _ in range(draws):
            outbox.answered()


def slot_of(name: str) -> str:
    return name[0]


def test_topics_that_are_made_up_fill_no_memory() -> None:
    outbox = Outbox()
    outbox.unanswered = AHEAD
    for k in range(4 * SLOTS):
        outbox.put(f"topic {k}", b"x")
    assert len(outbox) == SLOTS
