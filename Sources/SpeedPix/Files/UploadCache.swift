import Crypto
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What one client has uploaded and is uploading, so that the same content is sent once.
///
/// Contents are compared by their SHA-256. A file is not read once more for it where size, content type and a sample
/// already show that it is new: then it is hashed while it is sent. A file that does not change is recognised by its
/// version as well, and is hashed only when another one has the same size, type and sample.
final class UploadCache: Sendable {
    struct Key: Hashable {
        var size: Int64
        var sample: SHA256Digest
        var contentType: String
    }

    /// A content that was uploaded.
    struct Entry: Sendable {
        var file: UploadedFile
        var identity: ContentIdentity
        /// The file it came from, if it was one.
        var path: String?
    }

    /// What a caller with a content has to do.
    enum Claim {
        case stored(UploadedFile)
        /// Claim again with the SHA-256: an upload with the same size, type and sample is there.
        case needsDigest
        /// Hash the file of this entry first, pass the digest to ``identify(_:_:digest:)``, and claim again.
        case needsEntryDigest(Entry)
        /// Wait: it may be the same.
        case wait(SharedUpload)
        /// Upload it; it is entered as under way.
        case upload
    }

    private struct UploadInProgress {
        var upload: SharedUpload
        var identity: ContentIdentity
        var filename: String
    }

    private struct State {
        var entries: [Key: [Entry]] = [:]
        var count = 0
        var inProgress: [Key: [UploadInProgress]] = [:]
    }

    /// About a megabyte; past it, the URLs that end first are forgotten.
    private static let mostEntries = 4096

    private let state = Mutex(State())

    /// - Parameters:
    ///   - identity: Without a digest while the caller has not hashed everything.
    ///   - filename: What the caller's upload would be called.
    ///   - isNamed: Whether it has to have that name; otherwise the same content under another one will do.
    ///   - isUsable: Whether a file's URL still lasts long enough.
    func claim(
        _ key: Key, _ identity: ContentIdentity, filename: String, isNamed: Bool, as upload: SharedUpload,
        isUsable: (UploadedFile) -> Bool
    ) -> Claim {
        state.withLock { state in
            func fits(_ name: String) -> Bool { !isNamed || name == filename }
            let entries = (state.entries[key] ?? []).filter { fits($0.file.filename) && isUsable($0.file) }
            let inProgress = (state.inProgress[key] ?? []).filter { fits($0.filename) && !$0.upload.isAbandoned }
            if let entry = entries.last(where: { $0.identity.matches(identity) }) { return .stored(entry.file) }
            if let other = inProgress.first(where: { $0.identity.matches(identity) }) { return .wait(other.upload) }
            if identity.digest != nil {
                if let entry = entries.first(where: { $0.identity.digest == nil }) { return .needsEntryDigest(entry) }
                if let other = inProgress.first(where: { $0.identity.digest == nil }) { return .wait(other.upload) }
            } else if !entries.isEmpty || !inProgress.isEmpty {
                return .needsDigest
            }
            state.inProgress[key, default: []].append(
                UploadInProgress(upload: upload, identity: identity, filename: filename))
            return .upload
        }
    }

    /// Sets an entry's digest. Nil removes the entry: its file is no longer there to be hashed.
    func identify(_ key: Key, _ entry: Entry, digest: SHA256Digest?) {
        state.withLock { state in
            guard var entries = state.entries[key],
                let index = entries.firstIndex(where: { $0.file == entry.file && $0.identity.digest == nil })
            else { return }
            if let digest {
                entries[index].identity.digest = digest
            } else {
                entries.remove(at: index)
                state.count -= 1
            }
            state.entries[key] = entries.isEmpty ? nil : entries
        }
    }

    /// The upload is no longer under way; with an entry if it arrived.
    func finish(_ key: Key, _ upload: SharedUpload, _ entry: Entry?) {
        state.withLock { state in
            state.inProgress[key]?.removeAll { $0.upload === upload }
            if state.inProgress[key]?.isEmpty == true { state.inProgress[key] = nil }
            if let entry { Self.insert(entry, key, &state) }
        }
    }

    private static func insert(_ entry: Entry, _ key: Key, _ state: inout State) {
        var entries = state.entries[key] ?? []
        let before = entries.count
        entries.removeAll { $0.identity.matches(entry.identity) && $0.file.filename == entry.file.filename }
        entries.append(entry)
        state.count += entries.count - before
        state.entries[key] = entries
        guard state.count > mostEntries else { return }
        // A quarter at a time, so that the sorting is paid for rarely.
        let byEnd = state.entries.flatMap { key, entries in entries.map { (key, $0) } }
            .sorted { ($0.1.file.expiresAt ?? $0.1.file.createdAt) < ($1.1.file.expiresAt ?? $1.1.file.createdAt) }
        let kept = byEnd.dropFirst(byEnd.count / 4)
        state.entries = Dictionary(grouping: kept, by: \.0).mapValues { $0.map(\.1) }
        state.count = kept.count
    }

    /// How many uploads are under way, and how many callers wait for one that another caller began.
    var underWay: (uploads: Int, followers: Int) {
        state.withLock { state in
            let inProgress = state.inProgress.values.joined()
            return (inProgress.count, inProgress.reduce(0) { $0 + max($1.upload.waiterCount - 1, 0) })
        }
    }

    /// What was uploaded under this key of the store.
    func entry(objectKey: String) -> Entry? {
        guard !objectKey.isEmpty else { return nil }
        return state.withLock { state in
            state.entries.values.joined().first { $0.file.objectKey == objectKey }
        }
    }

    /// The same file at another URL.
    func renew(_ file: UploadedFile) {
        state.withLock { state in
            for (key, entries) in state.entries {
                guard let index = entries.firstIndex(where: { $0.file.objectKey == file.objectKey }) else { continue }
                state.entries[key]?[index].file.url = file.url
                state.entries[key]?[index].file.expiresAt = file.expiresAt
                return
            }
        }
    }

    /// A deleted file is not given out any more.
    func forget(objectKey: String) {
        state.withLock { state in
            for (key, entries) in state.entries {
                let kept = entries.filter { $0.file.objectKey != objectKey }
                guard kept.count < entries.count else { continue }
                state.entries[key] = kept.isEmpty ? nil : kept
                state.count -= entries.count - kept.count
            }
        }
    }
}
