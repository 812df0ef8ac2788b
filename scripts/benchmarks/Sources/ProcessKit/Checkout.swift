import Foundation

/// The checkout that these benchmarks belong to.
public enum Checkout {
    /// The absolute path of a file or folder in it.
    ///
    /// - Parameter path: From the top of the checkout.
    public static func path(_ path: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../\(path)").standardizedFileURL
            .path
    }
}
