import Imaging
import ImagingLua
import LocalFiles
import LuaRuntime
import SpeedPix

/// `show`: pictures in a terminal that can display them, and a line about each.
enum ShowModule {
    /// The most pictures of one call.
    private static let most = 24

    static func module(_ host: ScriptHost, _ pictures: PictureHost) -> LuaModule {
        LuaModule(name: "_show", functions: [show(host, pictures)], globals: ["show"])
    }

    private static func show(_ host: ScriptHost, _ pictures: PictureHost) -> LuaFunctionDefinition {
        .waiting(
            "show",
            .init(
                """
                Shows pictures in the terminal, and a line about each: kind, size, bytes. Where standard output is not a \
                terminal, or one without pictures, only the line.
                """,
                [
                    """
                    picture: string|File|OutputFile|Picture|Prediction|table — a picture, a file, a path, a prediction or a \
                    list of them
                    """
                ], options: ["width: integer — columns of the terminal; default: as many as fit, 80 at most"],
                errors: ScriptErrorCodes.reading + ["network", "image_damaged", "image_too_large"],
                example: "show(run(\"text-to-image\", { prompt = \"a lake\" }))")
        ) { arguments in
            var items: [Item] = []
            try collect(try arguments.value(1), pictures, &items) {
                arguments.mismatch(1, "a picture, a file, a path, a prediction or a list of them")
            }
            let columns = try arguments.options().integer("width").map { Int(clamping: $0) }
            if let columns, !(1...1000).contains(columns) {
                throw LuaArgumentError("width of show is a number of columns from 1 to 1000, not \(columns)")
            }
            return { [items] _ in
                for item in items.prefix(most) {
                    try host.streams.write(try await item.shown(on: host.streams.display, columns))
                }
                if items.count > most { try host.streams.write(Array("… and \(items.count - most) more\n".utf8)) }
                return .nil
            }
        }
    }

    /// What can be shown of a value: itself, or what is in it, in the order of the names.
    private static func collect(
        _ value: LuaValue, _ pictures: PictureHost, _ items: inout [Item], _ mismatch: () -> LuaArgumentError
    ) throws {
        switch value {
        case .object(let picture as LuaPicture):
            items.append(Item(name: nil, size: nil, mimeType: nil, source: .picture(picture)))
        case .object(let prediction as PredictionObject):
            if prediction.prediction.output != nil,
                let placeholder = prediction.host.placeholder("files", of: prediction.prediction)
            {
                return try collect(.object(placeholder), pictures, &items, mismatch)
            }
            let files = prediction.prediction.files
            guard !files.isEmpty else {
                throw LuaArgumentError(
                    "prediction \(prediction.prediction.id) has no files (\(prediction.prediction.status))",
                    hint: "wait for it first: wait(job)")
            }
            for file in files {
                try collect(.object(OutputFileObject(file, host: prediction.host)), pictures, &items, mismatch)
            }
        case .table(let table):
            let named = table.entries.sorted { ($0.key.text ?? "") < ($1.key.text ?? "") }.map(\.value)
            let before = items.count
            for item in table.items { try collect(item, pictures, &items, mismatch) }
            for item in named {
                // Texts and numbers of an output are not shown: `show` is for its pictures.
                if case .object = item { try collect(item, pictures, &items, mismatch) }
                if case .table = item { try? collect(item, pictures, &items, mismatch) }
            }
            guard items.count > before else { throw mismatch() }
        case .string(let string) where string.bytes.contains(0) || string.text == nil:
            items.append(Item(name: nil, size: nil, mimeType: nil, source: .read { string.bytes }))
        default:
            guard let read = try pictures.source(value) else { throw mismatch() }
            var item = Item(name: nil, size: nil, mimeType: nil, source: .read(read))
            switch value {
            case .string(let path): item.name = FileName.shown(path.bytes)
            case .object(let object as SourceObject):
                if case .file(let path) = object.kind { item.name = path.shown }
                if case .bytes(_, let filename) = object.kind { item.name = filename }
            case .object(let object):
                item.name = object.luaProperty("filename")?.text ?? object.luaDescription
                if case .integer(let size)? = object.luaProperty("size") { item.size = size }
                item.mimeType = object.luaProperty("mime_type")?.text
            default: break
            }
            items.append(item)
        }
    }

    private struct Item: Sendable {
        enum Source: Sendable {
            case picture(LuaPicture)
            case read(PictureHost.Reading)
        }

        var name: String?
        /// Bytes.
        var size: Int64?
        var mimeType: String?
        var source: Source

        func shown(on display: PictureDisplay?, _ columns: Int?) async throws -> [UInt8] {
            switch source {
            case .picture(let picture):
                let frame = display?.frame((picture.width, picture.height), columns)
                let line = line(format: picture.luaProperty("format")?.text, picture.width, picture.height, bytes: nil)
                guard let frame else { return line }
                return try await PictureWork.run {
                    let image = try picture.shownImage.resized(
                        width: frame.width, height: frame.height, mode: .exact)
                    return try frame.draw(ShownPicture(image, name: name))
                } + line
            case .read(let read):
                // What is known to be none need not be fetched.
                if let mimeType, !mimeType.hasPrefix("image/") { return line(format: mimeType, nil, nil, bytes: size) }
                let bytes = try await read()
                return try await PictureWork.run { try shown(bytes, on: display, columns) }
            }
        }

        private func shown(_ bytes: [UInt8], on display: PictureDisplay?, _ columns: Int?) throws -> [UInt8] {
            let count = Int64(bytes.count)
            let header: ImageHeader
            do {
                header = try ImageHeader(bytes: bytes, name: name ?? "the given bytes")
            } catch let error as ImagingError where error.code == .unsupportedFormat {
                let type = mimeType ?? MediaType.sniff(Array(bytes.prefix(MediaType.sniffedLength))) ?? "no picture"
                return line(format: type, nil, nil, bytes: count)
            }
            let line = line(format: header.format.rawValue, header.width, header.height, bytes: count)
            guard let frame = display?.frame((header.width, header.height), columns) else { return line }
            let image = try Image.open(
                bytes: bytes, name: name ?? "the given bytes", fitting: (width: frame.width, height: frame.height))
            // A picture that is smaller than its frame was not enlarged.
            let fitted = try image.resized(width: frame.width, height: frame.height, mode: .exact)
            return try frame.draw(ShownPicture(fitted, name: name)) + line
        }

        /// "shoe.png: png, 640×480, 12.3 kB".
        private func line(format: String?, _ width: Int?, _ height: Int?, bytes: Int64?) -> [UInt8] {
            var facts: [String] = []
            if let format { facts.append(format) }
            if let width, let height { facts.append("\(width)×\(height)") }
            if let bytes { facts.append(ByteCount.text(bytes)) }
            // A file's name must not steer the terminal.
            return Array((((name.map { "\($0): " } ?? "") + facts.joined(separator: ", ")).printable() + "\n").utf8)
        }
    }
}
