import Crypto
import SpeedPix
package import SpeedPixBatch

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a batch in a queue is: all that a worker needs to know of it besides the rows. A value, created once and never changed.
///
/// It names the application's key, and never has its secret.
package struct BatchManifest: Sendable, Equatable, Codable {
    /// Of a manifest as this program writes it.
    package static let currentFormat = 1

    /// The script with every module beside it that it may require.
    package struct Script: Sendable, Equatable, Codable {
        package struct File: Sendable, Equatable, Codable {
            /// Relative to the script's folder: `card.lua`, `lib/shapes.lua`.
            package var path: String
            /// In bytes.
            package var size: Int
            /// SHA-256 in hexadecimal.
            package var digest: String
            /// How many pieces it has; those of all files are numbered on in their order, from 1.
            package var pieces: Int

            package init(path: String, size: Int, digest: String, pieces: Int) {
                self.path = path
                self.size = size
                self.digest = digest
                self.pieces = pieces
            }
        }

        /// As the command line named it, for messages.
        package var name: String
        /// The script itself is the first one.
        package var files: [File]

        package init(name: String, files: [File]) {
            self.name = name
            self.files = files
        }

        /// SHA-256 of paths and contents, in hexadecimal: what a worker is told to trust.
        package var digest: String {
            var hasher = SHA256()
            for file in files {
                hasher.update(data: Array("\(file.path.utf8.count):\(file.path)\(file.size):\(file.digest)".utf8))
            }
            return hasher.finalize().hexadecimal
        }
    }

    package struct Rows: Sendable, Equatable, Codable {
        /// What the source is called in messages: `products.csv`.
        package var source: String
        package var count: Int
        /// SHA-256 of all lines of ``RowLine`` with their ends and without the types of their cells, in hexadecimal.
        package var digest: String
        /// The names of the source's columns, in their order.
        package var columns: [String]
        /// For each column, the parameter that it is for; nil for a column that is left out.
        package var parameters: [String?]
        /// What the results call the column of digests by which rows are known; nil if rows are known by a column of their own.
        package var keyColumn: String?

        package init(
            source: String, count: Int, digest: String, columns: [String], parameters: [String?], keyColumn: String?
        ) {
            self.source = source
            self.count = count
            self.digest = digest
            self.columns = columns
            self.parameters = parameters
            self.keyColumn = keyColumn
        }
    }

    /// What keeps the batch from costing more than it should.
    package struct Guards: Sendable, Equatable, Codable {
        /// How often a row whose failure may pass is tried again.
        package var retries = 0
        /// Seconds that one try of a row may take.
        package var timeout: Double?
        /// Predictions that one row may create at most.
        package var limit: Int?
        /// Of creates over all rows, such as `60/min`.
        package var rate: String?
        /// Predictions that all rows together may create at most.
        package var budget: Int?
        /// After so many rows in a row that failed with the same code, a worker begins none; 0 for never.
        package var stopAfter = 10
        /// From when on no row begins, in seconds since 1970, and what that is called.
        package var until: Double?
        package var untilText: String?

        package init() {}
    }

    package var format = Self.currentFormat
    package var name: String
    /// Of the program that began the batch. Only workers of the same take its rows.
    package var version: String
    /// When it was begun, in seconds since 1970.
    package var time: Double
    package var script: Script
    package var endpoint: String
    package var appKey: String
    /// Parameters whose values are the same in each row.
    package var constants: [String: String]
    package var rows: Rows
    package var guards: Guards
    /// What the random draws of rows are made of.
    package var seed: Int64
    /// The folder of what rows save, as the command line names it, relative to a worker's own.
    package var out: String?
    package var cancelsOnStop: Bool
    package var isVerbose: Bool

    package init(
        name: BatchName, version: String, time: Double, script: Script, endpoint: String, appKey: String,
        constants: [String: String], rows: Rows, guards: Guards = Guards(), seed: Int64, out: String? = nil,
        cancelsOnStop: Bool = false, isVerbose: Bool = false
    ) {
        self.name = name.text
        self.version = version
        self.time = time
        self.script = script
        self.endpoint = endpoint
        self.appKey = appKey
        self.constants = constants
        self.rows = rows
        self.guards = guards
        self.seed = seed
        self.out = out
        self.cancelsOnStop = cancelsOnStop
        self.isVerbose = isVerbose
    }

    /// SHA-256 in hexadecimal of what decides what the batch does and for whom: script, account, constants and rows. Neither its name
    /// nor its guards.
    package var contentDigest: String {
        let content: JSONValue = [
            "script": .string(script.digest), "endpoint": .string(endpoint), "app_key": .string(appKey),
            "constants": .object(constants.mapValues { .string($0) }), "rows": .string(rows.digest),
            "columns": .array(rows.columns.map { .string($0) }),
            "parameters": .array(rows.parameters.map { $0.map { .string($0) } ?? .null }),
        ]
        // It has no numbers, so that it can always be encoded.
        return SHA256.hash(data: (try? content.encoded()) ?? []).hexadecimal
    }

    /// Of a try, at most. Ten years for more: a manifest may have a number that no duration has.
    package var timeout: Duration? { guards.timeout.map { .seconds(min(max($0, 0), 10 * 365 * 86_400)) } }
    /// Nil without a rate.
    package var rate: CreateRate? { guards.rate.flatMap { CreateRate($0) } }
}

extension BatchManifest {
    /// As the queue has it.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    /// The manifest of a batch.
    ///
    /// - Throws: As ``init(parsing:)``; ``QueueError`` `malformed` for one that names another batch: what a worker keeps of the
    ///   batch would count for that one.
    package init(parsing bytes: [UInt8], of batch: BatchName) throws(QueueError) {
        try self.init(parsing: bytes)
        guard name == batch.text else {
            throw QueueError(.malformed, "the manifest of the batch \(batch) is that of another one")
        }
    }

    /// - Throws: ``QueueError`` `malformed` for what no program has written, and `version` for a format of a later one.
    package init(parsing bytes: [UInt8]) throws(QueueError) {
        struct Format: Decodable {
            let format: Int
        }
        let data = Data(bytes)
        guard let format = try? JSONDecoder().decode(Format.self, from: data) else {
            throw QueueError(.malformed, "a batch's manifest is no manifest")
        }
        guard format.format == Self.currentFormat else {
            throw QueueError(
                .version, "the batch was begun by another version of speedpix (manifest format \(format.format))",
                remedy: "use the version that began it")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw QueueError(.malformed, "a batch's manifest cannot be read: \(error)")
        }
    }
}
