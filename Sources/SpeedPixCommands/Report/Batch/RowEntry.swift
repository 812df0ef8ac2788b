import Imaging
import LocalFiles
import SpeedPix
import SpeedPixBatch
import SystemPackage

/// What a report says of a row. A value; texts in it may still hold what a page must not show.
struct RowEntry {
    /// A file that the row has saved.
    struct File {
        /// Of one that lies on another machine its whole path.
        let name: String
        /// Relative to the page; nil for one that is gone, or that this machine does not see.
        let link: String?
        /// Which of the row's pictures it is; nil for other files, and beyond ``RowThumbnails/mostOfRow``.
        let picture: Int?
    }

    /// Characters of one text, of which there are many thousands.
    private static let longest = 4000
    /// Texts that stand in the page's list itself, for all rows.
    private static let longestInList = 300

    let row: BatchRow
    let result: RowResult
    /// When it ended, as people read it; nil if it did not.
    let ended: String?
    /// Whether an attempt before has done it.
    let isEarlier: Bool
    /// Which worker has done it; nil for a batch on this machine.
    let worker: String?
    let files: [File]
    /// Paths of its pictures, of which thumbnails are made.
    let pictures: [FilePath]

    /// - Parameter folder: The page's, without links.
    init(
        _ row: BatchRow, _ result: RowResult, ended: String?, isEarlier: Bool, worker: String? = nil,
        pageFolder folder: FilePath
    ) {
        self.row = row
        self.result = result
        self.ended = ended
        self.isEarlier = isEarlier
        self.worker = worker
        var files: [File] = []
        var pictures: [FilePath] = []
        for text in result.files {
            let path = FilePath(text)
            let isThere = path.isAbsolute && FileKind(path) == .file
            var picture: Int?
            if isThere, ImageFormat(fileName: text) != nil, pictures.count < RowThumbnails.mostOfRow {
                picture = pictures.count
                pictures.append(path)
            }
            files.append(
                File(
                    name: isThere || worker == nil ? path.lastComponent?.string ?? text : text,
                    link: isThere ? RelativeLink.text(to: path, from: folder) : nil, picture: picture))
        }
        self.files = files
        self.pictures = pictures
    }

    /// Failures first, then what is left, then what is done.
    var rank: Int {
        switch result.state {
        case .failed: 0
        case .inDoubt: 1
        case .succeeded: 2
        case .notRun: 3
        }
    }

    /// What the list has, and under `detail` what is shown of one row alone.
    var json: JSONValue {
        var fields: [String: JSONValue] = [
            "number": .integer(Int64(row.number)), "key": .string(inList(row.key.description)),
            "label": .string(inList(row.label)), "state": .string(result.state.rawValue),
            "predictions": .integer(Int64(result.predictions.count)), "earlier": .bool(isEarlier),
            "warnings": .string(inList(result.warnings.joined(separator: ", "))), "detail": detail,
        ]
        if let failure = result.failure {
            fields["code"] = .string(inList(failure.code))
            fields["message"] = .string(inList(failure.message))
        }
        if let duration = result.duration {
            fields["seconds"] = .double((duration / .milliseconds(10)).rounded() / 100)
        }
        return .object(fields)
    }

    private func inList(_ text: String) -> String { ReportText.shortened(text, to: Self.longestInList) }

    private var detail: JSONValue {
        var fields: [String: JSONValue] = [
            // Pairs, since a browser has names of its own for members.
            "values": pairs(result.values.map { ($0.name, $0.value.finite) }),
            "inputs": pairs(row.values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }),
            "predictions": .array(result.predictions.prefix(1000).map { .string($0) }),
            "files": .array(
                files.map { file in
                    var fields: [String: JSONValue] = ["name": .string(file.name)]
                    fields["link"] = file.link.map { .string($0) }
                    fields["picture"] = file.picture.map { .integer(Int64($0)) }
                    return .object(fields)
                }),
        ]
        fields["ended"] = ended.map { .string($0) }
        fields["worker"] = worker.map { .string($0) }
        if let failure = result.failure { fields["error"] = .string(failure.text) }
        return ReportText.shortened(.object(fields), to: Self.longest)
    }

    private func pairs(_ values: [(String, JSONValue)]) -> JSONValue {
        .array(values.map { [.string($0), $1.withExactNumbers] })
    }
}
