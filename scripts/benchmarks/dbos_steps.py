"""A DBOS workflow of many recorded steps on SQLite; prints the CPU seconds that they took."""

import asyncio
import os
import resource
import sys

from dbos import DBOS

COUNT = int(sys.argv[1])
CONCURRENCY = int(sys.argv[2])
FOLDER = sys.argv[3]

DBOS(
    config={
        "name": "bench",
        "system_database_url": f"sqlite:///{FOLDER}/dbos.sqlite",
        "log_level": "ERROR",
        "run_admin_server": False,
    }
)


@DBOS.step()
def step(number):
    return {"id": f"p-{number}", "status": "succeeded"}


@DBOS.workflow()
def work():
    return sum(1 for number in range(COUNT) if step(number))


@DBOS.step()
async def async_step(number):
    return {"id": f"p-{number}", "status": "succeeded"}


@DBOS.workflow()
async def async_work():
    done = 0
    for first in range(0, COUNT, CONCURRENCY):
        numbers = range(first, min(first + CONCURRENCY, COUNT))
        done += len(await asyncio.gather(*(async_step(number) for number in numbers)))
    return done


DBOS.launch()
before = resource.getrusage(resource.RUSAGE_SELF)
assert (work() if CONCURRENCY == 1 else asyncio.run(async_work())) == COUNT
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, flush=True)
# Its threads go on for a while.
os._exit(0)
