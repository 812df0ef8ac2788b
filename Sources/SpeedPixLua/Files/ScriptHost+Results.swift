import SpeedPix

// Files of results that a script gets into its memory.
extension ScriptHost {
    /// Downloads a result into memory, and reports the transfer. It is not saved by that: ``noteUse(ofResult:)`` says so when it is.
    ///
    /// - Throws: As ``Files/read(_:limit:)``; ``ParametersOnlyError``.
    func fetch(_ file: FileOutput) async throws -> [UInt8] { try await fetch(file.url, name: file.filename) }

    /// The same for any file at the service.
    func fetch(_ url: String, name: String) async throws -> [UInt8] {
        let client = try requireClient()
        let transfer = TransferReporter(self, .download, name: name, path: nil, url: url)
        transfer.start()
        do {
            let bytes = try await client.files.read(url)
            transfer.finish(bytes: Int64(bytes.count))
            return bytes
        } catch {
            transfer.fail(error)
            throw error
        }
    }

    /// The content of a result is the script's now: it has the bytes, or has saved a picture that was made from it. So the
    /// result counts as saved.
    func noteUse(ofResult url: String) {
        guard !isDryRun else { return }
        client.files.recordUse(of: url)
        onEvent(.used(url: url))
    }
}
