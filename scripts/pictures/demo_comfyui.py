"""A ComfyUI that makes no pictures but gives those that it has, for a gateway of which pictures are taken.

Only Python's own library is used. It listens on a free port of this machine, in a thread of its own.
"""

import asyncio
import base64
import hashlib
import json
import struct
import threading
import time
import urllib.parse
import uuid

# RFC 6455, section 1.3.
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
GIB = 1 << 30
STATISTICS = {
    "system": {"os": "posix", "comfyui_version": "0.27.0", "python_version": "3.12.3", "pytorch_version": "2.8.0"},
    "devices": [
        {"name": "cuda:0 NVIDIA GeForce RTX 4090", "type": "cuda", "index": 0, "vram_total": 24 * GIB, "vram_free": 9 * GIB}
    ],
}  # fmt: skip


class DemoComfyUI:
    """
    classes: what /object_info answers.
    pictures: bytes of PNG files; each run gives the next one.
    """

    def __init__(self, classes, pictures):
        self.classes = classes
        self.pictures = pictures
        self.files = {}
        self.history = {}
        self.running = []
        self.sockets = {}
        self.requests = []
        # Whether prompts end as soon as they are posted.
        self.is_automatic = True
        # How long its history says that a prompt took.
        self.seconds = 0
        self._saved = 0
        self._loop = asyncio.new_event_loop()
        self._has_begun = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()
        self._has_begun.wait()

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._listen, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._has_begun.set()
        self._loop.run_forever()

    def _do(self, action, *arguments):
        """Does something on the server's own thread, and waits until it is done."""

        async def call():
            return action(*arguments)

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    # What it does

    def post(self, graph):
        """Runs a prompt as ComfyUI's own page posts it; gives its id."""
        id = str(uuid.uuid4())
        self._do(self._post, {"prompt": graph, "prompt_id": id, "client_id": "its own page"})
        return id

    def finish(self):
        """Ends the prompt that runs."""
        self._do(self._finish)

    def preview(self, picture):
        """Sends a preview of what runs."""
        self._do(self._preview, picture)

    def step(self, value, most):
        """Says how far the last node but one is that runs."""
        self._do(self._step, value, most)

    def _post(self, body):
        entry = {**body, "number": len(self.history) + len(self.running)}
        self.running.append(entry)
        self._tell(entry, ("status", {"status": {"exec_info": {"queue_remaining": len(self.running)}}}))
        if len(self.running) == 1:
            self._begin()
        return {"prompt_id": entry["prompt_id"], "number": entry["number"], "node_errors": {}}

    def _begin(self):
        if not self.running:
            return
        entry = self.running[0]
        entry["node"] = self._order(entry)[-2:][0]
        id = entry["prompt_id"]
        self._tell(entry, ("execution_start", {"prompt_id": id}), ("execution_cached", {"prompt_id": id, "nodes": []}))
        self._tell(entry, ("executing", {"prompt_id": id, "node": entry["node"], "display_node": entry["node"]}))
        if self.is_automatic:
            self._finish()

    def _order(self, entry):
        return sorted(entry["prompt"], key=lambda id: (len(id), id))

    def _finish(self):
        entry = self.running.pop(0)
        id, graph, outputs = entry["prompt_id"], entry["prompt"], {}
        for node, content in graph.items():
            if self.classes.get(content["class_type"], {}).get("output_node"):
                outputs[node] = self._output(graph, content)
        for node, output in outputs.items():
            self._tell(entry, ("executed", {"prompt_id": id, "node": node, "display_node": node, "output": output}))
        end = round(time.time() * 1000)
        start = end - round(self.seconds * 1000)
        self.history[id] = {
            "prompt": [entry["number"], id, graph, entry.get("extra_data") or {}, list(outputs)],
            "outputs": outputs, "meta": {},
            "status": {
                "status_str": "success", "completed": True,
                "messages": [
                    ["execution_start", {"prompt_id": id, "timestamp": start}],
                    ["execution_cached", {"prompt_id": id, "nodes": [], "timestamp": start}],
                    ["execution_success", {"prompt_id": id, "timestamp": end}],
                ],
            },
        }  # fmt: skip
        self._tell(entry, ("execution_success", {"prompt_id": id}), ("executing", {"prompt_id": id, "node": None}))
        self._begin()

    def _output(self, graph, node):
        inputs = node["inputs"]
        if "images" not in inputs:
            source = graph.get(str(next(iter(inputs.values()))[0]), {})
            return {"text": [source.get("inputs", {}).get("text", "")]}
        folder, _, base = inputs.get("filename_prefix", "ComfyUI").rpartition("/")
        self._saved += 1
        name = f"{base}_{self._saved:05}_.png"
        self.files["output", folder, name] = self.pictures[(self._saved - 1) % len(self.pictures)]
        return {"images": [{"filename": name, "subfolder": folder, "type": "output"}]}

    def _preview(self, picture):
        entry = self.running[0]
        about = {
            "prompt_id": entry["prompt_id"],
            "node_id": entry["node"],
            "display_node_id": entry["node"],
            "image_type": "image/png",
        }
        words = json.dumps(about).encode()
        self._send(entry.get("client_id"), 2, struct.pack(">II", 4, len(words)) + words + picture)

    def _step(self, value, most):
        entry = self.running[0]
        id, node = entry["prompt_id"], entry["node"]

        def state(node, name, value, most):
            return {
                "value": value, "max": most, "state": name, "node_id": node, "display_node_id": node, "real_node_id": node,
                "parent_node_id": None, "prompt_id": id,
            }  # fmt: skip

        order = self._order(entry)
        nodes = {one: state(one, "finished", 1, 1) for one in order[: order.index(node)]}
        nodes[node] = state(node, "running", value, most)
        self._tell(entry, ("progress_state", {"prompt_id": id, "nodes": nodes}))

    # Its frames

    def _tell(self, entry, *events):
        for type, data in events:
            self._send(entry.get("client_id"), 1, json.dumps({"type": type, "data": data}).encode())

    def _send(self, client, opcode, data):
        if client not in self.sockets:
            return
        length = len(data)
        head = (
            bytes([length])
            if length < 126
            else struct.pack(">BH", 126, length)
            if length < 1 << 16
            else struct.pack(">BQ", 127, length)
        )
        self.sockets[client].write(bytes([0x80 | opcode]) + head + data)

    # Its calls

    def _answer(self, method, path, body, query):
        """The JSON that a call is answered with; None for one that is not known."""
        match method, path:
            case "GET", "system_stats":
                return STATISTICS
            case "GET", "features":
                return {"supports_preview_metadata": True, "max_upload_size": 100 << 20}
            case "GET", "object_info":
                return self.classes
            case "GET", "queue":
                rows = [
                    [one["number"], one["prompt_id"], one["prompt"], {"client_id": one.get("client_id")}, []]
                    for one in self.running
                ]
                return {"queue_running": rows[:1], "queue_pending": rows[1:]}
            case "GET", "history":
                return dict(list(self.history.items())[-int(query.get("max_items", ["1000"])[0]) :])
            case "GET", _ if path.startswith("history/"):
                id = path.rpartition("/")[2]
                return {id: self.history[id]} if id in self.history else {}
            case "POST", "history":
                for id in json.loads(body).get("delete", []):
                    self.history.pop(id, None)
                return {}
            case "POST", "prompt":
                return self._post(json.loads(body))
            case "POST", ("free" | "interrupt" | "queue"):
                return {}
            case "POST", _ if path.startswith("upload/"):
                name = body.partition(b'filename="')[2].partition(b'"')[0].decode()
                content = body.partition(b'filename="')[2].partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]
                self.files["input", "speedpix", name] = content
                return {"name": name, "subfolder": "speedpix", "type": "input"}

    async def _listen(self, reader, writer):
        try:
            while line := await reader.readline():
                method, target, _ = line.decode().split()
                headers = {}
                while (line := await reader.readline()).strip():
                    name, _, value = line.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = await self._body(reader, headers)
                address = urllib.parse.urlsplit(target)
                path, query = address.path.removeprefix("/api/"), urllib.parse.parse_qs(address.query)
                self.requests.append(f"{method} {address.path}")
                if path == "ws":
                    return await self._talk(reader, writer, headers, query["clientId"][0])
                if path == "view":
                    self._view(writer, query)
                    continue
                answer = self._answer(method, path, body, query)
                self._reply(
                    writer,
                    "200 OK" if answer is not None else "404 Not Found",
                    json.dumps(answer).encode(),
                    "application/json",
                )
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _body(self, reader, headers):
        if headers.get("transfer-encoding") != "chunked":
            return await reader.readexactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body

    def _view(self, writer, query):
        key = tuple(
            query.get(name, [default])[0] for name, default in [("type", "output"), ("subfolder", ""), ("filename", "")]
        )
        if key in self.files:
            self._reply(writer, "200 OK", self.files[key], "image/png")
        else:
            self._reply(writer, "404 Not Found", b"", "text/plain")

    def _reply(self, writer, status, body, type):
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )

    async def _talk(self, reader, writer, headers, client):
        key = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + GUID).digest()).decode()
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write(f"{head}Sec-WebSocket-Accept: {key}\r\n\r\n".encode())
        self.sockets[client] = writer
        status = {"status": {"exec_info": {"queue_remaining": len(self.running)}}, "sid": client}
        self._send(client, 1, json.dumps({"type": "status", "data": status}).encode())
        while True:
            # What clients send is short and masked: what they can do, pings, pongs, and the close.
            first, second = await reader.readexactly(2)
            length = second & 0x7F
            if length == 126:
                (length,) = struct.unpack(">H", await reader.readexactly(2))
            mask = await reader.readexactly(4)
            data = bytes(byte ^ mask[index % 4] for index, byte in enumerate(await reader.readexactly(length)))
            opcode = first & 0x0F
            if opcode in (8, 9):
                writer.write(bytes([0x88 if opcode == 8 else 0x8A, len(data)]) + data)
            if opcode == 8:
                self.sockets.pop(client, None)
                return
