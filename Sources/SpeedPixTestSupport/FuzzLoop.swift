import Dispatch

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs something for one seed after the other: a moment in the suite, longer as `scripts/fuzz/programs` says.
///
/// `SPEEDPIX_FUZZ_SECONDS` makes it go on for so long, `SPEEDPIX_FUZZ_SEED` is the first seed.
package enum FuzzLoop {
    /// What has not ended after it ends the process, with its seed. In seconds.
    private static let patience = 60.0

    /// - Parameters:
    ///   - name: What is run, as its messages name it.
    ///   - count: How many seeds there are in the suite.
    package static func run(_ name: String, count: UInt64, _ body: (UInt64) async throws -> Void) async throws {
        let seconds = number("SPEEDPIX_FUZZ_SECONDS")
        let first = number("SPEEDPIX_FUZZ_SEED") ?? 1
        let began = ContinuousClock.now
        var seed = first
        while seconds.map({ ContinuousClock.now - began < .seconds(Double($0)) }) ?? (seed < first + count) {
            // The last one that is printed is the one that ended the process.
            if seconds != nil { print("\(name): seed \(seed)") }
            let watch = DispatchWorkItem { [seed] in
                fatalError("\(name): seed \(seed) has not ended after \(patience) s")
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: watch)
            defer { watch.cancel() }
            try await body(seed)
            seed += 1
        }
    }

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}
