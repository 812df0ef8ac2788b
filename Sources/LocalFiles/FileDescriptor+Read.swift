package import SystemPackage

extension FileDescriptor {
    /// Reads a part of a file, in as many reads as it takes.
    ///
    /// - Returns: Fewer bytes where the file ends before.
    /// - Throws: `Errno`.
    package func read(fromAbsoluteOffset start: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let rest = UnsafeMutableRawBufferPointer(buffer)[initialized..<count]
                let read = try read(
                    fromAbsoluteOffset: start + Int64(initialized),
                    into: UnsafeMutableRawBufferPointer(rebasing: rest))
                guard read > 0 else { break }
                initialized += read
            }
        }
    }
}
