import Crypto
import SpeedPix

/// Whose a stored file is, as its name has it: a hash of the application key, which may have characters that a name has not.
///
/// It is in the name, and not beside the file, so that a key whose file is not there yet, or not any more, is refused to
/// others as well, and so that a listing of names is enough to count what each key has stored.
struct OwnerTag: Sendable, Hashable {
    /// Characters of a tag.
    private static let length = 16

    /// Lower-case hexadecimal digits.
    let text: String

    init(appKey: String) {
        let bytes = Array("speedpix gateway owner\n".utf8) + Array(appKey.utf8)
        text = String(SHA256.hash(data: bytes).hexadecimal.prefix(Self.length))
    }

    /// Reads a tag; nil for anything else.
    init?(_ text: some StringProtocol) {
        let isTag = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard text.utf8.count == Self.length, isTag else { return nil }
        self.text = String(text)
    }
}
