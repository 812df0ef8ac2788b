import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Signs the URLs that the console shows files by: paths of this origin. For an hour the same file has the same one, so that
/// browsers need not ask for it again.
struct ConsoleURLs: Sendable {
    /// In seconds. A URL is good for as long as this at least, and twice as long at most.
    static let step: Int64 = 3600

    /// Where a small picture of a stored file is; nil for a file of which there is none.
    ///
    /// - Parameters:
    ///   - mimeType: As the file was stored with.
    ///   - expires: Until when the URL is good, in seconds since 1970.
    typealias Thumbnail = @Sendable (_ key: ObjectKey, _ mimeType: String, _ expires: Int64) -> String?

    let signer: URLSigner
    let now: @Sendable () -> Date
    /// Nil where there are none.
    var thumbnailURL: Thumbnail?

    /// Until when a URL that is signed now is good, in seconds since 1970.
    var expires: Int64 { Self.expires(at: now()) }

    /// Until when a URL is good that is signed at a date, in seconds since 1970.
    static func expires(at date: Date) -> Int64 { (Int64(date.timeIntervalSince1970) / step + 2) * step }

    /// Where a stored file is.
    func file(_ key: ObjectKey, mimeType: String, filename: String) -> String {
        signer.url(
            FileGrant(
                purpose: .read, key: key, expires: expires, contentType: mimeType, filename: filename, size: nil),
            origin: "")
    }

    /// Where a small picture of a stored file is.
    func thumbnail(of key: ObjectKey, mimeType: String) -> JSONValue {
        .orNull(thumbnailURL?(key, mimeType, expires))
    }

    /// Where the newest preview of a prediction is that runs.
    ///
    /// - Parameter number: Of the preview that there is now.
    func preview(_ number: Int, of prediction: String) -> String {
        signer.url(ofPreview: number, of: prediction, expires: expires, origin: "")
    }
}
