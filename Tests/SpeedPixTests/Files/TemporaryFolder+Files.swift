import SpeedPixTestSupport

extension TemporaryFolder {
    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String { try write(bytes, to: name) }

    func bytes(_ name: String) throws -> [UInt8] { try read(name) }
}
