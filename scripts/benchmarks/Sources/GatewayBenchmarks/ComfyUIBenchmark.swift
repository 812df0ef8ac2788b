import BenchmarkKit
import Foundation
import HTTPTypes
import NIOCore
import ProcessKit
import SpeedPix

/// What the gateway adds to a prediction at ComfyUI.
let comfyUIBenchmark = Benchmark(
    "gateway/comfyui", "create to result of a prediction at a ComfyUI that answers at once, against its own calls"
) {
    // In memory: how long a disk takes is another figure.
    let folder = try ScratchFolder(in: ScratchFolder.memory)
    defer { folder.remove() }
    let comfyUI = try MeasuredServer.comfyUI(bytes: 100_000, in: folder)
    defer { _ = try? comfyUI.stop() }
    let gateway = try MeasuredServer.gateway(in: folder, before: comfyUI)
    defer { _ = try? gateway.stop() }
    let client = try MeasuredClient.client(of: gateway.endpoint)
    let direct = DirectComfyUI(endpoint: comfyUI.endpoint)
    var (through, alone) = ([Double](), [Double]())
    for number in 0..<220 {
        let gatewayTime = try await Stopwatch.nanoseconds { try await predict(number, client) }
        let directTime = try await Stopwatch.nanoseconds { try await direct.run(number) }
        // The first ones open connections, and the gateway its WebSocket.
        guard number >= 20 else { continue }
        through.append(gatewayTime)
        alone.append(directTime)
    }
    let (ours, theirs) = (Statistics.median(through), Statistics.median(alone))
    return [
        Figure("create to result, median", ours, .nanoseconds, reference: theirs),
        Figure("what the gateway adds to it", ours - theirs, .nanoseconds, target: .atMost(5e6)),
    ]
}

/// One after the other, without a pause between polls, which would be the client's.
private func predict(_ number: Int, _ client: SpeedPixClient) async throws {
    var prediction = try await client.predictions.create("zeros", input: ["seed": .json(.integer(Int64(number)))])
    while !prediction.status.isTerminal { prediction = try await client.predictions.reload(prediction) }
    guard prediction.status == .succeeded else {
        throw ChildProcess.Failure(message: "a prediction \(prediction.status): \(prediction.error ?? "")")
    }
}

/// The same, as a program asks ComfyUI itself.
private struct DirectComfyUI {
    let endpoint: String

    func run(_ number: Int) async throws {
        let id = UUID().uuidString.lowercased()
        let node: JSONValue = ["class_type": "Zeros", "inputs": ["seed": .integer(Int64(number))]]
        let body: JSONValue = ["prompt": ["1": node], "prompt_id": .string(id), "client_id": "direct"]
        _ = try await call(.post, "/api/prompt", .bytes(try body.encoded()))
        while try JSONValue(parsing: try await call(.get, "/api/history/\(id)"))[id] == nil {}
        _ = try await call(.get, "/api/view?filename=zeros.bin&subfolder=&type=output")
    }

    private func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: TransportRequest.Body = .none
    ) async throws -> [UInt8] {
        let response = try await AsyncHTTPTransport.shared.send(
            TransportRequest(
                method: method, url: endpoint + path, headers: [.contentType: "application/json"], body: body,
                timeout: .seconds(10)))
        guard response.status == .ok else {
            throw ChildProcess.Failure(message: "ComfyUI answered \(path) with \(response.status)")
        }
        var bytes: [UInt8] = []
        for try await chunk in response.body { bytes += chunk.readableBytesView }
        return bytes
    }
}
