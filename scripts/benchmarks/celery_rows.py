"""A Celery worker that does tasks of nothing, from a Redis of its own; prints the CPU seconds that the worker took."""

import os
import resource
import signal
import subprocess
import sys
import time

from celery import Celery

SOCKET = os.path.join(sys.argv[-1] if __name__ == "__main__" else os.environ["CELERY_ROWS_FOLDER"], "redis.sock")

app = Celery("celery_rows", broker=f"redis+socket://{SOCKET}")
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, broker_connection_retry_on_startup=True)


@app.task(ignore_result=True)
def row(number):
    pass


def main():
    # Who starts this may have it begin with signals blocked; the worker, which inherits that, is ended by one.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    count, pool, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    redis = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", SOCKET, "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    while not os.path.exists(SOCKET):
        time.sleep(0.01)
    for number in range(count):
        row.delay(number)
    concurrency = "1" if pool == "solo" else "8"
    worker = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "celery", "-A", "celery_rows", "worker", "--pool", pool]
        + ["--concurrency", concurrency, "--loglevel", "ERROR"],
        # Its processes load this file, too.
        env=os.environ | {"CELERY_ROWS_FOLDER": folder, "C_FORCE_ROOT": "1"},
        stdout=subprocess.DEVNULL,
    )
    while not app.control.ping(timeout=0.5):
        pass
    with app.connection_for_read() as connection:
        queue = connection.default_channel.client
        while queue.llen("celery") or queue.hlen("unacked"):
            time.sleep(0.05)
    worker.terminate()
    assert worker.wait() == 0
    # Of children that have ended: the worker, and what it had started.
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    redis.terminate()
    redis.wait()
    print(used.ru_utime + used.ru_stime, flush=True)


if __name__ == "__main__":
    main()
