internal import CImaging

extension Image {
    /// The version of libvips that pictures are worked on with, such as `8.14.1`; it is loaded if it is not yet.
    ///
    /// - Throws: ``ImagingError`` if it cannot be loaded.
    public static func libraryVersion() throws -> String {
        var version = ""
        try Raster.call("version") { _ in
            version = String(cString: spx_library_version())
            return Int32(SPX_OK)
        }
        return version
    }
}
