/// A URL that is not fetched, or could not be.
struct FetchRefusal: Error, Sendable, Equatable {
    /// What follows the name of the input in a message.
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
