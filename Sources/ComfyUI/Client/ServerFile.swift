package import SpeedPix

/// A file that a server has, as its answers name it.
package struct ServerFile: Sendable, Hashable {
    /// Which of the server's folders it is in: `input`, `output` or `temp`. Others of custom nodes are kept as they are.
    package struct Folder: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package static let input = Folder(rawValue: "input")
        package static let output = Folder(rawValue: "output")
        package static let temp = Folder(rawValue: "temp")
    }

    /// Its name, without a folder.
    package var filename: String
    /// The path from ``folder`` to it, with `/` between its parts; empty if it lies there itself.
    package var subfolder: String
    package var folder: Folder

    package init(filename: String, subfolder: String = "", folder: Folder) {
        self.filename = filename
        self.subfolder = subfolder
        self.folder = folder
    }

    /// Reads `{filename, subfolder, type}`, as outputs of nodes have it.
    ///
    /// - Returns: Nil for a value that names no file.
    package init?(_ json: JSONValue) {
        guard let filename = json["filename"]?.stringValue, !filename.isEmpty else { return nil }
        self.filename = filename
        // Windows writes its own separator.
        subfolder = (json["subfolder"]?.stringValue ?? "").replacing("\\", with: "/")
        folder = Folder(rawValue: json["type"]?.stringValue ?? "output")
    }

    /// The value of an input that takes a file of the input folder: `subfolder/name`.
    package var inputValue: String { subfolder.isEmpty ? filename : "\(subfolder)/\(filename)" }

    /// All files among the outputs of a node, those of one name in their order and the names in alphabetical order.
    ///
    /// - Parameters:
    ///   - output: What one node gave: lists by their names, such as `images`, `gifs`, `audio`, `a_images`.
    ///   - name: Only those of this list; nil for all.
    package static func all(in output: JSONValue, named name: String? = nil) -> [ServerFile] {
        let lists = (output.objectValue ?? [:]).filter { name == nil || $0.key == name }
        return lists.sorted { $0.key < $1.key }.flatMap { ($0.value.arrayValue ?? []).compactMap { ServerFile($0) } }
    }

    /// As `/view` is asked for it.
    var query: [(String, String)] {
        [("filename", filename), ("subfolder", subfolder), ("type", folder.rawValue)]
    }
}
