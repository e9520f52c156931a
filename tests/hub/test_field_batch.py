"""Requests that come together are done together; a full queue says so; an error reaches who asked."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.hub.field_batch import Batcher
from app.ports.link import LinkProblem, LinkTrouble


def test_what_gathers_while_a_batch_is_away_goes_in_the_next_one():
    batches, gate = [], threading.Event()

    def do(jobs):
        gate.wait(5)
        batches.append(list(jobs))
        return [job * 10 for job in jobs]

    async def all_of_them():
        batcher = Batcher(do, at_once=8)
        waiting = [asyncio.ensure_future(batcher.submit(n)) for n in range(20)]
        await asyncio.sleep(0)
        gate.set()
        answers = await asyncio.gather(*waiting)
        batcher.close()
        return answers

    assert asyncio.run(all_of_them()) == [n * 10 for n in range(20)]
    assert [n for batch in batches for n in batch] == list(range(20))
    assert all(len(batch) <= 8 for batch in batches)
    assert len(batches) < 20


def test_a_full_queue_is_busy_and_says_when_to_come_back():
    gate, begun = threading.Event(), threading.Event()

    def do(jobs):
        begun.set()
        gate.wait(5)
        return jobs

    async def too_many():
        batcher = Batcher(do, at_once=1, queued=2)
        first = asyncio.ensure_future(batcher.submit(0))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait)
        waiting = [asyncio.ensure_future(batcher.submit(n)) for n in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(LinkProblem) as busy:
            await batcher.submit(3)
        gate.set()
        answers = await asyncio.gather(first, *waiting)
        batcher.close()
        return busy.value, answers

    problem, answers = asyncio.run(too_many())
    assert (problem.code, problem.wait) == (LinkTrouble.BUSY, 1)
    assert answers == [0, 1, 2]


def test_an_error_of_one_is_that_ones_and_an_error_of_all_is_everyones():
    def one_bad(jobs):
        return [ValueError("2") if job == 2 else job for job in jobs]

    def all_bad(jobs):
        raise OSError(str(len(jobs)))

    async def told(do):
        batcher = Batcher(do)
        answers = await asyncio.gather(*(batcher.submit(n) for n in (1, 2, 3)), return_exceptions=True)
        batcher.close()
        return answers

    first, second, third = asyncio.run(told(one_bad))
    assert (first, third) == (1, 3)
    assert isinstance(second, ValueError)
    assert all(isinstance(answer, OSError) for answer in asyncio.run(told(all_bad)))
