import LocalFiles
import LuaRuntime
import SpeedPixQueue
import SystemPackage

/// The scripts of batches on a worker's disk: in a folder that only its user can change, by their digests.
struct WorkerScripts: Sendable {
    let folder: FilePath

    init(_ context: CommandContext) {
        let cache = BaseDirectories(context.environment, home: context.variable("HOME")).cache
        folder = (cache ?? FilePath(context.workingDirectory).appending(".speedpix"))
            .appending("speedpix").appending("scripts")
    }

    /// Fetches a batch's script with its modules, and writes them down.
    ///
    /// - Throws: ``QueueError``; ``CommandFailure`` if they cannot be written.
    func fetch(_ manifest: BatchManifest, _ batch: BatchName, from store: any WriteOnceStore) async throws -> ScriptFile
    {
        let files = try await manifest.fetchScript(batch, from: store)
        let folder = folder.appending(manifest.script.digest)
        do {
            try Folder.makePrivate(folder)
            for file in files {
                let path = folder.appending(FilePath(file.path).components)
                try Folder.makePrivate(path.removingLastComponent())
                // Always anew: what lies there may be another's, or half of it.
                try AtomicFile.replace(path.string, with: file.content)
            }
        } catch {
            throw CommandFailure(
                .failure, "the script of the batch \(batch) cannot be written to \(folder): \(error)".printable())
        }
        let main = FilePath(files[0].path)
        return ScriptFile(
            LuaChunk(files[0].content, name: manifest.script.name),
            directory: folder.appending(main.removingLastComponent().components).string)
    }
}
