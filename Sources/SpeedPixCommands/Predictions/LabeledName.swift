import SpeedPix

/// Names of files after the label of their prediction: "A-014.png".
enum LabeledName {
    /// Names for a prediction's files, in order; their own if it has no label.
    static func names(of files: [FileOutput], label: String?) -> [String] {
        guard let label, let stem = stem(of: label) else { return files.map(\.filename) }
        return files.enumerated().map { index, file in
            let fileExtension = MediaType.fileExtension(of: file.filename)
            return stem + (files.count > 1 ? "-\(index + 1)" : "") + (fileExtension.isEmpty ? "" : ".\(fileExtension)")
        }
    }

    /// The label without what file systems do not take; nil if nothing is left.
    private static func stem(of label: String) -> String? {
        // The label may be the name of the input's file, and the result is of another kind.
        let fileExtension = MediaType.fileExtension(of: label)
        let isFilename = !fileExtension.isEmpty && MediaType.guess(filename: label) != MediaType.unknown
        let plain = isFilename ? label.dropLast(fileExtension.count + 1) : label[...]
        let name = String(plain.map { "/\\:*?\"<>|".contains($0) ? "-" : $0 }).printable()
            .drop { $0 == "." || $0 == " " }
        return name.isEmpty ? nil : String(name)
    }
}
