import SpeedPix
import SpeedPixBatch

/// The page of a batch: a list of all rows, of which the browser lays out only those that are seen, and the details of each row,
/// in the page or in files of ``rowsOfFile`` rows beside it.
struct BatchReportPage {
    /// How many rows' details are in a file.
    static let rowsOfFile = 200

    /// What stands above the rows.
    let head: JSONValue
    let spool: RowSpool
    let thumbnails: RowThumbnails
    /// Nil for a page that has everything in itself.
    let folder: ReportFolder?
    /// The nonce of the page's own scripts and style (Content-Security-Policy). It is random, so that no text can contain it.
    let nonce: String

    /// The page's bytes, in order. The files beside it are written by this.
    ///
    /// - Parameter used: Receives the names of the files that the page needs.
    /// - Throws: `Errno`, and what reading a row throws.
    func pieces(used: inout Set<String>) throws -> [[UInt8]] {
        let (rows, details, reasons) = try rows(used: &used)
        var fields: [String: JSONValue] = [
            "head": head, "rowsOfFile": .integer(Int64(Self.rowsOfFile)),
            "states": .array(RowResult.State.allCases.map { .string($0.rawValue) }),
            "reasons": .array(reasons.list.map { [.string($0.code), .string($0.text)] }),
        ]
        if let folder {
            fields["folder"] = .string(folder.link)
            fields["rowsPrefix"] = .string(ReportFolder.rowsPrefix(nonce))
            fields["thumbnailExtension"] = .string(ReportFolder.thumbnailExtension)
        }
        let batch = ReportPage.inScript(try JSONValue.object(fields).encoded())
        let pictures = try JSONValue.array(thumbnails.inPage.map { .string($0) }).encoded()
        return [Array(top.utf8), PackageResources.report_css, PackageResources.batch_css]
            + [Array("</style>\n</head>\n<body>\n".utf8), PackageResources.batch_html]
            + [json("batch"), batch, json("rows")] + rows + [json("details")] + details
            // Base64 holds nothing that could end the element.
            + [json("pictures"), pictures]
            + [
                Array("</script>\n<script nonce=\"\(nonce)\" id=\"program\">\n".utf8), PackageResources.page_js,
                PackageResources.batch_js,
            ]
            + [Array("</script>\n</body>\n</html>\n".utf8)]
    }

    private var top: String {
        // Files of the page's own: those beside it, and what rows have saved.
        let pictures = folder == nil ? "data:" : "data: 'self' file:"
        return """
            \(ReportPage.beginning)
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src \(pictures); \
            style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>SpeedPix batch</title>
            <style nonce="\(nonce)">

            """
    }

    /// What ends an element of data, if one is open, and begins the next.
    private func json(_ id: String) -> [UInt8] {
        Array("\(id == "batch" ? "" : "</script>\n")<script type=\"application/json\" id=\"\(id)\">".utf8)
    }

    // MARK: Rows

    private func rows(
        used: inout Set<String>
    ) throws -> (rows: [[UInt8]], details: [[UInt8]], reasons: FailureReasons) {
        var rows: [[UInt8]] = []
        var details: [JSONValue] = []
        var inPage: [[UInt8]] = []
        var reasons = FailureReasons()
        let order = spool.order
        for (index, number) in order.enumerated() {
            let entry = try JSONValue(parsing: spool.read(number))
            let row = try listed(entry, number, &reasons, &used).encoded()
            rows.append([UInt8(ascii: index == 0 ? "[" : ",")] + ReportPage.inScript(row))
            details.append(entry["detail"] ?? .null)
            guard details.count == Self.rowsOfFile || index == order.count - 1 else { continue }
            let portion = JSONValue.array(details)
            details.removeAll(keepingCapacity: true)
            let isFirst = inPage.isEmpty && index < Self.rowsOfFile
            if let folder {
                let name = "\(ReportFolder.rowsPrefix(nonce))\(index / Self.rowsOfFile).js"
                try folder.write(name, Self.script(portion, number: index / Self.rowsOfFile))
                used.insert(name)
                if isFirst { inPage.append(Array("[".utf8)) }
            } else {
                inPage.append([UInt8(ascii: isFirst ? "[" : ",")] + ReportPage.inScript(try portion.encoded()))
            }
        }
        if order.isEmpty { rows.append(Array("[".utf8)) }
        if inPage.isEmpty { inPage.append(Array("[".utf8)) }
        return (rows + [Array("]".utf8)], inPage + [Array("]".utf8)], reasons)
    }

    /// A file of details: a call with a text, which the page parses. As a literal of the language, some names in it would have a
    /// meaning of their own.
    private static func script(_ portion: JSONValue, number: Int) throws -> [UInt8] {
        let text = JSONValue.string(String(decoding: try portion.encoded(), as: UTF8.self))
        return Array("speedpixRows(\(number), ".utf8) + ReportPage.inScript(try text.encoded()) + Array(");\n".utf8)
    }

    /// The row as the list has it, its members by their places to keep the page small: number, key, label (0 if it is the key),
    /// state, seconds, predictions, reason (-1 without), message (0 if it is the reason's), pictures, warnings (0 without), and
    /// whether an attempt before has done it.
    private func listed(
        _ entry: JSONValue, _ number: Int, _ reasons: inout FailureReasons, _ used: inout Set<String>
    ) -> JSONValue {
        let key = entry["key"]?.stringValue ?? ""
        let label = entry["label"]?.stringValue ?? ""
        let state = entry["state"]?.stringValue.flatMap(RowResult.State.init) ?? .notRun
        var reason = -1
        var message: JSONValue = 0
        if state != .succeeded, let code = entry["code"]?.stringValue {
            let text = entry["message"]?.stringValue ?? ""
            reason = reasons.add(
                RowResult.Failure(code: code, message: text), names: [key, label], isOfBatch: state == .notRun)
            if reasons.list[reason].text != text { message = .string(text) }
        }
        let pictures = thumbnails.made(number).map { name -> JSONValue in
            guard let name else { return -1 }
            guard folder != nil else { return .integer(Int64(name) ?? -1) }
            used.insert(name + ReportFolder.thumbnailExtension)
            return .string(name)
        }
        let warnings = entry["warnings"]?.stringValue ?? ""
        return [
            .integer(Int64(number)), .string(key), label == key ? 0 : .string(label),
            .integer(Int64(RowResult.State.allCases.firstIndex(of: state) ?? 0)), entry["seconds"] ?? .null,
            entry["predictions"] ?? 0, .integer(Int64(reason)), message, .array(pictures),
            warnings.isEmpty ? 0 : .string(warnings), entry["earlier"] == .bool(true) ? 1 : 0,
        ]
    }
}
