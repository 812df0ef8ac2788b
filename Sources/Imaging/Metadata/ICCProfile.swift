/// A colour profile as files embed it.
enum ICCProfile {
    /// What it is called, by its tag `desc` (ICC.1:2022, 9.2.41); nil if that cannot be read.
    static func name(of profile: [UInt8]) -> String? {
        let reader = { (at: Int) -> Int? in
            guard at >= 0, at + 4 <= profile.count else { return nil }
            return profile[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        guard let count = reader(128), count <= 1000 else { return nil }
        let tag = (0..<count).map { 132 + $0 * 12 }.first { reader($0) == 0x6465_7363 }
        guard let tag, let start = reader(tag + 4), let type = reader(start) else { return nil }
        switch type {
        case 0x6465_7363:  // 'desc': the older one, ASCII with its length
            guard let length = reader(start + 8), length > 1, length < 1000, start + 12 + length <= profile.count else {
                return nil
            }
            return String(decoding: profile[(start + 12)..<(start + 12 + length)].prefix { $0 != 0 }, as: UTF8.self)
        case 0x6D6C_7563:  // 'mluc': texts in several languages, of which the first counts
            guard let length = reader(start + 20), let offset = reader(start + 24), length >= 2, length < 2000,
                start + offset + length <= profile.count
            else { return nil }
            let units = stride(from: start + offset, to: start + offset + length - 1, by: 2).map {
                UInt16(profile[$0]) << 8 | UInt16(profile[$0 + 1])
            }
            return String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
        default: return nil
        }
    }
}
