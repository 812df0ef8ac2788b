import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension TestComfyUI.State {
    /// Whether a request becomes a WebSocket; what becomes none is answered by ``reply(to:)``.
    mutating func mayUpgrade(_ request: TestComfyUIRequest) -> Bool {
        guard request.method == "GET", request.route == "/ws", hasDemandedHeader(request), fault(of: request) == nil
        else {
            return false
        }
        requests.append("GET /api/ws")
        return true
    }

    /// Does what a request asks for, and answers it.
    mutating func reply(to request: TestComfyUIRequest) -> TestComfyUIReply {
        requests.append("\(request.method) \(request.path ?? "")")
        guard let route = request.route else { return .notFound }
        guard hasDemandedHeader(request) else { return .text(401, "401: Unauthorized") }
        switch takeFault(of: request) {
        case nil: return done(request, route)
        case .hang: return .none
        case .status(let status):
            return .text(status, "\(status): Internal Server Error\n\nServer got itself in trouble")
        case .garbage: return .answer(.init(type: "application/json", body: Array("<html>no".utf8)))
        case .redirect: return .answer(.init(status: 302, location: "http://127.0.0.1:9/"))
        case .large(let count):
            let text = String(repeating: "a", count: max(count - 2, 0))
            return .answer(.init(type: "application/json", body: Array("\"\(text)\"".utf8)))
        case .lostAnswer:
            _ = done(request, route)
            return .close
        case .stalledAnswer:
            let reply = done(request, route)
            guard case .answer(let answer) = reply else { return reply }
            return .stalled(answer)
        }
    }

    private func hasDemandedHeader(_ request: TestComfyUIRequest) -> Bool {
        demandedHeader.map { request.header($0.name) == $0.value } ?? true
    }

    private func fault(of request: TestComfyUIRequest) -> TestComfyUI.Fault? {
        faults.first { request.matches($0.key) && $0.value.times > 0 }?.value.fault
    }

    private mutating func takeFault(of request: TestComfyUIRequest) -> TestComfyUI.Fault? {
        guard let (pattern, entry) = faults.first(where: { request.matches($0.key) && $0.value.times > 0 }) else {
            return nil
        }
        faults[pattern] = (entry.fault, entry.times - 1)
        return entry.fault
    }

    private mutating func done(_ request: TestComfyUIRequest, _ route: String) -> TestComfyUIReply {
        defer { flush() }
        let parts = route.split(separator: "/").map(String.init)
        let json = request.body.isEmpty ? JSONValue.null : (try? JSONValue(parsing: request.body)) ?? .null
        switch (request.method, parts.first ?? "", parts.dropFirst().first) {
        case ("GET", "system_stats", nil): return .json(statistics)
        case ("GET", "features", nil):
            return .json(["supports_preview_metadata": true, "max_upload_size": 104_857_600])
        case ("GET", "object_info", nil): return .json(engine.classes)
        case ("GET", "queue", nil): return .json(engine.queue)
        case ("POST", "queue", nil):
            engine.remove(ids(json["delete"]))
            return .empty
        case ("GET", "history", nil):
            let count = request.query["max_items"].flatMap { Int($0) } ?? .max
            let newest = engine.history.sorted { number($0.value) < number($1.value) }.suffix(count)
            return .json(.object(Dictionary(newest.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })))
        case ("POST", "history", nil):
            for id in ids(json["delete"]) { engine.history[id] = nil }
            return .empty
        case ("GET", "history", let id?):
            return .json(.object(engine.history[id].map { [id: $0] } ?? [:]))
        case ("POST", "prompt", nil): return post(request)
        case ("POST", "interrupt", nil): return interrupt(json)
        case ("POST", "jobs", let id?) where parts.last == "cancel" && engine.version != .autumn2025:
            return cancel(id)
        case ("POST", "free", nil): return .empty
        case ("POST", "upload", let kind?): return upload(request, kind)
        case ("GET", "view", nil), ("HEAD", "view", nil): return view(request)
        default: return .notFound
        }
    }

    private var statistics: JSONValue {
        [
            "system": [
                "os": "posix", "comfyui_version": engine.version == .autumn2025 ? "0.3.54" : "0.27.0",
                "python_version": "3.12.3", "pytorch_version": "2.8.0",
            ],
            "devices": [
                [
                    "name": "cuda:0 Test", "type": "cuda", "index": 0, "vram_total": 25_757_220_864,
                    "vram_free": 20_000_000_000,
                ]
            ],
        ]
    }

    private func ids(_ list: JSONValue?) -> Set<String> { Set((list?.arrayValue ?? []).compactMap(\.stringValue)) }

    private func number(_ entry: JSONValue) -> Double { entry["prompt"]?.arrayValue?.first?.lenientDouble ?? 0 }

    // MARK: Prompts

    private mutating func post(_ request: TestComfyUIRequest) -> TestComfyUIReply {
        guard let json = try? JSONValue(parsing: request.body) else {
            return .text(500, "500 Internal Server Error\n\nServer got itself in trouble")
        }
        let id = json["prompt_id"]?.stringValue ?? UUID().uuidString.lowercased()
        let post = TestComfyUI.PostedPrompt(
            promptID: id, clientID: json["client_id"]?.stringValue, prompt: json["prompt"] ?? .null,
            extraData: json["extra_data"] ?? [:],
            targets: json["partial_execution_targets"]?.arrayValue?.compactMap(\.stringValue))
        posted.append(post)
        guard let graph = post.prompt.objectValue else {
            return .json(
                TestComfyUIValidation.error("no_prompt", "No prompt provided", details: "No prompt provided"),
                status: 400)
        }
        if engine.version != .autumn2025, UUID(uuidString: id)?.uuidString.lowercased() != id {
            return .json(
                TestComfyUIValidation.error("invalid_prompt_id", "prompt_id must be a UUID", details: id), status: 400)
        }
        let validation = TestComfyUIValidation(graph: graph, classes: engine.classes, inputFiles: engine.inputFiles)
        switch validation.outcome(targets: post.targets) {
        case .refused(let answer): return .json(answer, status: 400)
        case .accepted(let outputs, let nodeErrors):
            let number = engine.enqueue(post, outputs: outputs)
            return .json(
                ["prompt_id": .string(id), "number": .integer(Int64(number)), "node_errors": nodeErrors])
        }
    }

    private mutating func interrupt(_ json: JSONValue) -> TestComfyUIReply {
        let wanted = engine.version == .autumn2025 ? nil : json["prompt_id"]?.stringValue
        if wanted == nil || wanted == engine.running?.id { engine.interrupt() }
        return .empty
    }

    private mutating func cancel(_ id: String) -> TestComfyUIReply {
        if engine.running?.id == id {
            engine.interrupt()
        } else if engine.pending.contains(where: { $0.id == id }) {
            engine.remove([id])
        } else {
            return .json(["cancelled": false])
        }
        return .json(["cancelled": true])
    }

    // MARK: Files

    private mutating func upload(_ request: TestComfyUIRequest, _ kind: String) -> TestComfyUIReply {
        guard request.body.count <= 104_857_600 else { return .text(413, "Maximum request body size exceeded") }
        guard let parts = MultipartReader.parts(request.body, contentType: request.header("Content-Type") ?? ""),
            let file = parts.first(where: { $0.name == "image" }), let filename = file.filename
        else { return .text(400, "") }
        func field(_ name: String) -> String? {
            parts.first { $0.name == name }.map { String(decoding: $0.body, as: UTF8.self) }
        }
        if kind == "mask" {
            let reference = field("original_ref").flatMap { try? JSONValue(parsing: $0.utf8) }
            let key = TestComfyUIEngine.key(
                reference?["type"]?.stringValue ?? "output", reference?["subfolder"]?.stringValue ?? "",
                reference?["filename"]?.stringValue ?? "")
            guard engine.files[key] != nil else { return .text(400, "") }
        }
        let (folder, subfolder) = (field("type") ?? "input", field("subfolder") ?? "")
        guard !subfolder.contains("..") else { return .text(400, "") }
        let mark = filename.lastIndex(of: ".") ?? filename.endIndex
        var name = filename
        var count = 0
        while let existing = engine.files[TestComfyUIEngine.key(folder, subfolder, name)], existing != file.body {
            count += 1
            name = "\(filename[..<mark]) (\(count))\(filename[mark...])"
        }
        engine.files[TestComfyUIEngine.key(folder, subfolder, name)] = file.body
        return .json(["name": .string(name), "subfolder": .string(subfolder), "type": .string(folder)])
    }

    private func view(_ request: TestComfyUIRequest) -> TestComfyUIReply {
        let (name, subfolder) = (request.query["filename"] ?? "", request.query["subfolder"] ?? "")
        guard !name.isEmpty, !name.hasPrefix("/"), !name.contains(".."), !subfolder.contains("..") else {
            return .answer(.init(status: 400))
        }
        let key = TestComfyUIEngine.key(request.query["type"] ?? "output", subfolder, name)
        guard let bytes = engine.files[key] else { return .answer(.init(status: 404)) }
        return .answer(.init(type: name.hasSuffix(".png") ? "image/png" : "application/octet-stream", body: bytes))
    }
}
