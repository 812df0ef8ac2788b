import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// What a prediction is called in rows, errors, reports and names of files, where the script does not say it.
enum PredictionLabel {
    /// Characters: what fits beside other facts in a row.
    static let longest = 60
    /// Characters that are taken of a prompt.
    private static let longestWords = 30
    /// Inputs whose text says what the picture is of.
    private static let promptNames = ["prompt", "text", "caption", "title"]

    /// Whether it is one line that fits.
    static func isUsable(_ label: String) -> Bool {
        !label.isEmpty && label.count <= longest && label == label.printable()
    }

    /// The item that the task works on, else the name of an input's file, else the first words of the prompt; nil if there
    /// is nothing of that.
    static func standard(_ item: String?, _ input: LuaTable) -> String? {
        if let item {
            let name = PathText.looksLikePath(item) ? FilePath(item).lastComponent?.string ?? item : item
            if isUsable(name) { return name }
        }
        let members = input.entries.compactMap { key, value -> (name: String, value: LuaValue)? in
            key.text.map { ($0, value) }
        }.sorted { $0.name < $1.name }
        if let file = members.lazy.compactMap({ filename(of: $0.value) }).first(where: isUsable) { return file }
        let prompt = promptNames.lazy.compactMap { name in members.first { $0.name == name }?.value.text }.first
        return prompt.flatMap(firstWords)
    }

    private static func filename(of value: LuaValue) -> String? {
        switch value {
        case .string(let string):
            guard PathText.looksLikePath(string.bytes) else { return nil }
            return FilePath(bytes: string.bytes).fileName?.shown
        case .object(let object as SourceObject):
            switch object.kind {
            case .file(let path): return path.fileName?.shown
            case .bytes(_, let filename): return filename
            case .text: return nil
            }
        case .object(let object as FileObject): return object.file.filename
        default: return nil
        }
    }

    private static func firstWords(_ text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        var label = ""
        for word in words {
            let longer = label.isEmpty ? word : "\(label) \(word)"
            guard longer.count <= longestWords else {
                // Chinese has no spaces between words.
                if label.isEmpty { label = "\(word.prefix(longestWords - 1))…" }
                break
            }
            label = longer
        }
        return isUsable(label) ? label : nil
    }
}
