import Crypto
import _NIOFileSystem

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Which file, and as of which change: by the file system's attributes, of which one differs whenever the bytes do.
struct FileVersion: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: FileInfo.Timespec
    /// No program can set the change time, unlike the modification time.
    private let changed: FileInfo.Timespec

    /// Nil where the file system reports no inode.
    init?(_ info: FileInfo) {
        guard let status = info.platformSpecificStatus else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        size = info.size
        modified = info.lastDataModificationTime
        changed = info.lastStatusChangeTime
    }

    /// For journals.
    var text: String {
        let times = [modified, changed].map { "\($0.seconds).\($0.nanoseconds)" }
        return "\(device):\(inode):\(size):" + times.joined(separator: ":")
    }

    /// Whether the last change is so long ago that another one could not bear the same time: clocks of file systems tick
    /// every few milliseconds, some of them every two seconds.
    func isUnambiguous(at now: Date) -> Bool {
        let last = max(modified.seconds, changed.seconds)
        return now.timeIntervalSince1970 - Double(last) > 5
    }
}

/// By what a content is known again.
struct ContentIdentity: Sendable {
    /// The SHA-256 of everything; nil until it is needed.
    var digest: SHA256Digest?
    /// The file it is, if it lies still.
    var version: FileVersion?

    var isKnown: Bool { digest != nil || version != nil }

    func matches(_ other: ContentIdentity) -> Bool {
        if let digest, let theirs = other.digest { return digest == theirs }
        return version != nil && version == other.version
    }
}
