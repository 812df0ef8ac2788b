#!/usr/bin/env python3
"""Measures what the rows of a batch cost one nats-server: bytes in JetStream, bytes on disk, memory, messages a second.

    scripts/benchmarks/queue_figures.py [--rows 100000] [--values 60] [--width 64] [--folder DIR]

It starts nats-server on a free port with its data in a new folder below DIR, makes the streams that a batch has, and writes
what one prediction a row writes: the row, four entries of its log (taken, intent, created, ended) and its result, each by a
create that must be the first at its subject; takes the row and acknowledges it. Then it starts the server again.
Only Python's own library is used. docs/queue.md has the figures.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ABSENT = {"Nats-Expected-Last-Subject-Sequence": "0"}
ONCE = {"max_msgs_per_subject": 1, "discard_new_per_subject": True}
STREAMS = {
    "SPEEDPIX_BATCHES": {"subjects": ["speedpix.batch.>"], **ONCE},
    "SPEEDPIX_ROWS": {"subjects": ["speedpix.rows.*"], "retention": "workqueue"},
    "SPEEDPIX_LOGS": {"subjects": ["speedpix.log.*.*.*"], **ONCE},
    "SPEEDPIX_RESULTS": {"subjects": ["speedpix.result.*.*.*"], **ONCE},
}


class Connection:
    """The part of NATS' protocol that is wanted here: requests, with one inbox for all answers."""

    async def open(self, port):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        self.inbox, self.waiting, self.next = f"_INBOX.{os.getpid()}x{id(self)}", {}, 0
        await self.reader.readline()
        options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "python"}
        self.writer.write(f"CONNECT {json.dumps(options)}\r\nSUB {self.inbox}.* 1\r\nPING\r\n".encode())
        self.task = asyncio.create_task(self.read())
        return self

    async def read(self):
        while line := await self.reader.readline():
            words = line.split()
            if words[0] == b"PING":
                self.writer.write(b"PONG\r\n")
            elif words[0] == b"-ERR":
                sys.exit(f"nats-server: {line.decode()}")
            elif words[0] in (b"MSG", b"HMSG"):
                size = int(words[-1])
                data = (await self.reader.readexactly(size + 2))[:-2]
                head = int(words[-2]) if words[0] == b"HMSG" else 0
                has_reply = len(words) == (6 if words[0] == b"HMSG" else 5)
                # A pulled message has the subject of its stream; who pulls has a subscription of his own: its number.
                key = words[1].decode().rsplit(".", 1)[-1] if words[2] == b"1" else "sid" + words[2].decode()
                waiting = self.waiting.get(key)
                if waiting:
                    waiting(words[3].decode() if has_reply else None, data[:head], data[head:])

    def send(self, subject, payload, headers=None, reply=None):
        to = f" {reply}" if reply else ""
        if headers:
            head = b"NATS/1.0\r\n" + b"".join(f"{k}: {v}\r\n".encode() for k, v in headers.items()) + b"\r\n"
            line = f"HPUB {subject}{to} {len(head)} {len(head) + len(payload)}\r\n".encode()
            self.writer.write(line + head + payload + b"\r\n")
        else:
            self.writer.write(f"PUB {subject}{to} {len(payload)}\r\n".encode() + payload + b"\r\n")

    async def request(self, subject, payload=b"", headers=None):
        self.next += 1
        key, future = str(self.next), asyncio.get_running_loop().create_future()
        self.waiting[key] = lambda reply, head, data: future.done() or future.set_result((head, data))
        self.send(subject, payload, headers, f"{self.inbox}.{key}")
        if self.writer.transport.get_write_buffer_size() > 1 << 20:
            await self.writer.drain()
        try:
            return await asyncio.wait_for(future, 60)
        finally:
            del self.waiting[key]

    async def call(self, subject, body=None, headers=None):
        payload = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        _, data = await self.request(subject, payload, headers)
        answer = json.loads(data) if data else {}
        if "error" in answer:
            sys.exit(f"{subject}: {answer['error']}")
        return answer

    async def pull(self, stream, consumer, count):
        """Up to `count` messages: of each its reply subject and content."""
        self.next += 1
        number = self.next + 1
        done, messages = asyncio.get_running_loop().create_future(), []

        def receive(reply, head, data):
            if reply:
                messages.append((reply, data))
            if (not reply or len(messages) == count) and not done.done():
                done.set_result(None)

        self.waiting[f"sid{number}"] = receive
        self.writer.write(f"SUB {self.inbox}pull{number} {number}\r\n".encode())
        body = json.dumps({"batch": count, "expires": 5_000_000_000}).encode()
        self.send(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", body, None, f"{self.inbox}pull{number}")
        await done
        self.writer.write(f"UNSUB {number}\r\n".encode())
        del self.waiting[f"sid{number}"]
        return messages


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def token(number):
    digest = hashlib.sha256(f"sku-{number}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def identity(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


class Row:
    """What is written for a row with one prediction, of the size that it has with a product's number, photo and caption."""

    def __init__(self, number, values):
        self.number, self.token = number, token(number)
        self.key = f"sku-{number}"
        caption = ("Leather shoe, brown, new season, limited edition. " * (values // 50 + 1))[:values]
        self.values = {"sku": self.key, "image": f"photos/{number:08}.jpg", "text": caption}
        self.prediction = f"2039{number:015}"

    def message(self):
        return compact({
            "row": self.number, "key": self.key, "token": self.token, "label": self.key, "values": self.values,
            "generation": 1,
        })

    def entries(self):
        moment = "2026-11-29T12:00:00.000Z"
        digest = hashlib.sha256(self.key.encode()).hexdigest()
        asset = f"https://assets.example.com/results/2026/11/29/{self.prediction}/0.png"
        written = identity(self.key + "intent")
        record = {"id": self.prediction, "workflow": "2031234567890123456", "created_at": moment}
        yield {"kind": "taken", "token": identity(self.key), "time": moment, "worker": "studio-2/4711", "epoch": 1}
        yield {
            "kind": "intent", "token": written, "time": moment, "position": "create 1", "digest": digest,
            "workflow": record["workflow"], "label": self.key,
            "input": {"image": {"file": digest, "name": self.values["image"]}, "text": self.values["text"]},
            "inputs": [{"path": self.values["image"], "size": 2345678, "digest": digest}],
        }
        yield {"kind": "created", "token": identity(self.key + "c"), "time": moment, "intent": written, "prediction": record}
        yield {
            "kind": "ended", "token": identity(self.key + "e"), "time": moment, "intent": written, "state": "succeeded",
            "prediction": {**record, "completed_at": moment, "output": {"images": [asset], "confidence": 0.97}},
        }

    def result(self):
        return compact({
            "row": self.number, "key": self.key, "generation": 1, "state": "succeeded", "worker": "studio-2/4711",
            "predictions": 1, "seconds": 3.194, "values": {"picture": f"cards/{self.key}.png", "confidence": 0.97},
            "files": [{"path": self.values["image"], "size": 2345678, "modified": "2026-11-28T09:00:00.000Z"}],
        })


class Server:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.configuration = os.path.join(folder, "nats.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(f'jetstream {{ store_dir: "{folder}/data", max_file: 200GB, max_mem: 64MB }}\n')

    def start(self):
        ports = os.path.join(self.folder, "ports")
        shutil.rmtree(ports, ignore_errors=True)
        os.mkdir(ports)
        begun = time.monotonic()
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(
            [self.program, "-c", self.configuration, "-a", "127.0.0.1", "-p", "-1", "--ports_file_dir", ports],
            stdout=self.log, stderr=self.log)
        while not (names := os.listdir(ports)):
            if self.process.poll() is not None or time.monotonic() - begun > 600:
                sys.exit(f"nats-server did not start: {self.folder}/log")
            time.sleep(0.005)
        time.sleep(0.05)
        with open(os.path.join(ports, names[0]), encoding="utf-8") as file:
            self.port = int(json.load(file)["nats"][0].rsplit(":", 1)[1])
        return time.monotonic() - begun

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))

    def seconds(self):
        """CPU time of the server so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def disk(self, stream=""):
        """Space taken on disk, in all or by a stream."""
        os.sync()  # Before that a file system may not have decided where new pages go.
        total = 0
        for place, _, names in os.walk(os.path.join(self.folder, "data")):
            if stream in place:
                total += sum(os.stat(os.path.join(place, name)).st_blocks * 512 for name in names)
        return total


async def at_once(count, width, work):
    numbers = iter(range(count))

    async def one():
        for number in numbers:
            await work(number)

    await asyncio.gather(*[one() for _ in range(width)])


async def measure(server, rows, values, width):
    connection = await Connection().open(server.port)
    for name, more in STREAMS.items():
        body = {"name": name, "storage": "file", "discard": "new", "num_replicas": 1, **more}
        await connection.call(f"$JS.API.STREAM.CREATE.{name}", body)
    consumer = {
        "durable_name": "B", "filter_subject": "speedpix.rows.B", "ack_policy": "explicit", "ack_wait": 30_000_000_000,
        "max_ack_pending": -1, "max_deliver": -1,
    }
    await connection.call(
        "$JS.API.CONSUMER.DURABLE.CREATE.SPEEDPIX_ROWS.B", {"stream_name": "SPEEDPIX_ROWS", "config": consumer})
    print(f"{'':34}{'messages':>10}{'a second':>10}{'a CPU s':>10}{'memory':>10}{'disk':>10}", flush=True)

    async def phase(name, messages, work):
        begun, cpu = time.monotonic(), server.seconds()
        await work
        passed, used = time.monotonic() - begun, max(server.seconds() - cpu, 0.01)
        print(
            f"{name:34}{messages:10,}{messages / passed:10,.0f}{messages / used:10,.0f}"
            f"{server.memory() / 2**20:8.0f} M{server.disk() / 2**20:8.0f} M", flush=True)

    async def publish(number):
        row = Row(number, values)
        await connection.call("speedpix.rows.B", row.message(), {"Nats-Msg-Id": f"B.{row.token}.1"})

    async def state(name):
        return (await connection.call(f"$JS.API.STREAM.INFO.{name}"))["state"]

    print(f"{'empty':64}{server.memory() / 2**20:8.0f} M{server.disk() / 2**20:8.0f} M")
    await phase("rows published", rows, at_once(rows, width, publish))
    published = (await state("SPEEDPIX_ROWS"))["bytes"]
    published_disk = server.disk("SPEEDPIX_ROWS")

    left = rows

    async def work():
        nonlocal left
        while left > 0:
            count = min(8, left)
            left -= count
            for reply, data in await connection.pull("SPEEDPIX_ROWS", "B", count):
                row = Row(json.loads(data)["row"], values)
                for number, entry in enumerate(row.entries(), 1):
                    await connection.call(f"speedpix.log.B.{row.token}.{number}", compact(entry), ABSENT)
                await connection.call(f"speedpix.result.B.{row.token}.1", row.result(), ABSENT)
                await connection.request(reply, b"+ACK")

    async def workers():
        await asyncio.gather(*[work() for _ in range(width)])

    await phase("taken, logged, acknowledged", rows * 6, workers())
    logs, results = await state("SPEEDPIX_LOGS"), await state("SPEEDPIX_RESULTS")
    if (logs["messages"], results["messages"], (await state("SPEEDPIX_ROWS"))["messages"]) != (rows * 4, rows, 0):
        sys.exit(f"not every row is done: {logs}, {results}")

    async def last(number):
        subject = f"speedpix.log.B.{token(number * 7919 % rows)}.4"
        await connection.call("$JS.API.STREAM.MSG.GET.SPEEDPIX_LOGS", {"last_by_subj": subject})

    async def absent(number):
        subject = f"speedpix.log.B.{token(number * 7919 % rows)}.5"
        await connection.request("$JS.API.STREAM.MSG.GET.SPEEDPIX_LOGS", compact({"last_by_subj": subject}))

    async def wildcard(number):
        body = {"seq": 1, "next_by_subj": f"speedpix.log.B.{token(number * 7919 % rows)}.*"}
        await connection.call("$JS.API.STREAM.MSG.GET.SPEEDPIX_LOGS", body)

    reads = min(2000, rows)
    await phase("a log's last entry read", reads, at_once(reads, 1, last))
    await phase("a log's next entry sought", reads, at_once(reads, 1, absent))
    await phase("the same by a wildcard", reads // 20, at_once(reads // 20, 1, wildcard))

    print("\nbytes a row")
    for name, stored, disk in [
        ("row, until it is done", published, published_disk),
        ("log, 4 entries", logs["bytes"], server.disk("SPEEDPIX_LOGS")),
        ("result", results["bytes"], server.disk("SPEEDPIX_RESULTS")),
        ("row, once it is done", 0, server.disk("SPEEDPIX_ROWS")),
    ]:
        print(f"  {name:32}{stored / rows:10,.0f} in JetStream{disk / rows:10,.0f} on disk")
    sizes = [len(compact(entry)) for entry in Row(1, values).entries()]
    print(f"  contents: row {len(Row(1, values).message())}, entries {sizes}, result {len(Row(1, values).result())}")
    connection.writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--values", type=int, default=60, help="bytes of a row's caption")
    parser.add_argument("--width", type=int, default=64, help="rows under way at once")
    parser.add_argument("--folder", default=None, help="where the data goes; kept nowhere afterwards")
    options = parser.parse_args()
    program = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/usr/local/sbin")
    if not program:
        sys.exit("nats-server is needed: ./scripts/install-dependencies test")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"{version}, {options.rows:,} rows")
    folder = tempfile.mkdtemp(prefix="queue-figures-", dir=options.folder)
    server = Server(program, folder)
    try:
        server.start()
        asyncio.run(measure(server, options.rows, options.values, options.width))
        server.stop()
        print(f"\nstarted again in {server.start():.1f} s, {server.memory() / 2**20:.0f} MiB of memory")
    finally:
        server.process.kill()
        server.process.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
