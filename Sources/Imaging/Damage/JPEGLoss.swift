/// Distinguishes a JPEG that lost pixels from one for which the decoder merely warned.
///
/// libjpeg fills in what is missing, and only warns. libvips reports how often it warned, and the text of the first warning.
enum JPEGLoss {
    /// The warning that reports the loss; nil if every pixel is there.
    ///
    /// - Parameter alone: Decodes another content in the same way, while nothing else is decoded in this process, and
    ///   returns the warnings.
    static func find(
        in bytes: [UInt8], _ warnings: DecoderWarnings, alone: ([UInt8]) throws -> DecoderWarnings
    ) rethrows -> String? {
        let scans = JPEGScans(bytes)
        // Each odd description is one warning, and with it the decoder does the same as without.
        guard warnings.count > scans.oddDescriptions.count else { return nil }
        // There is another one. The first hides what the others were: without those descriptions it comes to light.
        return try alone(scans.normalized(bytes)).loss
    }
}
