import SpeedPix
import Testing

/// The ``SpeedPixError`` that `operation` throws.
func speedPixError(
    _ sourceLocation: SourceLocation = #_sourceLocation, from operation: () async throws -> some Any
) async throws -> SpeedPixError {
    let error = await #expect(throws: SpeedPixError.self, sourceLocation: sourceLocation) { _ = try await operation() }
    return try #require(error, sourceLocation: sourceLocation)
}
