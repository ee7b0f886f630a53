from __future__ import annotations

import threading

import pytest

from connectors.prestashop.pace import BatchSizes, Pace


@pytest.mark.parametrize(
    ("resource", "seconds", "size"),
    [
        ("products", 2.0, 50),
        ("products", 0.5, 100),
        ("products", 10.0, 25),
        ("stock_availables", 0.08, 200),
        ("products", 4.0, 25),
        ("products", 3.2, 31),
    ],
)
def test_the_next_batch_takes_about_two_seconds_and_moves_by_two_at_most(
    resource: str, seconds: float, size: int
) -> None:
    sizes = BatchSizes()
    sizes.answered("POST", resource, entities=sizes.size("POST", resource), seconds=seconds)
    assert sizes.size("POST", resource) == size


def test_sizes_stay_between_one_and_five_hundred() -> None:
    sizes = BatchSizes()
    for _ in range(10):
        sizes.answered("PATCH", "stock_availables", entities=sizes.size("PATCH", "stock_availables"), seconds=0.01)
    assert sizes.size("PATCH", "stock_availables") == 500
    for _ in range(12):
        sizes.answered("PATCH", "stock_availables", entities=sizes.size("PATCH", "stock_availables"), seconds=60)
    assert sizes.size("PATCH", "stock_availables") == 1


def test_a_small_leftover_teaches_nothing() -> None:
    sizes = BatchSizes()
    sizes.answered("POST", "products", entities=3, seconds=0.05)
    assert sizes.size("POST", "products") == 50


def test_a_body_that_was_too_big_is_never_sent_again() -> None:
    sizes = BatchSizes()
    sizes.too_big("POST", "products", entities=40)
    for _ in range(5):
        sizes.answered("POST", "products", entities=sizes.size("POST", "products"), seconds=0.1)
    assert sizes.size("POST", "products") == 20


def test_trouble_halves_the_requests_and_ten_good_answers_give_one_back() -> None:
    pace = Pace(4, first_pause=0.25)
    pace.trouble()
    assert (pace.allowed, pace.pause) == (2, 0.25)
    pace.trouble()
    pace.trouble()
    assert (pace.allowed, pace.pause) == (1, 1.0)
    for _ in range(10):
        pace.fine()
    assert (pace.allowed, pace.pause) == (2, 0.0)
    for _ in range(40):
        pace.fine()
    assert pace.allowed == 4


def test_no_more_requests_at_a_time_than_allowed() -> None:
    pace = Pace(2)
    both, inside, most = threading.Barrier(2, timeout=60), [0], [0]
    lock = threading.Lock()

    def work() -> None:
        with pace.turn():
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            both.wait()
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most[0] == 2
