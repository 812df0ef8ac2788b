/// Where `show` puts pictures: a terminal, a window, a page.
///
/// For each picture that a script shows, `show` asks for a ``Frame``, brings the picture to the frame's size, calls the frame's
/// `draw`, and writes what that gives to ``ScriptHost/write``, followed by a line about the picture.
public struct PictureDisplay: Sendable {
    /// An area for one picture: the pixels it is to have, and how it is then drawn.
    public struct Frame: Sendable {
        /// Pixels, at least 1.
        public var width: Int
        /// Pixels, at least 1.
        public var height: Int
        /// Draws it: called once, on a thread that may block. Gives the bytes to write to the script's standard output, none
        /// if it was drawn elsewhere. What it throws becomes an error of `show`.
        public var draw: @Sendable (ShownPicture) throws -> [UInt8]

        /// A frame of so many pixels.
        public init(width: Int, height: Int, draw: @escaping @Sendable (ShownPicture) throws -> [UInt8]) {
            self.width = width
            self.height = height
            self.draw = draw
        }
    }

    /// The frame for a picture of this size in pixels, in as many columns of a terminal as the script has asked for; nil if
    /// nothing can be shown now. Called from any thread.
    public var frame: @Sendable (_ size: (width: Int, height: Int), _ columns: Int?) -> Frame?

    /// A display that frames pictures so.
    public init(frame: @escaping @Sendable ((width: Int, height: Int), Int?) -> Frame?) {
        self.frame = frame
    }

    /// A display that hands each picture on and writes nothing but the line about it.
    ///
    /// - Parameters:
    ///   - side: The longer side of what is handed on, in pixels; a smaller picture stays as it is.
    ///   - receive: Called with each picture, in the order of the script, on a thread that may block. What it throws becomes an
    ///     error of `show`.
    public init(within side: Int, receive: @escaping @Sendable (ShownPicture) throws -> Void) {
        self.init { size, _ in
            let scale = min(1, Double(max(1, side)) / Double(max(size.width, size.height, 1)))
            return Frame(
                width: max(1, Int(Double(size.width) * scale)), height: max(1, Int(Double(size.height) * scale))
            ) { picture in
                try receive(picture)
                return []
            }
        }
    }
}
