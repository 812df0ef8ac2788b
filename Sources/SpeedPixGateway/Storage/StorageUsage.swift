import SpeedPix

/// How many bytes the stored files take, in all and of each application key.
///
/// They are counted when it is first asked, and from then on every change is added: a gateway without limits never looks.
actor StorageUsage {
    private enum State {
        case unknown
        /// What changes meanwhile is collected, since nobody knows whether the count has seen it.
        case counting(Task<Void, any Error>)
        case known
    }

    private let list: @Sendable () async throws -> [StoredObject]
    private let size: @Sendable (ObjectKey) async -> Int64
    private var state = State.unknown
    private var touched: Set<ObjectKey> = []
    private var sum: Int64 = 0
    private var sums: [OwnerTag: Int64] = [:]
    /// For uploads that are on their way.
    private var reserved: [OwnerTag: Int64] = [:]

    /// - Parameters:
    ///   - list: Gives every stored file.
    ///   - size: Of one of them now; 0 if it is not there.
    init(
        list: @escaping @Sendable () async throws -> [StoredObject],
        size: @escaping @Sendable (ObjectKey) async -> Int64
    ) {
        self.list = list
        self.size = size
    }

    /// Of all files together.
    ///
    /// - Throws: ``StorageError`` if they cannot be counted.
    func total() async throws -> Int64 {
        try await count()
        return sum
    }

    /// Of one application key's.
    ///
    /// - Throws: ``StorageError`` if they cannot be counted.
    func total(of owner: OwnerTag) async throws -> Int64 {
        try await count()
        return sums[owner] ?? 0
    }

    /// Keeps room for a file that is going to be stored, until ``release(_:of:)``: of many at once each could fit.
    ///
    /// - Parameter most: How much the application key may store.
    /// - Returns: Whether there is room.
    /// - Throws: ``StorageError`` if the files cannot be counted.
    func reserve(_ bytes: Int64, of owner: OwnerTag, most: Int64) async throws -> Bool {
        try await count()
        let taken = (sums[owner] ?? 0) + (reserved[owner] ?? 0)
        guard bytes <= most - taken else { return false }
        reserved[owner, default: 0] += bytes
        return true
    }

    /// Ends a reservation: the file is stored, or will not be.
    func release(_ bytes: Int64, of owner: OwnerTag) {
        reserved[owner, default: 0] -= bytes
        if reserved[owner] == 0 { reserved[owner] = nil }
    }

    /// Takes note that a file is another one now, is new, or is gone.
    ///
    /// - Parameter change: By how many bytes it is larger than before.
    func note(_ key: ObjectKey, change: Int64) {
        switch state {
        case .unknown: break
        case .counting: touched.insert(key)
        case .known: add(key, change)
        }
    }

    /// Has the files counted again when it is next asked.
    func forget() {
        if case .known = state { state = .unknown }
    }

    private func count() async throws {
        while true {
            switch state {
            case .known: return
            case .counting(let task): try await task.value
            case .unknown:
                let task = Task { try await self.begin() }
                state = .counting(task)
                try await task.value
            }
        }
    }

    private func begin() async throws {
        do {
            var sizes: [ObjectKey: Int64] = [:]
            for object in try await list() { sizes[object.key] = object.size }
            while let key = touched.popFirst() { sizes[key] = await size(key) }
            (sum, sums) = (0, [:])
            for (key, size) in sizes { add(key, size) }
            state = .known
        } catch {
            touched = []
            state = .unknown
            throw error
        }
    }

    private func add(_ key: ObjectKey, _ bytes: Int64) {
        sum += bytes
        if let owner = key.owner { sums[owner, default: 0] += bytes }
    }
}

/// A stored file, as a listing shows it.
struct StoredObject: Sendable, Equatable {
    let key: ObjectKey
    /// In bytes.
    let size: Int64
    /// When it was last written, in seconds since 1970, by the machine's clock.
    let modified: Double
}
