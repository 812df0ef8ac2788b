import CLuaBridge

/// Where tasks were spawned: a few bytes for each, however many there are.
struct SpawnLocations {
    struct Location {
        /// A number of the table's; -1 for none.
        var source: Int16
        var line: Int32

        /// Of the task that a run begins with.
        static let none = Location(source: -1, line: 0)

        private static let lineBits: UInt32 = 22

        /// In four bytes: there can be ten thousand tasks. A line beyond four million, and a source beyond a thousand, become
        /// none.
        var packed: UInt32 {
            guard source >= 0, source < 1 << (32 - Self.lineBits) - 1, line < 1 << Self.lineBits else { return 0 }
            return UInt32(source + 1) << Self.lineBits | UInt32(line)
        }

        init(source: Int16, line: Int32) {
            (self.source, self.line) = (source, line)
        }

        init(packed: UInt32) {
            source = Int16(packed >> Self.lineBits) - 1
            line = packed == 0 ? 0 : Int32(packed & (1 << Self.lineBits - 1))
        }
    }

    private var sources: [[CChar]] = []

    /// The line of the script that is just calling `spawn`, itself or through the host's Lua code.
    mutating func current(_ state: OpaquePointer) -> Location {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress else { return .none }
            let line = spl_get_line(state, start, buffer.count)
            guard line > 0 else { return .none }
            let length = buffer.firstIndex(of: 0) ?? buffer.count
            // Scripts have few files, and most tasks come from the one that spawned last.
            let known = sources.lastIndex { $0.elementsEqual(buffer.prefix(length)) }
            if let known { return Location(source: Int16(known), line: line) }
            // load can give every chunk a name of its own.
            guard sources.count < Int(Int16.max) else { return .none }
            sources.append(Array(buffer.prefix(length)))
            return Location(source: Int16(sources.count - 1), line: line)
        }
    }

    /// "shoe.lua:12".
    func describe(_ location: Location) -> String? {
        guard location.line > 0, sources.indices.contains(Int(location.source)) else { return nil }
        let name = String(decoding: sources[Int(location.source)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(name):\(location.line)"
    }
}
