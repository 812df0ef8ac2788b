public import Imaging
public import LuaRuntime

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Runs picture work off the VM's actor and off Swift's cooperative threads, which a filter of a second would starve.
package enum PictureWork {
    /// As many pictures at a time as there are cores. One pool for the process and not one for each VM, since its VMs share the
    /// cores.
    package static let threads = BlockingThreads(
        limit: max(ProcessInfo.processInfo.activeProcessorCount, 2), onThreadEnd: ImagingStop.endThread)

    /// Runs a closure on a thread that may block. It ends early when the task is cancelled.
    ///
    /// - Throws: What the closure throws; `CancellationError`, also if the work does not end.
    package static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let stop = ImagingStop()
        return try await threads.run(onCancel: stop.set) { try stop.perform(body) }
    }

    /// Work of a script's call that makes a picture.
    static func picture(
        _ host: PictureHost, format: ImageFormat? = nil, origin: SavedResult? = nil,
        _ make: @escaping @Sendable () throws -> Image
    ) -> LuaFunctionDefinition.Work {
        pixels(host, format: format, origin: origin) { .still(try make()) }
    }

    /// Work of a script's call that makes a picture, which may be an animation.
    static func pixels(
        _ host: PictureHost, format: ImageFormat? = nil, origin: SavedResult? = nil,
        _ make: @escaping @Sendable () throws -> PicturePixels
    ) -> LuaFunctionDefinition.Work {
        { context in
            let picture = LuaPicture(try await run(make), host: host, format: format, origin: origin)
            try await host.memory.collect(context)
            return .object(picture)
        }
    }
}

extension ImagingError: LuaRaisable {
    /// `code`, `message`, `retryable` (false), and a hint where something helps.
    public var luaFields: [String: LuaValue] {
        [
            "code": .string(code == .fileAccess ? "file_system" : "\(code)"), "message": .string(message),
            "hint": .optional(remedy), "retryable": false,
        ]
    }
}
