package import SpeedPix

extension ComfyUIClient {
    /// Version, devices and their memory.
    package func systemStats() async throws -> ServerStatistics {
        let answer = try await answer(.get, "/system_stats")
        guard answer.status != 404 else {
            throw ComfyUIError(
                .notFound, "\(address): what answers there is not ComfyUI",
                remedy: "give the address that ComfyUI's own page has", status: 404, mayHaveTakenEffect: false)
        }
        let json = try json(answer)
        guard let statistics = ServerStatistics(json) else { throw malformed("it does not say what system it is") }
        return statistics
    }

    /// What the server can do. Versions that do not have the call can do nothing of it.
    package func features() async throws -> ServerFeatures {
        let answer = try await answer(.get, "/features")
        return answer.status == 404 ? ServerFeatures(.object([:])) : ServerFeatures(try json(answer))
    }

    /// All classes of nodes, by their names, as `/object_info` describes them: at most 64 MiB.
    package func objectInfo() async throws -> JSONValue {
        let json = try json(
            try await answer(.get, "/object_info", limit: limits.largeCall, bodyLimit: limits.largeBody))
        guard json.objectValue != nil else { throw malformed("its classes of nodes are no object") }
        return json
    }

    /// Has the server drop what it keeps between prompts, when nothing runs.
    ///
    /// - Parameters:
    ///   - unloadModels: Models in the memory of devices.
    ///   - freeMemory: Results of nodes, too, so that the next prompt runs all of them.
    package func free(unloadModels: Bool, freeMemory: Bool) async throws {
        let body: JSONValue = ["unload_models": .bool(unloadModels), "free_memory": .bool(freeMemory)]
        try check(try await post("/free", body))
    }
}
