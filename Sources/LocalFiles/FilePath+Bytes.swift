package import SystemPackage

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension FilePath {
    /// A path from its bytes, which need not be text. It ends at the first zero, as for the system.
    package init(bytes: some Sequence<UInt8>) {
        var characters = bytes.prefix { $0 != 0 }.map { CInterop.PlatformChar(bitPattern: $0) }
        characters.append(0)
        self.init(platformString: characters)
    }

    /// What the system gets, without the zero at its end.
    package var bytes: [UInt8] {
        withPlatformString { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    }

    /// For messages and JSON: the path, with each byte that is not UTF-8 as Lua escapes it, such as `\xB0`.
    ///
    /// ``string`` would have U+FFFD there, which is the name of another file.
    package var shown: String { FileName.shown(bytes) }

    /// The path as text; nil if it is none.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// The last name of the path; nil for a root and an empty path.
    package var fileName: FileName? { lastComponent.map(FileName.init) }

    /// The path of what has this name in this folder.
    package func appending(_ name: FileName) -> FilePath {
        // As a path and not as text, which would lose what is not UTF-8.
        appending(FilePath(bytes: name.bytes).components)
    }
}
