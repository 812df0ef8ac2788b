package import ComfyUI
package import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// How predictions of published workflows run at servers of ComfyUI.
package struct ComfyUIConfiguration: Sendable {
    /// The servers, each once, in the order in which they are tried.
    package var servers: [ComfyUIServerAddress]
    /// Whether nobody has named the servers: they are tried because ComfyUI is usually there, and one that has never answered
    /// may not exist. Those that have prompts of an earlier gateway are used as well. Default false.
    package var isAssumed = false
    /// Predictions that one server has at a time. ComfyUI runs one and keeps the others waiting. Default 1.
    package var predictionsPerServer = 1
    /// How long a prediction may take from the moment it is sent, all attempts together. Default 1 h.
    package var timeLimit: Duration = .seconds(3600)
    /// How long nothing may be heard of one that runs, until it is run once more. Default 10 min.
    package var stallLimit: Duration = .seconds(600)
    /// Whether entries of servers' histories stay when their results are stored. Default false: they are deleted.
    package var leavesHistory = false
    /// Whether the workflow is removed from the PNGs that servers save. Default false.
    package var stripsMetadata = false
    /// The key of comfy.org that classes of partners are paid with. Nil, the default: workflows that have such are refused.
    package var partnerKey: Secret?
    /// Time limits and sizes of calls.
    var callLimits = ComfyUIClient.Limits()
    var socketLimits = ComfyUISocket.Limits()
    /// A UUID in lower case, never used before: for prompts, and for the name under which a server knows this gateway.
    var uniqueID: @Sendable () -> String = { UUID().uuidString.lowercased() }

    package init(servers: [ComfyUIServerAddress]) {
        self.servers = servers
    }

    var runLimits: PromptRun.Limits {
        var limits = PromptRun.Limits()
        limits.total = timeLimit
        limits.stall = stallLimit
        return limits
    }
}
