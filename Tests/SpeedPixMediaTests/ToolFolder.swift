import SpeedPixTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A folder for files and for programs that stand in for the real ones.
typealias ToolFolder = TemporaryFolder

extension TemporaryFolder {
    /// Runs `body` with an empty folder that is removed afterwards.
    static func with(_ body: (ToolFolder) async throws -> Void) async throws { try await withTemporaryFolder(body) }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String { try write(bytes, to: name) }

    /// Nil if there is no such file.
    func existingText(_ name: String) -> String? { try? text(name) }

    /// A shell script under a program's name. It notes its arguments, one a line, in `NAME.arguments`.
    func tool(_ name: String, _ script: String) throws {
        let text = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$0.arguments\"\n\(script)\n"
        _ = try write(name, Array(text.utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: self[name])
    }

    /// A program that prints this text.
    func tool(_ name: String, printing text: String) throws {
        _ = try write("\(name).output", Array(text.utf8))
        try tool(name, "exec /bin/cat \"$0.output\"")
    }
}

/// The smallest file that libvips takes for a scan: an uncompressed TIFF.
func tiff(
    width: UInt16, height: UInt16, channels: UInt16 = 3, photometric: UInt16 = 2, orientation: UInt16 = 1,
    dotsPerInch: UInt32 = 300
) -> [UInt8] {
    func two(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
    func four(_ value: UInt32) -> [UInt8] { two(UInt16(value & 0xFFFF)) + two(UInt16(value >> 16)) }
    let count: UInt16 = 13
    let afterEntries = 8 + 2 + UInt32(count) * 12 + 4
    let (depths, resolution, pixels) = (afterEntries, afterEntries + 8, afterEntries + 16)
    let size = UInt32(width) * UInt32(height) * UInt32(channels)
    func short(_ tag: UInt16, _ value: UInt16) -> [UInt8] { two(tag) + two(3) + four(1) + two(value) + two(0) }
    func long(_ tag: UInt16, _ value: UInt32) -> [UInt8] { two(tag) + two(4) + four(1) + four(value) }
    var file: [UInt8] = [0x49, 0x49, 0x2A, 0x00] + four(8) + two(count)
    file += short(256, width) + short(257, height)
    file += two(258) + two(3) + four(UInt32(channels)) + four(depths)
    file += short(259, 1) + short(262, photometric) + long(273, pixels) + short(274, orientation)
    file += short(277, channels) + short(278, height) + long(279, size)
    file += two(282) + two(5) + four(1) + four(resolution)
    file += two(283) + two(5) + four(1) + four(resolution)
    file += short(296, 2) + four(0)
    file += (0..<4).flatMap { _ in two(8) } + four(dotsPerInch) + four(1)
    return file + [UInt8](repeating: 128, count: Int(size))
}
