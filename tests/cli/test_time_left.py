from zerokara.cli.time_left import TimeLeft


def test_compiling_is_not_counted() -> None:
    """The first step takes a minute, a later one half of that; the others a second each."""
    left, now, told = TimeLeft(), 0.0, []
    for done, seconds in enumerate([60.0, 1.0, 1.0, 1.0, 30.0, 1.0, 1.0], start=1):
        now += seconds
        left.see(done, now)
        told.append(left.seconds(done, 10))
    assert told == [None, None, 7.0, 6.0, 5.0, 4.0, 3.0]


def test_several_steps_may_be_told_of_at_once() -> None:
    left = TimeLeft()
    for done, now in ((100, 9.0), (200, 10.0), (300, 11.0), (300, 50.0)):
        left.see(done, now)
    assert left.seconds(300, 500) == 2.0
