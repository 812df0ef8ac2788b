import SpeedPix

/// What `ffprobe -show_format -show_streams` prints as JSON; nearly every number is a text in it.
struct FFprobeReport {
    private let format: JSONValue
    private let streams: [JSONValue]

    /// - Throws: ``SpeedPixError`` `invalid_response` for output that is not a report.
    init(_ output: [UInt8], about path: String) throws {
        guard let report = try? JSONValue(parsingAnswer: output), report.objectValue != nil else {
            throw SpeedPixError(.invalidResponse, "what ffprobe printed about \(path) is not its JSON")
        }
        format = report["format"] ?? .object([:])
        streams = report["streams"]?.arrayValue ?? []
    }

    /// - Throws: ``SpeedPixError`` `invalid_argument` if there is no stream of this kind.
    func properties(kind: MediaKind, file: LocalFile) throws -> MediaProperties {
        // A cover picture in a sound file is listed as a video stream.
        let video = streams.first {
            $0["codec_type"]?.stringValue == "video" && $0["disposition"]?["attached_pic"]?.lenientInteger != 1
        }
        let audio = streams.first { $0["codec_type"]?.stringValue == "audio" }
        guard let main = kind == .video ? video : audio else {
            throw SpeedPixError(.invalidArgument, "the file has no \(kind.rawValue) in it")
        }
        var properties = MediaProperties()
        properties.size = file.size
        // "mov,mp4,m4a,3gp,3g2,mj2": names of one demuxer, which the first bytes distinguish better.
        let names = format["format_name"]?.lenientString?.split(separator: ",").map(String.init) ?? []
        properties.format =
            file.mediaType.flatMap(MediaType.fileExtension(for:)) ?? (names.contains("mp4") ? "mp4" : names.first)
        let seconds = format["duration"]?.lenientDouble ?? main["duration"]?.lenientDouble
        // Six digits are printed; as a binary fraction, 12.48 is not 12.48.
        properties.duration = seconds.flatMap { $0 >= 0 && $0 < 1e9 ? .microseconds(Int64(($0 * 1e6).rounded())) : nil }
        properties.codec = main["codec_name"]?.lenientString
        properties.bitrate =
            Self.count(kind == .audio ? main["bit_rate"] ?? format["bit_rate"] : format["bit_rate"])
        properties.metadata = Self.tags(format["tags"])
        properties.language = main["tags"]?["language"]?.lenientString.flatMap { $0 == "und" ? nil : $0 }
        if let video, kind == .video {
            properties.width = Self.count(video["width"])
            properties.height = Self.count(video["height"])
            if Self.isRotatedByQuarterTurn(video) { swap(&properties.width, &properties.height) }
            properties.frameRate = Self.rate(video["avg_frame_rate"]) ?? Self.rate(video["r_frame_rate"])
            properties.hasAudio = audio != nil
            properties.audioCodec = audio?["codec_name"]?.lenientString
        }
        properties.sampleRate = Self.count(audio?["sample_rate"])
        properties.channels = Self.count(audio?["channels"])
        return properties
    }

    private static func count(_ value: JSONValue?) -> Int? {
        value?.lenientInteger.flatMap { $0 > 0 ? Int(exactly: $0) : nil }
    }

    /// "30000/1001"; "0/0" is unknown.
    private static func rate(_ value: JSONValue?) -> Double? {
        let parts = value?.lenientString?.split(separator: "/").compactMap { Double($0) } ?? []
        guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return nil }
        return parts[0] / parts[1]
    }

    /// Telephones store upright videos on their side, and say so.
    private static func isRotatedByQuarterTurn(_ video: JSONValue) -> Bool {
        let stated = video["side_data_list"]?.arrayValue?.lazy.compactMap { $0["rotation"]?.lenientDouble }.first
        guard let degrees = stated ?? video["tags"]?["rotate"]?.lenientDouble else { return false }
        return abs(abs(degrees.truncatingRemainder(dividingBy: 180)) - 90) < 1
    }

    private static func tags(_ value: JSONValue?) -> [String: String] {
        (value?.objectValue ?? [:]).compactMapValues(\.lenientString)
    }
}
