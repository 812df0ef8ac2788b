import SpeedPix

/// A small ComfyUI without its network: a queue that runs one prompt at a time, history, files, and the frames that it sends.
struct TestComfyUIEngine: Sendable {
    struct Prompt: Sendable {
        let number: Int
        let posted: TestComfyUI.PostedPrompt
        let outputs: [String]

        var id: String { posted.promptID }
        var graph: [String: JSONValue] { posted.prompt.objectValue ?? [:] }
    }

    /// A frame, and whose it is.
    enum Frame: Sendable {
        /// - Parameter client: The client id; nil for everybody.
        case text(String, JSONValue, client: String?)
        case binary([UInt8], client: String?)
    }

    let version: TestComfyUI.Version
    var isAutomatic: Bool
    var losesOutputs = false
    var customClasses: JSONValue?
    private(set) var pending: [Prompt] = []
    private(set) var running: Prompt?
    private(set) var currentNode: String?
    var history: [String: JSONValue] = [:]
    /// By ``key(_:_:_:)``.
    var files: [String: [UInt8]] = [:]
    /// Frames that are to be sent.
    var outbox: [Frame] = []
    private var number = 0
    private var counters: [String: Int] = [:]
    /// What nodes gave, by what they are and all that they depend on.
    private var cache: [String: JSONValue] = [:]
    private var messages: [JSONValue] = []
    private var finished: Set<String> = []

    init(version: TestComfyUI.Version, classes: JSONValue?, isAutomatic: Bool) {
        self.version = version
        self.isAutomatic = isAutomatic
        customClasses = classes
    }

    // MARK: What there is

    /// Of a file in ``files``.
    static func key(_ folder: String, _ subfolder: String, _ name: String) -> String {
        [folder, subfolder, name].filter { !$0.isEmpty }.joined(separator: "/")
    }

    var inputFiles: Set<String> {
        Set(files.keys.filter { $0.hasPrefix("input/") }.map { String($0.dropFirst("input/".count)) })
    }

    /// `/object_info`, whose choices of files are those of the input folder.
    var classes: JSONValue {
        if let customClasses { return customClasses }
        let isOld = version == .autumn2025
        guard var all = TestComfyUIClasses.standard(choicesInList: isOld).objectValue,
            var load = all["LoadImage"]?.objectValue
        else { return .null }
        let names = JSONValue.array(inputFiles.sorted().map(JSONValue.string))
        let choice: JSONValue =
            isOld ? [names, ["image_upload": true]] : ["COMBO", ["options": names, "image_upload": true]]
        load["input"] = ["required": ["image": choice]]
        all["LoadImage"] = .object(load)
        return .object(all)
    }

    var queue: JSONValue {
        func entry(_ prompt: Prompt) -> JSONValue {
            [
                .integer(Int64(prompt.number)), .string(prompt.id), prompt.posted.prompt, extraData(of: prompt),
                .array(prompt.outputs.map(JSONValue.string)),
            ]
        }
        return [
            "queue_running": .array(running.map { [entry($0)] } ?? []), "queue_pending": .array(pending.map(entry)),
        ]
    }

    private func extraData(of prompt: Prompt) -> JSONValue {
        var extra = prompt.posted.extraData.objectValue ?? [:]
        if let client = prompt.posted.clientID { extra["client_id"] = .string(client) }
        return .object(extra)
    }

    private var status: JSONValue {
        let count = pending.count + (running == nil ? 0 : 1)
        return ["status": ["exec_info": ["queue_remaining": .integer(Int64(count))]]]
    }

    // MARK: Queue

    /// - Returns: The prompt's number.
    mutating func enqueue(_ posted: TestComfyUI.PostedPrompt, outputs: [String]) -> Int {
        defer { number += 1 }
        pending.append(Prompt(number: number, posted: posted, outputs: outputs))
        outbox.append(.text("status", status, client: nil))
        startNext()
        return number
    }

    mutating func remove(_ ids: Set<String>) {
        pending.removeAll { ids.contains($0.id) }
        outbox.append(.text("status", status, client: nil))
    }

    /// A server that was started again: no queue, no history; files stay.
    mutating func restart() {
        pending = []
        running = nil
        currentNode = nil
        history = [:]
        cache = [:]
    }

    private mutating func startNext() {
        while running == nil, !pending.isEmpty {
            running = pending.removeFirst()
            begin()
            if isAutomatic { finish() }
        }
    }

    /// What a client gets that connects: the state of the queue, and the node that runs if the prompt is the client's.
    mutating func welcome(_ client: String) {
        var data = status.objectValue ?? [:]
        data["sid"] = .string(client)
        outbox.append(.text("status", .object(data), client: client))
        if let currentNode, running?.posted.clientID == client {
            outbox.append(.text("executing", ["node": .string(currentNode)], client: client))
        }
    }

    // MARK: A run

    private mutating func begin() {
        guard let prompt = running else { return }
        messages = []
        finished = []
        tell("execution_start", [:])
        let cached = order(of: prompt).filter { cache[signature($0, prompt.graph)] != nil }
        tell("execution_cached", ["nodes": .array(cached.map(JSONValue.string))])
        currentNode = order(of: prompt).first { !cached.contains($0) }
        if let currentNode { execute(currentNode) }
    }

    private mutating func execute(_ node: String) {
        currentNode = node
        tell("executing", ["node": .string(node), "display_node": .string(node)], isKept: false)
    }

    /// How far the running node is.
    mutating func step(_ value: Int, of most: Int) {
        guard let currentNode else { return }
        if version == .autumn2025 {
            let data: [String: JSONValue] = [
                "value": .integer(Int64(value)), "max": .integer(Int64(most)), "node": .string(currentNode),
            ]
            tell("progress", data, isKept: false)
        } else {
            tellStates(value: value, most: most)
        }
    }

    private mutating func tellStates(value: Int, most: Int) {
        guard let prompt = running else { return }
        var nodes: [String: JSONValue] = [:]
        for node in finished { nodes[node] = state(node, prompt, "finished", 1, of: 1) }
        if let currentNode { nodes[currentNode] = state(currentNode, prompt, "running", value, of: most) }
        tell("progress_state", ["nodes": .object(nodes)], isKept: false)
    }

    private func state(_ node: String, _ prompt: Prompt, _ name: String, _ value: Int, of most: Int) -> JSONValue {
        [
            "value": .integer(Int64(value)), "max": .integer(Int64(most)), "state": .string(name),
            "node_id": .string(node), "display_node_id": .string(node), "real_node_id": .string(node),
            "parent_node_id": .null, "prompt_id": .string(prompt.id),
        ]
    }

    /// Runs what is left of the prompt that runs, and begins the next one.
    mutating func finish() {
        guard let prompt = running else { return }
        var outputs: [String: JSONValue] = [:]
        for node in order(of: prompt) {
            let key = signature(node, prompt.graph)
            let earlier = cache[key]
            if earlier == nil {
                if currentNode != node { execute(node) }
                step(0, of: 1)
            }
            let output = earlier ?? run(node, prompt)
            cache[key] = output
            if prompt.outputs.contains(node) {
                outputs[node] = output
                tell(
                    "executed", ["node": .string(node), "display_node": .string(node), "output": output], isKept: false)
            }
            if earlier == nil { finished.insert(node) }
        }
        currentNode = nil
        if version != .autumn2025 { tellStates(value: 0, most: 1) }
        tell("execution_success", [:])
        end("success", outputs: outputs)
    }

    /// Ends the prompt that runs with an error of a node, and begins the next one.
    mutating func fail(node: String?, type: String, message: String) {
        guard let prompt = running else { return }
        let node = node ?? currentNode ?? prompt.outputs.first ?? ""
        let data: [String: JSONValue] = [
            "node_id": .string(node), "node_type": prompt.graph[node]?["class_type"] ?? "",
            "executed": .array(finished.sorted().map(JSONValue.string)), "exception_type": .string(type),
            "exception_message": .string(message), "traceback": ["  File \"execution.py\", line 1, in execute\n"],
            "current_inputs": [:], "current_outputs": [],
        ]
        tell("execution_error", data)
        end("error", outputs: [:])
    }

    /// Stops the prompt that runs, and begins the next one.
    mutating func interrupt() {
        guard let prompt = running else { return }
        let node = currentNode ?? ""
        let data: [String: JSONValue] = [
            "node_id": .string(node), "node_type": prompt.graph[node]?["class_type"] ?? "",
            "executed": .array(finished.sorted().map(JSONValue.string)),
        ]
        tell("execution_interrupted", data)
        end("error", outputs: [:])
    }

    private mutating func end(_ status: String, outputs: [String: JSONValue]) {
        guard let prompt = running else { return }
        let entry: [JSONValue] = [
            .integer(Int64(prompt.number)), .string(prompt.id), prompt.posted.prompt, extraData(of: prompt),
            .array(prompt.outputs.map(JSONValue.string)),
        ]
        history[prompt.id] = [
            "prompt": .array(entry), "outputs": .object(outputs),
            "status": [
                "status_str": .string(status), "completed": .bool(status == "success"), "messages": .array(messages),
            ],
            "meta": [:],
        ]
        currentNode = nil
        tell("executing", ["node": .null], isKept: false)
        running = nil
        outbox.append(.text("status", self.status, client: nil))
        startNext()
    }

    /// Sends a frame to whoever posted the prompt that runs.
    ///
    /// - Parameter isKept: Whether it stands in the history, too.
    private mutating func tell(_ type: String, _ data: [String: JSONValue], isKept: Bool = true) {
        guard let prompt = running else { return }
        var data = data
        data["prompt_id"] = .string(prompt.id)
        if isKept {
            // The server's clock is its count of prompts here.
            data["timestamp"] = .integer(1_760_000_000_000 + Int64(prompt.number))
            messages.append([.string(type), .object(data)])
        }
        outbox.append(.text(type, .object(data), client: prompt.posted.clientID))
    }

    // MARK: Nodes

    /// The nodes that run, each after those that it depends on.
    private func order(of prompt: Prompt) -> [String] {
        var result: [String] = []
        var visited: Set<String> = []
        func visit(_ node: String) {
            guard visited.insert(node).inserted else { return }
            for source in sources(of: node, prompt.graph) { visit(source) }
            result.append(node)
        }
        for output in prompt.outputs { visit(output) }
        return result
    }

    private func sources(of node: String, _ graph: [String: JSONValue]) -> [String] {
        let inputs = graph[node]?["inputs"]?.objectValue ?? [:]
        return inputs.sorted { $0.key < $1.key }.compactMap { _, value in
            guard let link = value.arrayValue, link.count == 2, let id = link[0].stringValue, graph[id] != nil else {
                return nil
            }
            return id
        }
    }

    private func signature(_ node: String, _ graph: [String: JSONValue], depth: Int = 0) -> String {
        // Graphs with a loop are posted, too.
        guard depth < 32 else { return "" }
        let own = (try? graph[node]?["inputs"]?.encoded()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let others = sources(of: node, graph).map { signature($0, graph, depth: depth + 1) }.joined(separator: ",")
        return "\(graph[node]?["class_type"]?.stringValue ?? "")(\(own);\(others))"
    }

    private mutating func run(_ node: String, _ prompt: Prompt) -> JSONValue {
        let inputs = prompt.graph[node]?["inputs"]
        switch prompt.graph[node]?["class_type"]?.stringValue {
        case "SaveImage": return save(node, prompt, folder: "output", prefix: inputs?["filename_prefix"]?.stringValue)
        case "PreviewImage": return save(node, prompt, folder: "temp", prefix: "ComfyUI_temp_\(node)")
        case "TestShowText":
            let source = sources(of: node, prompt.graph).first.flatMap { prompt.graph[$0] }
            return ["text": [source?["inputs"]?["text"] ?? inputs?["text"] ?? .null]]
        default: return [:]
        }
    }

    private mutating func save(_ node: String, _ prompt: Prompt, folder: String, prefix: String?) -> JSONValue {
        var parts = (prefix ?? "ComfyUI").split(separator: "/").map(String.init)
        let base = parts.popLast() ?? "ComfyUI"
        let subfolder = parts.joined(separator: "/")
        let key = Self.key(folder, subfolder, base)
        counters[key, default: 0] += 1
        let digits = String(counters[key] ?? 1)
        let name = "\(base)_\(String(repeating: "0", count: max(0, 5 - digits.count)))\(digits)_.png"
        // Another colour for another graph.
        let color = signature(node, prompt.graph).utf8.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) }
        let graph = (try? prompt.posted.prompt.encoded()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        if !losesOutputs {
            files[Self.key(folder, subfolder, name)] = TestPNG.pixel(color & 0xFFFFFF, texts: [("prompt", graph)])
        }
        return [
            "images": [["filename": .string(name), "subfolder": .string(subfolder), "type": .string(folder)]]
        ]
    }
}
