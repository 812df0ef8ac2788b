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

    /// Whether it is this folder or lies in it, by the paths alone: without links, `.` and `..`.
    ///
    /// As `starts(with:)`, but that makes paths of all components first: each file that a script names is compared with a
    /// dozen folders.
    package func isInside(_ folder: FilePath) -> Bool {
        withPlatformString { path in
            folder.withPlatformString { folder in
                let length = strlen(folder)
                guard length > 0, strncmp(path, folder, length) == 0 else { return length == 0 }
                let slash = CInterop.PlatformChar(bitPattern: UInt8(ascii: "/"))
                // A root ends in a slash, other paths do not.
                return path[length] == 0 || path[length] == slash || folder[length - 1] == slash
            }
        }
    }
}
