import Dispatch
import LocalFiles
import SpeedPixQueue
import Synchronization
import SystemPackage

/// Which scripts a worker runs: those that its command line names, and those that its user has allowed before.
final class WorkerTrust: Sendable {
    private let context: CommandContext
    private let list: Mutex<TrustList>
    /// Another worker has the file for milliseconds.
    private static let (lockTries, lockPause): (Int, Duration) = (100, .milliseconds(20))
    /// Remembers what was allowed at a terminal.
    let path: FilePath

    /// - Throws: ``CommandFailure`` for a file that others could have written into.
    init(_ given: TrustList, _ context: CommandContext) throws {
        self.context = context
        path = FilePath(SettingsReader(context: context).ownPath).removingLastComponent().appending("trusted-scripts")
        var list = given
        do {
            if let file = try PrivateFile(path.string, limit: 16 << 20) {
                try file.checkIsOwn()
                for digest in TrustList(file: file.text).digests { list.add(digest) }
            }
        } catch {
            throw error.failure
        }
        self.list = Mutex(list)
    }

    /// Whether a script may run; asks at a terminal, once for each script.
    func allows(_ script: BatchManifest.Script, of batch: BatchName) async -> Bool {
        let digest = script.digest
        if list.withLock({ $0.allows(digest) }) { return true }
        guard context.lineTerminal != nil else {
            context.say(
                "batch \(batch): its script \(script.name) is not trusted here; if it is to run: --trust \(digest)"
                    .printable())
            return false
        }
        context.writeError(
            Array(
                "batch \(batch): run its script \(script.name), SHA-256 \(digest)? [y/N] ".printable().utf8))
        let answer = await readLine().lowercased()
        guard answer == "y" || answer == "yes" else {
            context.say("batch \(batch): its rows are left to others".printable())
            return false
        }
        await remember(digest, script.name)
        return true
    }

    /// Lets a script run, also in workers that start later.
    func remember(_ digest: String, _ name: String) async {
        list.withLock { $0.add(digest) }
        do {
            try Folder.makePrivate(path.removingLastComponent())
            let lock = try await lock()
            defer { lock.release() }
            let before = try FileText.read(path.string, limit: 16 << 20)?.text ?? ""
            try AtomicFile.replace(path.string, with: Array((before + TrustList.line(digest, name: name)).utf8))
        } catch {
            context.say("it cannot be remembered in \(path): \(error)".printable())
        }
    }

    /// One worker at a time reads the file and replaces it: otherwise what another one has added in between would be lost.
    private func lock() async throws -> ProcessLock {
        let path = "\(path.string).lock"
        for _ in 0..<Self.lockTries {
            do {
                return try ProcessLock(path: path)
            } catch {
                guard case .held = error else { throw error }
            }
            try await context.clock.sleep(for: Self.lockPause)
        }
        return try ProcessLock(path: path)
    }

    /// On a thread of its own, since it blocks.
    private func readLine() async -> String {
        let read = context.readSomeInput
        return await withCheckedContinuation { continuation in
            DispatchQueue(label: "speedpix.worker.answer").async {
                var line: [UInt8] = []
                while let read, let bytes = try? read(), !bytes.isEmpty {
                    line += bytes
                    if line.contains(0x0A) { break }
                }
                let first = line.prefix { $0 != 0x0A && $0 != 0x0D }
                continuation.resume(returning: String(decoding: first, as: UTF8.self))
            }
        }
    }
}
