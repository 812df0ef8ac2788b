import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The page itself: one file that needs nothing else, and that reaches for nothing else.
struct ReportPage {
    /// By this a report is known again, and nothing else is replaced by one.
    static let beginning = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="generator" content="speedpix">
        """

    let history: RunHistory
    /// `data:` URIs by the URLs of the files.
    let thumbnails: [String: String]
    let title: String
    let began: Date
    /// Whose time of day the page shows.
    let timeZone: TimeZone
    let elapsed: Duration
    let end: RunEnd
    /// The gateway that ends with the process: what it has given out is not shown as a URL. Nil for a service.
    let endedEndpoint: String?
    let redaction: Redaction
    /// The nonce of the page's own script and style (Content-Security-Policy). It is random, so that a prompt cannot contain it.
    let nonce: String

    /// The page's bytes, in order.
    func pieces() throws -> [[UInt8]] {
        var numbers: [String: Int] = [:]
        var pictures: [[UInt8]] = []
        func number(_ url: String) -> JSONValue {
            if let known = numbers[url] { return .integer(Int64(known)) }
            guard let picture = thumbnails[url] else { return -1 }
            let number = numbers.count
            numbers[url] = number
            pictures.append(Array("\(number > 0 ? "," : "")\"\(picture)\"".utf8))
            return .integer(Int64(number))
        }
        let lua = LuaText(history: history)
        let entries =
            history.entries.map { fields($0, lua, picture: number) } + history.failedItems.map(Self.fields)
            + history.madePictures.map { made($0, picture: number) }
        var run: [String: JSONValue] = [
            "title": .string(title), "facts": .array(facts.map { .string($0) }),
            "elapsed": .seconds(elapsed), "entries": .array(entries),
        ]
        if end.failure != nil { run["problem"] = .optional(end.message) }
        let data = Self.inScript(try redaction(ReportText.withoutQueries(.object(run))).encoded())
        // Base64 holds nothing that could end the element.
        let head = """
            \(Self.beginning)
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
            style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>SpeedPix report</title>
            <style nonce="\(nonce)">

            """
        return [Array(head.utf8), PackageResources.report_css, Array("</style>\n</head>\n<body>\n".utf8)]
            + [PackageResources.report_html, Array("<script type=\"application/json\" id=\"run\">".utf8), data]
            + [Array("</script>\n<script type=\"application/json\" id=\"pictures\">[".utf8)] + pictures
            + [
                Array("]</script>\n<script nonce=\"\(nonce)\">\n".utf8), PackageResources.page_js,
                PackageResources.report_js,
            ]
            + [Array("</script>\n</body>\n</html>\n".utf8)]
    }

    private var facts: [String] {
        let entries = history.entries
        let done = entries.filter { $0.status == .succeeded }.count
        let reused = entries.filter { $0.status == .succeeded && $0.isReused }.count
        let failed = entries.filter { $0.status == .failed || $0.status == .canceled }.count
        let rest = entries.count - done - failed
        let items = history.failedItems.count
        let time = Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZoneSeparator: .colon, timeZone: timeZone)
        var facts = [
            began.formatted(time), "\(end.status) after \(DurationText.short(elapsed))",
            "\(done) done" + (reused > 0 ? ", \(reused) of them from attempts before" : ""),
            "\(failed) failed",
        ]
        let unsure = entries.count { !$0.warnings.isEmpty }
        if unsure > 0 { facts.append("\(unsure) unsure") }
        if rest > 0 { facts.append("\(rest) unfinished") }
        if items > 0 { facts.append("\(items) without a prediction") }
        return facts
    }

    private func fields(
        _ entry: RunHistory.Entry, _ lua: LuaText, picture: (String) -> JSONValue
    ) -> JSONValue {
        let names = history.sources
        var sources: [JSONValue] = []
        let input = JSONValue.object(entry.input).mappingTexts { text in
            guard let source = names[text] else { return withoutEndedURL(text) }
            sources.append(["name": .string(source.name), "picture": picture(text)])
            return source.name
        }
        // What was not seen to run still ran as long as the service says.
        let running =
            entry.runningAt
            ?? entry.endedAt.flatMap { ended in
                entry.computing.map { max(ended - $0, entry.createdAt) }
            }
        let outputs = entry.outputs.map { output -> JSONValue in
            var fields: [String: JSONValue] = [
                "name": .string(output.file.filename), "picture": picture(output.file.url),
            ]
            if !isEnded(output.file.url) { fields["url"] = .string(output.file.url) }
            fields["path"] = output.path.map { .string($0) }
            fields["size"] = Self.size(output.file).map { .string($0) }
            fields["downloaded"] = output.downloadedAt.map { [.seconds($0.begin), .seconds($0.end)] }
            return .object(fields)
        }
        var fields: [String: JSONValue] = [
            "id": .string(entry.id), "workflow": .string(entry.workflow),
            "label": .optional(entry.label), "status": .string(entry.status.rawValue), "reused": .bool(entry.isReused),
            "input": input.withExactNumbers, "options": .object(EventStream.fields(entry.options)),
            "lua": .string(lua.run(entry)),
        ]
        fields["sources"] = .array(sources)
        fields["outputs"] = .array(outputs)
        fields["error"] = entry.error.map { .string($0) }
        fields["data"] = entry.data?.withExactNumbers.mappingTexts(withoutEndedURL)
        fields["unsure"] = entry.warnings.text.map { .string($0) }
        fields["computing"] = entry.computing.map { .seconds($0) }
        fields["times"] = .array([entry.createdAt, running, entry.endedAt].map { $0.map { .seconds($0) } ?? .null })
        return .object(fields)
    }

    /// An item that failed before there was a prediction, as an entry.
    private static func fields(_ item: RunHistory.FailedItem) -> JSONValue {
        [
            "id": "", "workflow": "no prediction", "label": .string(item.name), "status": "failed", "reused": false,
            "input": .object([:]), "options": .object([:]), "sources": .array([]), "outputs": .array([]),
            "error": .string(item.message), "times": .array([]),
        ]
    }

    /// A picture that the script has made itself, as an entry.
    private func made(_ path: String, picture: (String) -> JSONValue) -> JSONValue {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return [
            "id": "", "workflow": .string(name), "label": .null, "status": "made", "reused": false,
            "input": .object([:]), "options": .object([:]), "sources": .array([]),
            "outputs": .array([["name": .string(name), "path": .string(path), "picture": picture(path)]]),
            "times": .array([]),
        ]
    }

    private func isEnded(_ url: String) -> Bool { endedEndpoint.map { url.hasPrefix($0) } ?? false }

    /// For a URL of a gateway that has ended what it stood for.
    private func withoutEndedURL(_ text: String) -> String {
        guard isEnded(text) else { return text }
        guard let index = history.outputIndices[text] else { return "a file of the local gateway" }
        let entry = history.entries[index.entry]
        return "\(entry.outputs[index.output].file.filename) of \(entry.id)"
    }

    private static func size(_ file: FileOutput) -> String? {
        guard let width = file.width, let height = file.height else { return nil }
        return "\(width) × \(height)"
    }

    /// JSON that cannot end the element it stands in.
    static func inScript(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        for byte in json {
            if byte == UInt8(ascii: "<") { result += Array(#"\u003c"#.utf8) } else { result.append(byte) }
        }
        return result
    }
}

extension JSONValue {
    /// The value with whole numbers that a browser would round as texts of their digits: to it every number is a float.
    var withExactNumbers: JSONValue {
        switch self {
        case .integer(let number) where number.magnitude > 1 << 53: .string(String(number))
        case .unsigned(let number): .string(String(number))
        case .array(let values): .array(values.map(\.withExactNumbers))
        case .object(let members): .object(members.mapValues(\.withExactNumbers))
        default: self
        }
    }

    /// The value with every text in it replaced; names of members stay.
    fileprivate func mappingTexts(_ change: (String) -> String) -> JSONValue {
        switch self {
        case .string(let text): .string(change(text))
        case .array(let values): .array(values.map { $0.mappingTexts(change) })
        case .object(let members): .object(members.mapValues { $0.mappingTexts(change) })
        default: self
        }
    }
}
