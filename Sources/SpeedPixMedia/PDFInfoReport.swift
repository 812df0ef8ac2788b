import SpeedPix

/// What `pdfinfo -isodates` prints: a line for each fact, `Pages:           3`.
struct PDFInfoReport {
    private var facts: [String: String] = [:]

    init(_ output: [UInt8]) {
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop(while: \.isWhitespace)
            if !value.isEmpty { facts[String(parts[0])] = String(value).printable() }
        }
    }

    func properties(size: Int64) -> MediaProperties {
        var properties = MediaProperties()
        properties.format = "pdf"
        properties.size = size
        properties.pages = facts["Pages"].flatMap { Int($0) }
        properties.author = facts["Author"]
        properties.language = facts["Lang"] ?? facts["Language"]
        // "2023-11-14T22:13:20+01" lacks the minutes that ISO 8601 asks for.
        properties.createdAt = facts["CreationDate"].flatMap { text in
            JSONValue.string(text).lenientDate ?? JSONValue.string(text + ":00").lenientDate
        }
        let names = ["Title", "Subject", "Keywords", "Creator", "Producer", "PDF version"]
        properties.metadata = Dictionary(
            uniqueKeysWithValues: names.compactMap { name in facts[name].map { (name.lowercased(), $0) } })
        return properties
    }
}
