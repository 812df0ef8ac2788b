#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Removes files that nobody can ask for any more, now and then: a gateway that runs for months must not fill the disk.
actor StoreSweep {
    /// Listing a folder costs little, but need not be done for every upload.
    private static let interval: TimeInterval = 3600

    private let store: ObjectStore
    private let configuration: GatewayConfiguration
    private var last: Date?

    init(_ store: ObjectStore, _ configuration: GatewayConfiguration) {
        self.store = store
        self.configuration = configuration
    }

    /// Sweeps if the last time was an hour ago, or never was.
    func runIfDue() async {
        let now = configuration.now()
        if let last, now.timeIntervalSince(last) < Self.interval { return }
        last = now
        // A result can be asked for until its prediction is forgotten, and its last URL lives on after that.
        let kept = (configuration.retention + configuration.urlLifetime) / .seconds(1)
        await store.removeFiles(unchangedSince: now.addingTimeInterval(-kept))
    }
}
