import Foundation
import LuaRuntime
import SpeedPix
import SpeedPixLua

/// Runs a script with the whole API and a module of its own, `shop`; pictures that the script shows become files.
///
/// ```sh
/// SPEEDPIX_APP_KEY=… SPEEDPIX_APP_SECRET=… swift run LuaHost poster.lua name=lamp
/// swift run LuaHost --stubs > stubs/shop.lua
/// ```
@main
struct LuaHost {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if arguments == ["--stubs"] {
                print(ScriptReference.adding([ShopModule.module]).stubs())
            } else if let script = arguments.first {
                try await run(script, parameters: Array(arguments.dropFirst()))
            } else {
                complain("usage: LuaHost SCRIPT [NAME=VALUE …], or LuaHost --stubs")
                exit(2)
            }
        } catch let error as LuaError {
            complain(error.description)
            if let hint = error.value["hint"]?.text { complain("hint: \(hint)") }
            exit(1)
        } catch {
            complain("\(error)")
            exit(1)
        }
    }

    private static func run(_ path: String, parameters: [String]) async throws {
        let source = try Data(contentsOf: URL(filePath: path))
        let vm = try SpeedPixModule.makeVM(try host(path, parameters), adding: [ShopModule.module])
        // Whoever cancels this task stops the script, wherever it is.
        try await vm.execute(LuaChunk(source, name: path), timeout: .seconds(3600))
    }

    private static func host(_ path: String, _ parameters: [String]) throws -> ScriptHost {
        let environment = ProcessInfo.processInfo.environment
        let folder = FileManager.default.currentDirectoryPath
        let client = SpeedPixClient(try SpeedPixClient.Configuration(environment: environment))
        let files = FileAccess(
            workingDirectory: folder, outputDirectory: "\(folder)/out",
            homeDirectory: FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false))
        let previews = PreviewFolder(path: "\(folder)/previews")
        let streams = ScriptStreams(
            write: { bytes in try FileHandle.standardOutput.write(contentsOf: Data(bytes)) },
            writeError: { bytes in try? FileHandle.standardError.write(contentsOf: Data(bytes)) },
            readInput: { Array(try FileHandle.standardInput.readToEnd() ?? Data()) },
            log: { level, text in complain("\(level.rawValue): \(text)") },
            display: PictureDisplay(within: 256) { picture in try previews.keep(picture) })
        var arguments: [String: String] = [:]
        for parameter in parameters {
            let parts = parameter.split(separator: "=", maxSplits: 1).map(String.init)
            arguments[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        return ScriptHost(
            client: client, files: files, streams: streams, arguments: arguments,
            moduleDirectory: URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false),
            environment: ScriptEnvironment(environment, allowed: ["LANG"])
        ) { event in
            if case .created(let prediction, _) = event { complain("created \(prediction.id)") }
        }
    }

    /// To standard error: standard output belongs to the script.
    private static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
    }
}
