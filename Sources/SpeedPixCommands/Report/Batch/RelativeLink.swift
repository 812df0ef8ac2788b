import LocalFiles
import SystemPackage

/// Where a file lies as seen from a page, as a link of the page has it: the two can be moved together.
enum RelativeLink {
    /// - Parameters:
    ///   - file: An absolute path without links.
    ///   - folder: The page's folder, likewise.
    /// - Returns: `../out/A%201.png`; nothing in it has a meaning of its own for a browser.
    static func text(to file: FilePath, from folder: FilePath) -> String {
        let target = Array(file.components)
        let base = Array(folder.components)
        let shared = zip(target, base).prefix { $0 == $1 }.count
        let up = [String](repeating: "..", count: base.count - shared)
        let down = target[shared...].map { encoded(FileName($0).bytes) }
        return (up + down).joined(separator: "/")
    }

    /// One component of a path: every byte that is not a letter, a digit or one of `-._~` as `%20`.
    static func encoded(_ component: [UInt8]) -> String {
        var text = ""
        for byte in component {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += byte < 16 ? "%0" : "%"
                text += String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}
