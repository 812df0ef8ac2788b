/// What a file is uploaded as.
package enum UploadKind: Sendable, Hashable {
    /// A file of the input folder, of whatever type: pictures, videos, audio.
    case image
    /// The alpha channel of a picture that the server has.
    case mask(of: ServerFile)
}
