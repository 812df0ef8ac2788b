/// The texts that a PNG has beside its picture.
package enum PNGText {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// Of length, type and checksum, in bytes.
    private static let overhead = 12

    /// Whether a file begins as a PNG does.
    package static func isPNG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signature) }

    /// The text under a keyword; of several, the first one.
    ///
    /// A file that ends too early is read as far as it goes, and checksums are not compared: a text that came through
    /// broken is no JSON.
    ///
    /// - Returns: UTF-8; nil if there is none.
    /// - Throws: ``GraphProblem``: `tooLarge` above ``WorkflowGraph/largestText``, `notAGraph` for one that is compressed.
    package static func text(_ keyword: String, in bytes: [UInt8]) throws(GraphProblem) -> [UInt8]? {
        guard isPNG(bytes) else { return nil }
        var (at, isCompressed) = (signature.count, false)
        while at + overhead <= bytes.count {
            let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            let type = bytes[at + 4..<at + 8]
            let content = at + 8
            guard length <= bytes.count - at - overhead, !type.elementsEqual("IEND".utf8) else { break }
            at = content + length + 4
            guard let found = chunk(type, bytes[content..<content + length], keyword) else { continue }
            switch found {
            case .plain(let text):
                guard text.count <= WorkflowGraph.largestText else {
                    throw .tooLarge(
                        "the PNG's chunk \"\(keyword)\" has \(text.count) bytes;"
                            + " \(WorkflowGraph.largestText) is the most")
                }
                return text
            case .compressed: isCompressed = true
            }
        }
        guard !isCompressed else {
            throw .notAGraph(
                "the PNG's chunk \"\(keyword)\" is compressed, which ComfyUI does not do:"
                    + " take the file that ComfyUI has saved")
        }
        return nil
    }

    private enum Chunk {
        case plain([UInt8])
        case compressed
    }

    /// - Returns: Nil for a chunk of another type or keyword, and for one that is broken.
    private static func chunk(_ type: ArraySlice<UInt8>, _ content: ArraySlice<UInt8>, _ keyword: String) -> Chunk? {
        guard let (name, rest) = cut(content), name.elementsEqual(keyword.utf8) else { return nil }
        if type.elementsEqual("tEXt".utf8) { return .plain(utf8(rest)) }
        if type.elementsEqual("zTXt".utf8) { return .compressed }
        // A flag and a method; then a language and a translated keyword, each with its end.
        guard type.elementsEqual("iTXt".utf8), let flag = rest.first, let (_, translated) = cut(rest.dropFirst(2)),
            let (_, text) = cut(translated)
        else { return nil }
        return flag == 0 ? .plain(Array(text)) : .compressed
    }

    /// What comes before and after the first zero byte.
    private static func cut(_ bytes: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
        bytes.firstIndex(of: 0).map { (bytes[..<$0], bytes[($0 + 1)...]) }
    }

    /// The standard says Latin-1, and some programs write UTF-8.
    private static func utf8(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        if String(validating: bytes, as: UTF8.self) != nil { return Array(bytes) }
        return Array(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8)
    }
}
