import LocalFiles
import LuaRuntime
import SpeedPixQueue
import SystemPackage

/// A script as a queue gets it: its text, and those of the modules that it may require.
///
/// Modules are found by the names in the texts: `require "lib.shapes"`. If some text requires a module by a name that it computes, every
/// `.lua` file in the script's folder is taken.
struct QueuedScript {
    let manifest: BatchManifest.Script
    /// In the order of the manifest's files.
    let contents: [[UInt8]]

    private static let largestModule = 16 << 20
    private static let mostFiles = 1000
    private static let deepest = 8
    /// Bytes in all: each worker reads them.
    private static let largest = 64 << 20

    /// - Parameters:
    ///   - name: The script as the command line names it.
    /// - Throws: ``CommandFailure`` for too many or too large modules.
    init(_ script: ScriptFile, named name: String) throws {
        var files: [(path: String, content: [UInt8])] = [
            (FilePath(name).lastComponent?.string ?? "script.lua", script.chunk.source)
        ]
        if let directory = script.directory.map({ FilePath($0) }) {
            var known: Set<String> = [files[0].path]
            var next = 0
            while next < files.count {
                let required = Self.required(in: files[next].content)
                next += 1
                var paths = required.names.compactMap { Self.path(of: $0, in: directory) }
                if required.hasOthers { paths += Self.all(in: directory) }
                for path in paths where known.insert(path).inserted {
                    guard files.count < Self.mostFiles else { throw Self.tooMany(name) }
                    guard
                        let content = try? ScriptContent.read(
                            directory.appending(FilePath(path).components), limit: Self.largestModule)
                    else { continue }
                    files.append((path, content))
                }
            }
        }
        guard files.reduce(0, { $0 + $1.content.count }) <= Self.largest else { throw Self.tooMany(name) }
        manifest = BatchManifest.Script(
            name: name,
            files: files.map { path, content in
                BatchManifest.Script.File(
                    path: path, size: content.count, digest: QueuePieces.digest(content),
                    pieces: QueuePieces.count(of: content.count))
            })
        contents = files.map(\.content)
    }

    private static func tooMany(_ name: String) -> CommandFailure {
        CommandFailure(
            .usage, "\(name) and its modules are more than 1,000 files or 64 MiB".printable(),
            hint: "move the script and its modules into a folder of their own")
    }

    /// The modules that a text requires by name, and whether it requires others by names that it computes.
    static func required(in source: [UInt8]) -> (names: [String], hasOthers: Bool) {
        var lexer = LuaLexer(source)
        var names: [String] = []
        var hasOthers = false
        var token = lexer.next()
        while let current = token {
            token = lexer.next()
            guard current.kind == .word, lexer.text(current) == "require" else { continue }
            if let bracket = token, bracket.kind == .symbol, lexer.text(bracket) == "(" { token = lexer.next() }
            guard let argument = token, argument.kind == .string, let name = name(in: lexer.text(argument)) else {
                hasOthers = true
                continue
            }
            token = lexer.next()
            names.append(name)
            // require "lib." .. name
            if let after = token, after.kind == .symbol, lexer.text(after) == ".." { hasOthers = true }
        }
        return (names, hasOthers)
    }

    /// Nil for a string with escapes, and for one that names no module.
    private static func name(in literal: String) -> String? {
        guard let quote = literal.first, quote == "\"" || quote == "'", literal.count > 2 else { return nil }
        let text = literal.dropFirst().dropLast()
        return text.contains("\\") ? nil : String(text)
    }

    /// The file of a module, relative to the folder; nil if there is none.
    private static func path(of name: String, in directory: FilePath) -> String? {
        let relative = name.replacing(".", with: "/")
        guard !relative.hasPrefix("/"), !relative.split(separator: "/").contains("..") else { return nil }
        return ["\(relative).lua", "\(relative)/init.lua"].first {
            FileKind(directory.appending(FilePath($0).components)) == .file
        }
    }

    private static func all(in directory: FilePath, below prefix: String = "", depth: Int = 0) -> [String] {
        let folder = prefix.isEmpty ? directory : directory.appending(FilePath(prefix).components)
        let names = ((try? FolderNames.read(folder, limit: 10_000)) ?? []).compactMap(\.text).sorted()
        return names.filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
            switch FileKind(folder.appending(name)) {
            case .file: return name.hasSuffix(".lua") ? [path] : []
            case .folder: return depth < deepest ? all(in: directory, below: path, depth: depth + 1) : []
            default: return []
            }
        }
    }
}
