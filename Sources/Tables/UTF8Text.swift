/// Small texts that have to be UTF-8, such as settings: another encoding is not guessed, since a wrong guess would spoil a
/// secret.
package enum UTF8Text {
    /// Why a text is refused.
    package enum Problem: Error, Equatable {
        case isUTF16
        case isInvalid

        /// For after the name of what holds it.
        package var message: String {
            switch self {
            case .isUTF16: "is UTF-16; save it as UTF-8"
            case .isInvalid: "is not UTF-8 text"
            }
        }
    }

    /// The text without the byte order mark that Windows' editors put before it.
    package static func decode(_ bytes: [UInt8]) throws(Problem) -> String {
        let mark = ByteOrderMark.encoding(of: bytes)
        var isUTF16 = mark.map { $0.encoding != .utf8 } ?? false
        if mark == nil, case .certain(let encoding) = EncodingRecognition.encoding(of: bytes) {
            isUTF16 = encoding != .utf8
        }
        if isUTF16 { throw .isUTF16 }
        guard let text = String(validating: bytes.dropFirst(mark?.length ?? 0), as: UTF8.self) else { throw .isInvalid }
        return text
    }
}
