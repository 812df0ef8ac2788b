/// Which files go when there are too many: the oldest first, with the predictions whose results they are. A value.
///
/// Files that an unfinished prediction will read stay, and so do those that were written lately and are no prediction's: a create
/// may be on its way that names them, or the end of a prediction that has given them.
struct StorageReduction: Sendable {
    /// The files of an ended prediction.
    struct Result: Sendable, Equatable {
        let id: String
        let files: [ObjectKey]
        /// In seconds since 1970.
        let ended: Double
    }

    /// What goes together.
    private struct Item {
        var prediction: String?
        var files: [ObjectKey]
        var size: Int64
        /// In seconds since 1970.
        var date: Double
    }

    private let total: Int64
    /// The oldest first.
    private let items: [Item]

    /// - Parameters:
    ///   - files: All that are stored.
    ///   - results: All ended predictions with files.
    ///   - needed: The files that unfinished predictions will read.
    ///   - newestOther: Files of no prediction that were written later stay, in seconds since 1970.
    init(files: [StoredObject], results: [Result], needed: Set<ObjectKey>, newestOther: Double) {
        total = files.reduce(0) { $0 + $1.size }
        var rest = Dictionary(files.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var items: [Item] = []
        for result in results {
            let stored = result.files.compactMap { rest.removeValue(forKey: $0) }
            guard !stored.isEmpty, needed.isDisjoint(with: result.files) else { continue }
            items.append(
                Item(
                    prediction: result.id, files: stored.map(\.key), size: stored.reduce(0) { $0 + $1.size },
                    date: result.ended))
        }
        for (key, file) in rest where !needed.contains(key) && file.modified <= newestOther {
            items.append(Item(prediction: nil, files: [key], size: file.size, date: file.modified))
        }
        self.items = items.sorted { $0.date < $1.date }
    }

    /// What has to go, and no more.
    ///
    /// - Parameter most: How many bytes may stay.
    func removals(leaving most: Int64) -> (predictions: [String], files: [ObjectKey]) {
        var left = total
        var removed: (predictions: [String], files: [ObjectKey]) = ([], [])
        for item in items {
            guard left > most else { break }
            left -= item.size
            removed.files += item.files
            if let id = item.prediction { removed.predictions.append(id) }
        }
        return removed
    }
}
