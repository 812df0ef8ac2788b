/// What went wrong with a picture, and what to do about it.
public struct ImagingError: Error, Sendable, Hashable {
    /// The kind of failure, for programs.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// An argument is out of its range.
        public static let invalidArgument = Code("invalid_argument")
        /// The content is in a format that is not read, or cannot be written.
        public static let unsupportedFormat = Code("unsupported_format")
        /// A picture, or the result asked for, is over ``ImagingLimits``.
        public static let tooLarge = Code("image_too_large")
        /// The content is recognised, but truncated or damaged.
        public static let damaged = Code("image_damaged")
        /// The file cannot be read or written.
        public static let fileAccess = Code("file_access")
        /// ``Image/cutout(feather:)`` found nothing that stands out from the backdrop.
        public static let noSubject = Code("no_subject")
        /// libvips could not do what it should have been able to do.
        public static let failed = Code("imaging_failed")

        /// The code as scripts and logs show it, e.g. `image_too_large`.
        public var description: String { name }
    }

    /// The kind of failure, to decide by.
    public let code: Code
    /// One sentence that says what is wrong.
    public let message: String
    /// One sentence that says what helps, unless nothing does.
    public let remedy: String?

    /// Both texts start in lower case and have no full stop; leave the remedy out where nothing helps.
    public init(_ code: Code, _ message: String, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}

extension ImagingError: CustomStringConvertible {
    /// As logs and messages show it: code, message, and the remedy in brackets.
    public var description: String {
        remedy.map { "\(code): \(message) (\($0))" } ?? "\(code): \(message)"
    }
}
