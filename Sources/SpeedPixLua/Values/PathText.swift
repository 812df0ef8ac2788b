/// What makes a string a path rather than a prompt.
package enum PathText {
    /// Bytes of the longest path that names anything: Linux' `PATH_MAX`; macOS has less.
    static let longest = 4096

    /// One line that starts with `./`, `../`, `~/`, `/` or a drive letter, and is not too long to be a path.
    package static func looksLikePath(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= longest, !text.contains(where: \.isNewline) else { return false }
        if ["./", "../", "~/", "/"].contains(where: text.hasPrefix) { return true }
        let start = text.prefix(3)
        guard start.count == 3, let drive = start.first, drive.isASCII, drive.isLetter else { return false }
        return start.dropFirst() == ":/" || start.dropFirst() == ":\\"
    }
}
