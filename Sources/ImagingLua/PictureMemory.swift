import Imaging
import LuaRuntime
import Synchronization

/// Counts the bytes of a script's pictures, which Lua's collector knows nothing of: to it a picture is a few bytes.
package final class PictureMemory: Sendable {
    private struct State {
        var live = 0
        var collectAt = 256 << 20
    }

    /// More than this is an error.
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: Bytes of all pictures together. Default 2 GiB: seven of 100 megapixels.
    package init(limit: Int = 2 << 30) {
        self.limit = limit
    }

    /// Bytes of the pictures that are alive.
    package var live: Int { state.withLock { $0.live } }

    func add(_ bytes: Int) {
        state.withLock { $0.live += bytes }
    }

    func remove(_ bytes: Int) {
        state.withLock { $0.live -= bytes }
    }

    /// Lets Lua forget pictures that the script no longer holds, if much has gathered since the last time.
    ///
    /// - Throws: ``ImagingError`` with `tooLarge` if those that it does hold are over the limit.
    func collect(_ context: LuaContext) async throws {
        guard state.withLock({ $0.live > min($0.collectAt, limit) }) else { return }
        await context.vm.collectGarbage()
        let isOver = state.withLock { state in
            state.collectAt = max(256 << 20, state.live * 2)
            return state.live > limit
        }
        guard !isOver else {
            throw ImagingError(
                .tooLarge, "the script holds pictures of more than \(limit >> 20) MiB",
                remedy: "keep paths or thumbnails in tables, and not whole pictures")
        }
    }
}
