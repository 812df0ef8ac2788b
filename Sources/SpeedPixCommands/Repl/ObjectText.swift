import LuaRuntime
import SpeedPix
import SpeedPixLua

/// Objects of the host in a line: what a person wants to know of a file or a prediction.
enum ObjectText {
    /// - Parameter isAlone: It is the whole value, so that there is room for where a file lies and what came out.
    static func describe(_ object: any LuaObject, isAlone: Bool) -> String {
        let text =
            switch ScriptObjectKind(object) {
            case .outputFile: file(object, kind: "file", isAlone: isAlone)
            case .uploadedFile: file(object, kind: "uploaded file", isAlone: isAlone)
            case .prediction: prediction(object, isAlone)
            case .other: object.luaDescription
            }
        return "‹\(text.split(separator: "\n").map { String($0).printable() }.joined(separator: "\n "))›"
    }

    private static func file(_ object: any LuaObject, kind: String, isAlone: Bool) -> String {
        var facts = [object.luaProperty("mime_type")?.text].compactMap(\.self)
        if let width = object.integer("width"), let height = object.integer("height") {
            facts.append("\(width)×\(height)")
        }
        if case .number(let seconds)? = object.luaProperty("duration") { facts.append("\(rounded(seconds)) s") }
        if let pages = object.integer("pages") { facts.append(pages == 1 ? "1 page" : "\(pages) pages") }
        if let size = object.integer("size") { facts.append(ByteCount.text(size)) }
        let head = "\(kind) \(object.luaProperty("filename")?.text ?? "")"
        let line = ([head] + facts).joined(separator: ", ")
        guard isAlone, let url = object.luaProperty("url")?.text else { return line }
        return "\(line)\n\(url)"
    }

    private static func prediction(_ object: any LuaObject, _ isAlone: Bool) -> String {
        let status = object.luaProperty("status")?.text ?? ""
        var parts = ["prediction \(object.luaProperty("id")?.text ?? "")", status]
        if let workflow = object.luaProperty("workflow_id")?.text { parts.insert(workflow, at: 1) }
        if status == "running", case .number(let fraction)? = object.luaProperty("progress") {
            parts.append("\(Int((fraction * 100).rounded())) %")
        }
        if case .number(let seconds)? = object.luaProperty("eta"), status == "running" || status == "waiting" {
            parts.append("about \(rounded(seconds)) s to go")
        }
        if let error = object.luaProperty("error")?.text, !error.isEmpty { parts.append(error) }
        let line = parts.joined(separator: ", ")
        guard isAlone, case .table(let files)? = object.luaProperty("files"), !files.items.isEmpty else { return line }
        let lines = files.items.prefix(10).compactMap { item -> String? in
            if case .object(let file) = item { self.file(file, kind: "file", isAlone: false) } else { nil }
        }
        let more = files.items.count > 10 ? ["… \(files.items.count - 10) more files"] : []
        return ([line] + lines + more).joined(separator: "\n")
    }

    private static func rounded(_ seconds: Double) -> String {
        guard seconds.isFinite, abs(seconds) < 1e9 else { return "\(seconds)" }
        let tenths = Int((seconds * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

extension LuaObject {
    fileprivate func integer(_ name: String) -> Int64? {
        if case .integer(let value)? = luaProperty(name) { value } else { nil }
    }
}
