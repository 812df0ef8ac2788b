import ComfyUI
import HTTPTypes
import Hummingbird
import SpeedPix

/// The admin routes of the servers of ComfyUI.
struct ServerCalls: Sendable {
    /// Nil for a gateway without.
    let servers: ComfyUIServers?

    var calls: [any AdminCall] {
        [
            ListServersCall(servers: servers), DrainServerCall(servers: servers, isDraining: true),
            DrainServerCall(servers: servers, isDraining: false), FreeServerCall(servers: servers),
        ]
    }
}

/// `GET /speedpix/servers`: each server with its version, memory and queue.
struct ListServersCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "servers"
    let servers: ComfyUIServers?

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let states = await servers?.states ?? []
        return ["servers": .array(states.map(\.json))]
    }
}

/// `POST /speedpix/servers/N/drain`: nothing new begins there, and what runs goes on; `…/resume`: what waits begins there again.
struct DrainServerCall: AdminCall {
    let method = HTTPRequest.Method.post
    let servers: ComfyUIServers?
    let isDraining: Bool

    var path: String { "servers/:number/\(isDraining ? "drain" : "resume")" }

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        try await context.change(servers) { [isDraining] in await $0.setDraining($1, isDraining) }
    }
}

/// `POST /speedpix/servers/N/free`: the server drops the models and results that it keeps in memory.
struct FreeServerCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "servers/:number/free"
    let servers: ComfyUIServers?

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        do {
            return try await context.change(servers) { try await $0.free($1) }
        } catch let error as ComfyUIError {
            throw Refusal("ServerUnavailable", error.message)
        }
    }
}

extension GatewayContext {
    /// Does something with the server that the path names.
    ///
    /// - Parameter body: Gets the server's number; false if there is none of it.
    /// - Returns: The server as it is then.
    /// - Throws: ``Refusal`` for a server that there is not; what `body` throws.
    fileprivate func change(
        _ servers: ComfyUIServers?, _ body: @Sendable (ComfyUIServers, Int) async throws -> Bool
    ) async throws -> JSONValue {
        let name = try part("number")
        let count = await servers?.states.count ?? 0
        guard let servers, let number = Int(name), try await body(servers, number) else {
            throw Refusal(
                "ServerNotFound",
                "there is no server \(name.prefix(20))"
                    + (count == 0 ? ": the gateway has none" : "; they are numbered from 1 to \(count)"))
        }
        return await servers.states[number - 1].json
    }
}
