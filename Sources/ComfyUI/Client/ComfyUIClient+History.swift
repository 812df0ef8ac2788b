import SpeedPix

extension ComfyUIClient {
    /// A prompt that has ended.
    ///
    /// - Returns: Nil while it waits or runs, and for a prompt that the server does not know, or no longer knows.
    package func history(_ promptID: String) async throws -> HistoryEntry? {
        let answer = try await answer(
            .get, "/history/\(PercentEncoding.encode(promptID))", limit: limits.largeCall, bodyLimit: limits.largeBody)
        let json = try json(answer)
        guard json.objectValue != nil else { throw malformed("its history is no object") }
        guard let member = json[promptID] else { return nil }
        guard let entry = HistoryEntry(promptID: promptID, member) else {
            throw malformed("its history of a prompt is not complete")
        }
        return entry
    }

    /// The prompts that ended last, the newest first.
    ///
    /// - Parameter limit: How many at most. Each may have a megabyte, of 64 MiB for all of them.
    package func recentHistory(limit: Int) async throws -> [HistoryEntry] {
        let answer = try await answer(
            .get, "/history", query: [("max_items", String(max(limit, 1)))], limit: limits.largeCall,
            bodyLimit: limits.largeBody)
        guard let entries = HistoryEntry.all(in: try json(answer)) else { throw malformed("its history is no object") }
        return Array(entries.prefix(max(limit, 0)))
    }

    /// Those of ``recentHistory(limit:)`` that succeeded.
    package func recentSuccesses(limit: Int) async throws -> [HistoryEntry] {
        try await recentHistory(limit: limit).filter { $0.end == .success }
    }

    /// Forgets prompts that have ended. Their files stay.
    package func deleteHistory(_ promptIDs: [String]) async throws {
        try check(try await post("/history", ["delete": .array(promptIDs.map(JSONValue.string))]))
    }
}
