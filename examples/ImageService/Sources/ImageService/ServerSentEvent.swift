import Hummingbird
import SpeedPix

/// One message of a `text/event-stream`.
struct ServerSentEvent: Sendable, Equatable {
    let name: String
    let data: [String: JSONValue]

    init(_ name: String, _ data: [String: JSONValue]) {
        self.name = name
        self.data = data
    }

    /// How a prediction stands.
    init(_ prediction: Prediction) {
        let id = JSONValue.string(prediction.id)
        switch prediction.status {
        case .succeeded:
            self.init("succeeded", ["id": id, "picture": .string("/pictures/\(prediction.id)")])
        case .failed, .canceled:
            self.init("failed", ["id": id, "message": .string(prediction.error ?? "it was canceled")])
        default:
            self.init("progress", ["id": id, "fraction": .double(prediction.progress.fraction)])
        }
    }

    init(_ error: SpeedPixError) {
        self.init("failed", ["code": .string(error.code.rawValue), "message": .string(error.message)])
    }

    /// The message as it is sent. JSON has no line breaks of its own, which would end the message.
    func encoded() throws -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
        buffer.writeBytes(try JSONValue.object(data).encoded())
        buffer.writeString("\n\n")
        return buffer
    }
}
