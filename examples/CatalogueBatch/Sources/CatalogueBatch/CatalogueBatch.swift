import Foundation
import SpeedPix
import SpeedPixJournal

/// Makes a picture for each line of a file, at most sixteen at a time. Run again after a crash or a stop, it makes only those
/// that are missing: what was created is in a journal on disk.
///
/// ```sh
/// SPEEDPIX_APP_KEY=… SPEEDPIX_APP_SECRET=… swift run CatalogueBatch prompts.txt pictures
/// ```
///
/// It ends with 3 if some of them failed.
@main
struct CatalogueBatch {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count == 2 else {
            complain("usage: CatalogueBatch PROMPTS FOLDER")
            exit(2)
        }
        do {
            let failed = try await run(prompts: arguments[0], folder: arguments[1])
            exit(failed == 0 ? 0 : 3)
        } catch {
            complain("\(error)")
            exit(1)
        }
    }

    /// - Returns: How many pictures could not be made.
    private static func run(prompts: String, folder: String) async throws -> Int {
        let lines = try String(contentsOfFile: prompts, encoding: .utf8).split(whereSeparator: \.isNewline)
        let products = lines.enumerated().map { Product(name: "\($0 + 1)", prompt: String($1)) }
        let configuration = try SpeedPixClient.Configuration(environment: ProcessInfo.processInfo.environment)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)

        let store = try JournalStore(folder: "\(folder)/.journal")
        let description = RunDescription(
            script: "catalogue", folder: folder, endpoint: configuration.endpoint, appKey: configuration.appKey)
        let journal =
            try store.newestUnfinished(description).map {
                try store.resume($0, endpoint: description.endpoint, appKey: description.appKey)
            } ?? store.begin(description, seed: 0)
        var dependencies = ClientDependencies()
        dependencies.journal = journal

        let batch = Batch(client: SpeedPixClient(configuration, dependencies: dependencies), folder: folder)
        let failures = try await batch.run(products) { complain("\($0.product.name): \($0)") }
        try await journal.end(succeeded: failures.isEmpty)
        complain("\(products.count - failures.count) of \(products.count) made")
        return failures.count
    }

    private static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
    }
}
