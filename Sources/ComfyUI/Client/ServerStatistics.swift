package import SpeedPix

/// What a server says of itself (`/system_stats`).
package struct ServerStatistics: Sendable, Hashable {
    /// A device that models run on.
    package struct Device: Sendable, Hashable {
        /// As the driver names it: `cuda:0 NVIDIA GeForce RTX 4090`.
        package let name: String
        /// `cuda`, `mps`, `cpu` …
        package let type: String
        /// Bytes; nil if it does not say it.
        package let totalMemory: Int64?
        /// Bytes; nil if it does not say it.
        package let freeMemory: Int64?
    }

    /// ComfyUI's version, such as `0.27.0`; nil where versions do not say it.
    package let version: String?
    package let devices: [Device]

    /// - Returns: Nil for an answer that is not ComfyUI's.
    init?(_ json: JSONValue) {
        guard let system = json["system"], system.objectValue != nil else { return nil }
        version = system["comfyui_version"]?.stringValue?.excerpt()
        devices = (json["devices"]?.arrayValue ?? []).map { device in
            Device(
                name: device["name"]?.stringValue?.excerpt() ?? "", type: device["type"]?.stringValue?.excerpt() ?? "",
                totalMemory: device["vram_total"]?.lenientInteger, freeMemory: device["vram_free"]?.lenientInteger)
        }
    }
}

/// What a server can do (`/features`).
package struct ServerFeatures: Sendable, Hashable {
    /// Bytes that one upload may have, its form included; nil if the server does not say it.
    package let maxUploadSize: Int64?
    /// The answer as it came.
    package let json: JSONValue

    init(_ json: JSONValue) {
        maxUploadSize = json["max_upload_size"]?.lenientInteger.flatMap { $0 > 0 ? $0 : nil }
        self.json = json
    }
}
