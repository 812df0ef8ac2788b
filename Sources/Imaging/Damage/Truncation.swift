/// The place where a file ends too early, by what its format's own structure says. No pixel is decoded for it.
struct Truncation: Equatable {
    /// As the end of the sentence "the file ends …".
    let place: String
    /// Whether content of a picture is missing, and not only the mark that ends the file.
    let costsPixels: Bool

    /// Looks for it. Nil if the file is as long as it says, or says nothing that can be understood.
    static func find(in bytes: [UInt8], format: ImageFormat) -> Truncation? {
        switch format {
        case .jpeg: JPEGScans(bytes).endsProperly ? nil : Truncation(place: "before its end mark", costsPixels: true)
        case .png: PNGChunks.truncation(in: bytes)
        case .gif: GIFBlocks.truncation(in: bytes)
        case .webp: RIFFHeader.truncation(in: bytes)
        case .tiff: TIFFDirectories.truncation(in: bytes)
        case .heif: MediaBoxes.truncation(in: bytes)
        }
    }
}
