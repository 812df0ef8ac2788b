import ArgumentParser
import ComfyUI
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What `--last` asks for: the list of what a server has run lately, or one of it.
enum PromptChoice: Sendable, Hashable, ExpressibleByArgument {
    /// How many the list has at most.
    static let longestList = 20
    /// What stands for the list on a command line.
    static let listWord = "list"

    case list
    /// Counted from 1, which is the newest.
    case number(Int)

    init?(argument: String) {
        if argument == Self.listWord {
            self = .list
        } else if let number = Int(argument), (1...Self.longestList).contains(number) {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// The prompts that succeeded, the newest first.
    static func prompts(of server: ComfyUIClient) async throws -> [HistoryEntry] {
        try await server.recentSuccesses(limit: longestList)
    }

    /// A line of the list.
    static func line(_ number: Int, _ entry: HistoryEntry, timeZone: TimeZone) -> String {
        let date = entry.started.flatMap { started -> String? in
            // Up to the year 9999: a calendar has no date for every number.
            guard (0..<253_402_300_800_000).contains(started) else { return nil }
            let style = Date.ISO8601FormatStyle(timeZone: timeZone).year().month().day().dateTimeSeparator(.space)
                .time(includingFractionalSeconds: false)
            return String(Date(timeIntervalSince1970: Double(started) / 1000).formatted(style).prefix(16))
        }
        return ["\(number)", date, description(entry)].compactMap { $0 }.joined(separator: "  ").printable()
    }

    /// What a person knows it by: what it saved, and its first text.
    private static func description(_ entry: HistoryEntry) -> String {
        let files = entry.files.map(\.filename)
        let count = entry.prompt.objectValue?.count ?? 0
        let saved = files.isEmpty ? "\(count) nodes" : files.prefix(2).joined(separator: ", ")
        return [saved, entry.texts.first.map { "\"\($0.prefix(48))\"" }].compactMap { $0 }.joined(separator: "  ")
    }
}
