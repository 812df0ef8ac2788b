import CReference

/// liblua without LuaRuntime, for comparison.
final class PlainLua {
    struct Failure: Error {}

    private let state: OpaquePointer

    /// With one script, to be run many times.
    init(_ source: String) throws {
        guard let state = reference_open() else { throw Failure() }
        self.state = state
        guard reference_load(state, source) else { throw Failure() }
    }

    deinit {
        reference_close(state)
    }

    func run() throws {
        guard reference_run(state) else { throw Failure() }
    }

    /// Bytes that the whole process has allocated.
    static var allocatedBytes: Int { reference_allocated_bytes() }
}
