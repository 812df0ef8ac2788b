import SpeedPix

/// What waits and runs at a server (`/queue`).
package struct QueueSnapshot: Sendable, Hashable {
    /// A prompt in the queue.
    package struct Item: Sendable, Hashable {
        package let promptID: String
        /// Who posted it; nil if it was posted without a client id.
        package let clientID: String?

        /// Reads `[number, id, prompt, extra_data, outputs]`.
        init?(_ json: JSONValue) {
            guard let parts = json.arrayValue, parts.count > 1, let id = parts[1].stringValue else { return nil }
            promptID = id
            clientID = parts.count > 3 ? parts[3]["client_id"]?.stringValue : nil
        }
    }

    /// At most one, unless the server was made to run several at a time.
    package let running: [Item]
    /// In the order in which they will run.
    package let pending: [Item]

    /// - Returns: Nil for an answer that is not ComfyUI's.
    init?(_ json: JSONValue) {
        guard let running = json["queue_running"]?.arrayValue, let pending = json["queue_pending"]?.arrayValue else {
            return nil
        }
        self.running = running.compactMap(Item.init)
        // The server answers with its heap, whose order is not that of the numbers.
        let numbered = pending.map { (number: $0.arrayValue?.first?.lenientDouble ?? .infinity, item: Item($0)) }
        self.pending = numbered.enumerated().sorted {
            ($0.element.number, $0.offset) < ($1.element.number, $1.offset)
        }.compactMap(\.element.item)
    }

    /// Whether a prompt waits or runs.
    package func contains(_ promptID: String) -> Bool {
        isRunning(promptID) || pending.contains { $0.promptID == promptID }
    }

    /// Whether a prompt runs.
    package func isRunning(_ promptID: String) -> Bool {
        running.contains { $0.promptID == promptID }
    }

    /// How many prompts others than this client have posted.
    package func strangers(besides clientID: String) -> Int {
        (running + pending).count { $0.clientID != clientID }
    }
}
