import LocalFiles
import SystemPackage
import _NIOFileSystem

extension MediaFile {
    /// The same file with the properties that the service has not reported filled in from the file itself. The others stay.
    ///
    /// - Parameters:
    ///   - probe: Reads the file; `LocalMediaProbe` of the product `SpeedPixMedia`, or one's own.
    ///   - path: Where the file is on this machine; nil downloads it to a temporary file, which is removed again.
    /// - Throws: ``SpeedPixError``: what the probe throws, and without a path what ``save(to:onProgress:)`` throws.
    ///   `CancellationError` if the task is cancelled.
    public func probed(by probe: any MediaProbe, at path: String? = nil) async throws -> Self {
        let found: MediaProperties
        if let path {
            found = try await probe.properties(ofFileAt: path, kind: Self.kind)
        } else {
            let files = try file.attachedFiles()
            let folder = try await FileSystem.shared.temporaryDirectory
            // With the extension, which some tools go by.
            let ending = format.map { "." + $0.filter { $0.isLetter || $0.isNumber } } ?? ""
            let temporary = folder.appending("speedpix-\(files.caller.dependencies.nonce())\(ending)")
            try await files.download(url, to: temporary.string)
            defer { try? FileRemoval.remove(temporary) }
            found = try await probe.properties(ofFileAt: temporary.string, kind: Self.kind)
        }
        var copy = self
        copy.file.fill(found.described)
        return copy
    }
}

extension FileOutput {
    /// Other spellings of what a probe finds: what the service has reported under one of them is not added again.
    private static let spellings: [String: [String]] = [
        "color_space": ["colorSpace", "colorspace"], "dpi": ["DPI"], "frame_rate": ["frameRate", "fps"],
        "codec": ["video_codec", "videoCodec"], "has_audio": ["hasAudio"], "audio_codec": ["audioCodec"],
        "sample_rate": ["sampleRate"], "bitrate": ["bit_rate", "bitRate"], "pages": ["page_count", "pageCount"],
        "language": ["lang"], "created_at": ["createdAt"],
        "duration": ["duration_ms", "durationMs", "duration_seconds", "durationSeconds"],
    ]

    /// Adds what is missing.
    fileprivate mutating func fill(_ found: [String: JSONValue]) {
        for (key, value) in found {
            let isTold = ([key] + (Self.spellings[key] ?? [])).contains { properties[$0].map { $0 != .null } ?? false }
            if !isTold { properties[key] = value }
        }
    }
}
