/// A file on a server as a node's field names it: `folder/name.png`, or `name.png [output]`.
package struct AnnotatedFilename: Sendable, Hashable {
    /// The server's folder that it lies in.
    package enum Folder: String, Sendable, CaseIterable {
        case input
        case output
        case temp
    }

    /// Without folders.
    package var filename: String
    /// Empty for none.
    package var subfolder: String
    package var folder: Folder

    /// - Returns: Nil for a text that names no file.
    package init?(_ text: String) {
        var path = text[...]
        folder = .input
        for folder in Folder.allCases where path.hasSuffix(" [\(folder.rawValue)]") {
            path = path.dropLast(folder.rawValue.count + 3)
            self.folder = folder
            break
        }
        let parts = path.split(whereSeparator: { $0 == "/" || $0 == "\\" })
        guard let last = parts.last else { return nil }
        filename = String(last)
        subfolder = parts.dropLast().joined(separator: "/")
    }
}
