#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The folders of programs, as `PATH` has them: with colons between. Those that are not absolute are left out, since they would
/// depend on where the process happens to be.
package struct SearchPath {
    private let folders: [Substring]

    package init(_ text: String) {
        folders = text.split(separator: ":").filter { $0.hasPrefix("/") }
    }

    /// Where a program is installed, in the first folder that has one by this name; nil if none has.
    package func program(named name: String) -> String? {
        folders.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
