import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import SystemPackage

/// Everything that is decided about a worker before it begins. A value.
struct WorkerPlan: Sendable {
    /// What it is called in rows' logs and in what is reported of it.
    let name: String
    /// The batches whose rows it takes; nil for all.
    let batches: Set<BatchName>?
    /// How many rows run at once.
    let concurrency: Int
    /// How long rows may go on once it drains.
    let grace: Duration
    /// Where it finds the files of rows.
    let root: SharedFolder
    let configuration: SpeedPixClient.Configuration
    /// What nothing that is kept may show.
    let secrets: [String]
    let isVerbose: Bool
    /// What the script of a batch works with, by its folder.
    let makeHost: @Sendable (BatchManifest, _ directory: String?) throws -> HostPlan

    /// Why it takes no rows of a batch; nil if it does.
    func refusal(of manifest: BatchManifest) -> String? {
        guard manifest.version == SpeedPixVersion.current else {
            return "it was begun by speedpix \(manifest.version), and this is \(SpeedPixVersion.current)"
        }
        guard manifest.endpoint == configuration.endpoint, manifest.appKey == configuration.appKey else {
            return "it is for \(manifest.appKey) at \(manifest.endpoint), and this worker is \(configuration.appKey)"
                + " at \(configuration.endpoint)"
        }
        return nil
    }

    /// The folder of what rows save.
    ///
    /// - Parameters:
    ///   - folder: The worker's own.
    ///   - named: What the batch calls it. Only what stays in the worker's own counts: who begins batches does not say where files lie
    ///     on other machines.
    static func out(_ folder: FilePath, named: String?) -> FilePath {
        guard let named else { return folder }
        let path = FilePath(named).lexicallyNormalized()
        guard path.isRelative, BatchManifest.isInside(path.string) else { return folder }
        return folder.appending(path.components)
    }
}
