/// Whether what a picture's file said of it goes along.
public enum MetadataPolicy: String, Sendable, CaseIterable {
    /// EXIF with the place where it was taken, colour profile, XMP, IPTC and texts.
    case keep
    /// Nothing but the pixels and their density.
    case strip
}
