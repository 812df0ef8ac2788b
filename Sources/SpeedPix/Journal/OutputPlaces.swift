import Synchronization

/// Which file of which prediction a URL is, of the predictions that a client knows: URLs are signed anew in each answer, and an
/// input may hold one as a mere text.
final class OutputPlaces: Sendable {
    /// A file of an output.
    struct Place: Sendable, Hashable {
        let predictionID: String
        /// Among all files of the output, in the order of ``FileOutput/all(in:)``.
        let number: Int
    }

    private let places = Mutex<[String: Place]>([:])

    func note(_ prediction: Prediction) {
        let files = prediction.files
        guard !files.isEmpty else { return }
        places.withLock { places in
            for (number, file) in files.enumerated() {
                places[Self.key(file.url)] = Place(predictionID: prediction.id, number: number)
            }
        }
    }

    /// Whether no output is known: then no text needs to be looked at.
    var isEmpty: Bool { places.withLock { $0.isEmpty } }

    /// Nil for a URL that is no known output's.
    func place(of url: String) -> Place? {
        guard url.hasPrefix("http") else { return nil }
        return places.withLock { $0[Self.key(url)] }
    }

    /// Without what signs it.
    private static func key(_ url: String) -> String { String(url.prefix { $0 != "?" && $0 != "#" }) }
}
