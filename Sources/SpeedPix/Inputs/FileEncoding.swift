/// How the files of an input travel to the service.
public enum FileEncoding: Sendable, Hashable {
    /// Uploaded to the service's temporary store; the input gets the URL. For files of any size.
    case url
    /// Within the input itself, as a `data:` URI, up to ``largestInline``; larger files are uploaded.
    case base64

    /// Bytes. The official clients' rule for what may travel inline: 1 MiB.
    public static let largestInline = 1 << 20
}
