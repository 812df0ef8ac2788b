public import SpeedPix

/// What a resumed run asks and reports while it goes on. It is called from any thread.
public struct ResumeCallbacks: Sendable {
    /// Called with a create that is new although something was created at its position, and with the names of the inputs that
    /// differ.
    public var onChange: (@Sendable (JournaledCreate, _ differences: [String]) -> Void)?
    /// What commands need that messages name, in addition: ` --state DIR`.
    public var commandOptions = ""
    /// Asked whether what was recorded is still there, where it may be gone; what is not is made again.
    public var existsAtService: (@Sendable (Prediction) async throws -> Bool)?

    /// Neither, unless given: then everything that was recorded counts as there.
    public init(
        onChange: (@Sendable (JournaledCreate, _ differences: [String]) -> Void)? = nil,
        existsAtService: (@Sendable (Prediction) async throws -> Bool)? = nil
    ) {
        self.onChange = onChange
        self.existsAtService = existsAtService
    }
}
