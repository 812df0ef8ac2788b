/// What becomes of a picture whose content is truncated or broken.
public enum DamagePolicy: String, Sendable, Hashable, CaseIterable {
    /// It is an error, ``ImagingError/Code/damaged``. A decoder's warning is not, if every pixel is there.
    case refuse
    /// What there is of it is opened: the rows that can be decoded. The rest is whatever the decoder makes of it: grey,
    /// black or transparent. Where nothing can be decoded, as in most truncated WebP and HEIF files, it is still an error.
    case allow
}
