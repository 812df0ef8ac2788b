import Foundation
import SpeedPixTestSupport

/// A folder of one test, removed with it.
typealias TestFolder = TemporaryFolder

extension TemporaryFolder {
    /// The repository's root.
    static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}
