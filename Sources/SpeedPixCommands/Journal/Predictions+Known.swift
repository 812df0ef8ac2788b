import SpeedPix

extension Predictions {
    /// Whether the service still knows a prediction.
    func isKnown(_ id: String) async throws -> Bool {
        do {
            _ = try await get(id)
            return true
        } catch let error as SpeedPixError where error.code == .apiError {
            return false
        }
    }
}
