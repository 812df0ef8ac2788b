"""The part of ComfyUI that a gateway needs: each prompt has ended as soon as it is posted, and its result is zeros.

comfyui_stub.py BYTES: prints its URL, and runs until it is told to end. Only Python's own library is used.
"""

import asyncio
import base64
import hashlib
import json
import signal
import struct
import sys

SIZE = int(sys.argv[1])
ZEROS = bytes(256 << 10)
# RFC 6455, section 1.3.
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SEED = ["INT", {"default": 0, "min": 0, "max": 2**64 - 1}]
CLASSES = {
    "Zeros": {
        "name": "Zeros", "display_name": "Zeros", "description": "", "category": "bench", "python_module": "nodes",
        "input": {"required": {"seed": SEED}}, "input_order": {"required": ["seed"]}, "output": [],
        "output_is_list": [], "output_name": [], "output_node": True, "api_node": False,
    }
}  # fmt: skip
STATISTICS = {"system": {"os": "posix", "comfyui_version": "0.27.0"}, "devices": []}
OUTPUT = {"images": [{"filename": "zeros.bin", "subfolder": "", "type": "output"}]}

history = {}
sockets = {}


def send(client, *events):
    """Sends text frames to the client of this id."""
    for type, data in events if client in sockets else ():
        text = json.dumps({"type": type, "data": data}).encode()
        length = bytes([len(text)]) if len(text) < 126 else struct.pack(">BH", 126, len(text))
        sockets[client].write(b"\x81" + length + text)


def status(remaining):
    return "status", {"status": {"exec_info": {"queue_remaining": remaining}}}


def run(prompt):
    """Ends a prompt that was posted, and tells its client so."""
    id, client = prompt["prompt_id"], prompt.get("client_id")
    nodes = list(prompt["prompt"])
    entry = [len(history), id, prompt["prompt"], {"client_id": client}, nodes]
    outputs = {node: OUTPUT for node in nodes}
    done = {"status_str": "success", "completed": True, "messages": []}
    history[id] = {"prompt": entry, "outputs": outputs, "status": done, "meta": {}}
    executed = [("executed", {"prompt_id": id, "node": node, "output": OUTPUT}) for node in nodes]
    start, success = ("execution_start", {"prompt_id": id}), ("execution_success", {"prompt_id": id})
    send(client, status(1), start, *executed, success, status(0))


def answer(method, path, body):
    """The JSON that a call is answered with; None for one that is not known."""
    match method, path:
        case "GET", "/api/system_stats":
            return STATISTICS
        case "GET", "/api/features":
            return {}
        case "GET", "/api/object_info":
            return CLASSES
        case "GET", "/api/queue":
            return {"queue_running": [], "queue_pending": []}
        case "GET", "/api/history":
            return history
        case "POST", "/api/history":
            for id in json.loads(body).get("delete", []):
                history.pop(id, None)
            return {}
        case "POST", "/api/prompt":
            return {"prompt_id": json.loads(body)["prompt_id"], "number": len(history), "node_errors": {}}
        case "GET", _ if path.startswith("/api/history/"):
            id = path.rpartition("/")[2]
            return {id: history[id]} if id in history else {}


async def serve(reader, writer):
    try:
        while line := await reader.readline():
            method, target, _ = line.decode().split()
            headers = {}
            while (line := await reader.readline()).strip():
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            path, _, query = target.partition("?")
            if path == "/api/ws":
                return await listen(reader, writer, headers, query.partition("clientId=")[2])
            if path == "/api/view":
                await view(writer)
                continue
            reply(writer, answer(method, path, body))
            if method == "POST" and path == "/api/prompt":
                run(json.loads(body))
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def reply(writer, value):
    body = json.dumps(value).encode()
    status_line = "200 OK" if value is not None else "404 Not Found"
    head = f"HTTP/1.1 {status_line}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


async def view(writer):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {SIZE}\r\n\r\n"
    writer.write(head.encode())
    rest = SIZE
    while rest:
        part = min(rest, len(ZEROS))
        writer.write(ZEROS[:part])
        await writer.drain()
        rest -= part


async def listen(reader, writer, headers, client):
    key = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + GUID).digest()).decode()
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    writer.write(f"{head}Sec-WebSocket-Accept: {key}\r\n\r\n".encode())
    sockets[client] = writer
    send(client, status(0))
    while True:
        # What clients send is short and masked: pings, pongs, and the close.
        first, second = await reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", await reader.readexactly(2))
        mask = await reader.readexactly(4)
        data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(await reader.readexactly(length)))
        opcode = first & 0x0F
        if opcode in (8, 9):
            writer.write(bytes([0x88 if opcode == 8 else 0x8A, len(data)]) + data)
        if opcode == 8:
            sockets.pop(client, None)
            return


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


# Who starts this may have it begin with signals blocked.
signal.pthread_sigmask(signal.SIG_SETMASK, [])
asyncio.run(main())
