/// What a signed file URL allows, and until when. It is written down in the URL alone.
struct FileGrant: Sendable, Equatable {
    enum Purpose: String, Sendable {
        case read
        case write
    }

    var purpose: Purpose
    var key: ObjectKey
    /// Seconds since 1970.
    var expires: Int64
    /// The media type that an upload must have and a download gets.
    var contentType: String
    /// The name the file came under. It is never a path here.
    var filename: String
    /// Bytes; nil if the uploader did not say.
    var size: Int64?
}
