internal import CImaging

extension Image {
    /// The version of libvips that pictures are worked on with, such as `8.14.1`.
    public static var libraryVersion: String { String(cString: spx_library_version()) }
}
