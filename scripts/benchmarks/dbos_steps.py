"""A DBOS workflow of many recorded steps on SQLite; prints the CPU seconds that they took."""

import os
import resource
import sys

from dbos import DBOS

COUNT = int(sys.argv[1])
FOLDER = sys.argv[2]

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


DBOS.launch()
before = resource.getrusage(resource.RUSAGE_SELF)
assert work() == COUNT
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, flush=True)
# Its threads go on for a while.
os._exit(0)
