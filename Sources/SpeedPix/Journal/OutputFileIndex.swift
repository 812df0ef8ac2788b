import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Finds the output file that a URL belongs to, among the predictions that a client has seen. Each answer has another
/// signature in its URLs, and an input may hold a URL as plain text.
final class OutputFileIndex: Sendable {
    private struct State {
        var ids: [String: OutputFileID] = [:]
        /// URLs that gave access when they came.
        var signed: [OutputFileID: (url: String, time: Date)] = [:]
    }

    /// How long a URL counts as good. The services' last longer; how long is not documented.
    private static let freshness = 300.0

    private let state = Mutex(State())

    func note(_ prediction: Prediction, now: Date) {
        let files = prediction.files
        guard !files.isEmpty else { return }
        state.withLock { state in
            for (number, file) in files.enumerated() {
                let id = OutputFileID(predictionID: prediction.id, number: number)
                // The first one that had it: what comes first by chance must not matter later.
                let key = file.url.withoutQuery
                if state.ids[key] == nil { state.ids[key] = id }
                if file.url.utf8.contains(UInt8(ascii: "?")) { state.signed[id] = (file.url, now) }
            }
        }
    }

    /// Whether no output is known: then no text needs to be looked at.
    var isEmpty: Bool { state.withLock { $0.ids.isEmpty } }

    /// Nil for a URL that is not a known output's.
    func id(of url: String) -> OutputFileID? {
        guard Self.isOneURL(url) else { return nil }
        return state.withLock { $0.ids[url.withoutQuery] }
    }

    /// Adds an output of an attempt before.
    func note(_ id: OutputFileID, of url: String) {
        state.withLock { state in
            let key = url.withoutQuery
            if state.ids[key] == nil { state.ids[key] = id }
        }
    }

    /// Whether a URL of the file has come lately, and is this one.
    func isRecent(_ url: String, of id: OutputFileID, now: Date) -> Bool {
        state.withLock { state in
            guard let known = state.signed[id] else { return false }
            return known.url == url && (0..<Self.freshness).contains(now.timeIntervalSince(known.time))
        }
    }

    /// A URL of the file that has come lately, and is not this one; nil if there is none.
    func recentURL(of id: OutputFileID, otherThan url: String, now: Date) -> String? {
        state.withLock { state in
            guard let known = state.signed[id], known.url != url,
                (0..<Self.freshness).contains(now.timeIntervalSince(known.time))
            else { return nil }
            return known.url
        }
    }

    /// Whether a text can be a URL and nothing else: words after one, or a second one, make it another input.
    static func isOneURL(_ text: String) -> Bool {
        text.hasPrefix("http") && !text.utf8.contains { $0 <= UInt8(ascii: " ") }
    }
}
