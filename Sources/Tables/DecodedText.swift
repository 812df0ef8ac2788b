/// The text of a file, as UTF-8 without a byte order mark, whatever encoding the file is in.
package struct DecodedText: Sendable {
    /// Valid UTF-8.
    package let utf8: ArraySlice<UInt8>
    /// The encoding that the file is in: the one that was given, or was recognised.
    package let encoding: TextEncoding
    /// Whether the encoding is a guess, and a text in a Latin alphabet is as likely, as of Windows-1252: readers are told so.
    package let isDoubtful: Bool

    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - given: The encoding of a file without a byte order mark, which counts where there is one. Nil: recognised, by the
    ///     zero bytes of UTF-16, then by whether it is UTF-8, and otherwise taken for GB18030, in which Excel and Notepad on
    ///     Chinese Windows write.
    /// - Throws: ``TextDecodingError`` with the place of the first mistake.
    package init(_ bytes: [UInt8], as given: TextEncoding? = nil) throws(TextDecodingError) {
        if let mark = ByteOrderMark.encoding(of: bytes) {
            self = try Self(bytes[mark.length...], in: mark.encoding)
        } else if let given {
            self = try Self(bytes[...], in: given == .utf16 ? EncodingRecognition.byteOrder(of: bytes) : given)
        } else {
            switch EncodingRecognition.encoding(of: bytes) {
            case .certain(let encoding): self = try Self(bytes[...], in: encoding)
            case .guessed(let encoding):
                do {
                    self = try Self(
                        bytes[...], in: encoding, isDoubtful: EncodingRecognition.isRatherLatin(bytes))
                } catch {
                    // Where it is not UTF-8: that is what most files are meant to be.
                    let problem = UTF8Validity.firstError(in: bytes[...]).map {
                        TextDecodingError(.utf8, bytes[...], $0).problem
                    }
                    throw TextDecodingError(
                        tried: [.utf8] + error.tried,
                        problem: error.problem == .unavailable ? .unavailable : problem ?? error.problem)
                }
            }
        }
    }

    private init(
        _ bytes: ArraySlice<UInt8>, in encoding: TextEncoding, isDoubtful: Bool = false
    ) throws(TextDecodingError) {
        self.encoding = encoding
        self.isDoubtful = isDoubtful
        switch encoding {
        case .utf8:
            if let index = UTF8Validity.firstError(in: bytes) { throw TextDecodingError(encoding, bytes, index) }
            utf8 = bytes
        case .utf16, .utf16LittleEndian, .utf16BigEndian:
            var text: [UInt8] = []
            if let index = UTF16Decoding.decode(bytes, encoding, into: &text) {
                throw TextDecodingError(encoding, bytes, index)
            }
            utf8 = text[...]
        case .gb18030, .big5, .shiftJIS, .windows1252:
            var text: [UInt8] = []
            do {
                try IconvDecoding.decode(bytes, encoding, into: &text)
            } catch .invalid(let index) {
                throw TextDecodingError(encoding, bytes, index)
            } catch {
                throw TextDecodingError(tried: [encoding], problem: .unavailable)
            }
            utf8 = text[...]
        }
    }

    /// The lines, without their ends, which are CR LF, LF or CR; what follows the last end is a line unless it is empty.
    package var lines: [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = utf8.startIndex
        var index = start
        while index < utf8.endIndex {
            let byte = utf8[index]
            guard byte == 0x0A || byte == 0x0D else {
                index += 1
                continue
            }
            lines.append(utf8[start..<index])
            index += byte == 0x0D && index + 1 < utf8.endIndex && utf8[index + 1] == 0x0A ? 2 : 1
            start = index
        }
        if start < utf8.endIndex { lines.append(utf8[start...]) }
        return lines
    }
}

/// Why a text cannot be decoded.
package struct TextDecodingError: Error, Equatable {
    package enum Problem: Equatable, Sendable {
        /// The first byte that is not part of a character: its line and its place in the file, both from 1.
        case invalid(line: Int, byte: Int, value: UInt8)
        /// The system cannot decode it.
        case unavailable
    }

    /// The encodings that the text is not in.
    package let tried: [TextEncoding]
    package let problem: Problem

    /// The line of the mistake, from 1; nil if there is none.
    package var line: Int? {
        if case .invalid(let line, _, _) = problem { line } else { nil }
    }

    /// One sentence without the line, for after the file's name.
    package var message: String {
        let names = tried.map { "not \($0.title)" }.joined(separator: " and ")
        switch problem {
        case .invalid(_, let byte, let value):
            let digits = String(value, radix: 16, uppercase: true)
            return
                "the text is \(names): byte \(byte) (0x\(digits.count < 2 ? "0" : "")\(digits)) is no part of a character"
        case .unavailable:
            let others = tried.dropLast().isEmpty ? "" : "not UTF-8, and taken for "
            return "the text is \(others)\(tried.last?.title ?? ""), which this system cannot decode"
        }
    }

    /// What to do about it.
    package var hint: String {
        switch problem {
        case .invalid: "save it as UTF-8, or name what it is in: { encoding = \"windows-1252\" }"
        case .unavailable: "save it as UTF-8, or install the system's conversion tables (Fedora: glibc-gconv-extra)"
        }
    }

    init(tried: [TextEncoding], problem: Problem) {
        self.tried = tried
        self.problem = problem
    }

    init(_ encoding: TextEncoding, _ bytes: ArraySlice<UInt8>, _ index: Int) {
        tried = [encoding]
        let isWide = encoding == .utf16LittleEndian || encoding == .utf16BigEndian
        let high = encoding == .utf16BigEndian ? 0 : 1
        let end = isWide ? index - 1 : index
        func isAt(_ place: Int, _ character: UInt8) -> Bool {
            isWide
                ? place < end && bytes[place + 1 - high] == character && bytes[place + high] == 0
                : bytes[place] == character
        }
        var line = 1
        let step = isWide ? 2 : 1
        // Bytes of line ends are never part of a longer character, in any of these encodings.
        for place in stride(from: bytes.startIndex, to: end, by: step)
        where isAt(place, 0x0A) || isAt(place, 0x0D) && !isAt(place + step, 0x0A) {
            line += 1
        }
        problem = .invalid(line: line, byte: index + 1, value: bytes[index])
    }
}
