"""The service's calls for Echo, with FastAPI and uvicorn; prints its URL, and runs until it is told to end.

It keeps the gateway's promises with as little as that takes: the signature is checked, a prediction and its nonce are
on disk before the create is answered, and an end before anybody is told of it.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import signal
import socket
import sqlite3
import sys
import time
import uuid

import uvicorn
from fastapi import FastAPI, Request, Response

FOLDER = sys.argv[1]
SECRET = b"secret"
KEY = "key"
WINDOW = 15 * 60

database = sqlite3.connect(f"{FOLDER}/predictions.sqlite", isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.execute("PRAGMA fullfsync = ON")
database.executescript(
    """
    CREATE TABLE prediction (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL, inputs TEXT,
        status TEXT NOT NULL, outputs TEXT, created REAL NOT NULL, began REAL, ended REAL
    );
    CREATE TABLE nonce (nonce TEXT PRIMARY KEY, expires REAL NOT NULL) WITHOUT ROWID;
    """
)
nonces = {}
running = set()
app = FastAPI()


class Refused(Exception):
    pass


def verify(request, body):
    headers = request.headers
    names = sorted(headers.get("x-ca-signature-headers", "").split(","))
    lines = [request.method, *(headers.get(name, "") for name in ("accept", "content-md5", "content-type", "date"))]
    lines += [f"{name}:{headers.get(name, '')}" for name in names]
    lines.append(request.url.path)
    digest = hmac.new(SECRET, "\n".join(lines).encode(), hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    now = time.time()
    nonce = headers.get("x-ca-nonce", "")
    if headers.get("x-ca-key") != KEY:
        raise Refused("Invalid AppKey")
    if not hmac.compare_digest(signature, headers.get("x-ca-signature", "")):
        raise Refused("Invalid Signature")
    if abs(int(headers["x-ca-timestamp"]) / 1000 - now) > WINDOW:
        raise Refused("Timestamp Expired")
    if nonces.setdefault(nonce, now) != now:
        raise Refused("Nonce Used")
    if headers.get("content-md5") != base64.b64encode(hashlib.md5(body).digest()).decode():
        raise Refused("Invalid Content-MD5")
    return nonce


@app.exception_handler(Refused)
async def refused(request, error):
    return Response(status_code=400, headers={"X-Ca-Error-Message": str(error)})


def answered(data):
    envelope = {
        "status": 10, "apiInvokeId": str(uuid.uuid4()), "errCode": None, "errMessage": None, "subErrCode": None,
        "subErrMessage": None, "data": data, "startTime": None, "endTime": None,
    }  # fmt: skip
    return Response(json.dumps(envelope), media_type="application/json")


async def echo(id, inputs):
    outputs = json.dumps({"text": inputs["text"]})
    now = time.time()
    database.execute(
        "UPDATE prediction SET inputs = NULL, status = 'succeeded', outputs = ?, began = ?, ended = ? WHERE id = ?",
        (outputs, now, now, id),
    )


@app.post("/scc/comfy_prompt")
async def create(request: Request):
    body = await request.body()
    nonce = verify(request, body)
    call = json.loads(body)
    id, now = str(uuid.uuid4()), time.time()
    database.execute("BEGIN IMMEDIATE")
    database.execute(
        "INSERT INTO prediction (id, workflow, inputs, status, created) VALUES (?, ?, ?, 'waiting', ?)",
        (id, call["workflow_id"], json.dumps(call["inputs"]), now),
    )
    database.execute("INSERT INTO nonce VALUES (?, ?)", (nonce, now + WINDOW))
    database.execute("COMMIT")
    task = asyncio.create_task(echo(id, call["inputs"]))
    running.add(task)
    task.add_done_callback(running.discard)
    return answered({"taskId": id, "status": "waiting", "estimatedDurationInSeconds": 0})


async def asked(request):
    body = await request.body()
    verify(request, body)
    id = json.loads(body)["taskId"]
    query = "SELECT status, outputs, created, began, ended FROM prediction WHERE id = ?"
    return id, *database.execute(query, (id,)).fetchone()


@app.post("/scc/comfy_get_progress")
async def progress(request: Request):
    id, status, *_ = await asked(request)
    data = {
        "taskId": id, "status": status, "progress": int(status == "succeeded"), "etaRelative": 0, "message": None,
        "lastQueueRemaining": 0, "state": {"nodeLabel": None, "step": 0, "maxSteps": 0}, "currentImage": None,
    }  # fmt: skip
    return answered(data)


@app.post("/scc/comfy_get_result")
async def result(request: Request):
    id, status, outputs, created, began, ended = await asked(request)
    data = {
        "taskId": id, "status": status, "result": json.loads(outputs or "null"), "images": None, "info": None,
        "message": None, "parameters": None, "imgsBytes": None, "taskDuration": 0,
        "taskBeginTime": began and int(began * 1000), "taskEndTime": ended and int(ended * 1000),
    }  # fmt: skip
    return answered(data)


def main():
    # Who starts this may have it begin with signals blocked. uvicorn raises the one that ended it once more.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=60)
    uvicorn.Server(config).run(sockets=[listener])


main()
