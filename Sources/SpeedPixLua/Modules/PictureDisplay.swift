package import Imaging

/// Where `show` puts pictures.
package struct PictureDisplay: Sendable {
    /// A place for one picture: the pixels it is to have, and how it is then drawn.
    package struct Frame: Sendable {
        package var width: Int
        package var height: Int
        /// The bytes to write to standard output.
        package var draw: @Sendable (Image) throws -> [UInt8]

        /// A frame of so many pixels.
        package init(width: Int, height: Int, draw: @escaping @Sendable (Image) throws -> [UInt8]) {
            self.width = width
            self.height = height
            self.draw = draw
        }
    }

    /// The frame for a picture of this size, in as many columns as were asked for; nil if nothing can be shown.
    package var frame: @Sendable (_ size: (width: Int, height: Int), _ columns: Int?) -> Frame?

    /// A display that frames pictures so.
    package init(frame: @escaping @Sendable ((width: Int, height: Int), Int?) -> Frame?) {
        self.frame = frame
    }
}
