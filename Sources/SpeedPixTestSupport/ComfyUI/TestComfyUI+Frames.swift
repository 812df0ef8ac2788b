import NIOCore
import NIOWebSocket
package import SpeedPix

extension TestComfyUI {
    /// Sends a text frame to every client.
    package func send(_ type: String, _ data: JSONValue) {
        update { $0.outbox.append(.text(type, data, client: nil)) }
    }

    /// Sends a frame to every client, as it is.
    package func send(bytes: [UInt8], isText: Bool) {
        send(WebSocketFrame(fin: true, opcode: isText ? .text : .binary, data: ByteBuffer(bytes: bytes)))
    }

    /// Sends one text message in frames of so many bytes.
    package func sendInParts(_ type: String, _ data: JSONValue, length: Int) {
        let json: JSONValue = ["type": .string(type), "data": data]
        var rest = ByteBuffer(bytes: (try? json.encoded()) ?? [])
        var opcode = WebSocketOpcode.text
        while let part = rest.readSlice(length: min(length, rest.readableBytes)), part.readableBytes > 0 {
            send(WebSocketFrame(fin: rest.readableBytes == 0, opcode: opcode, data: part))
            opcode = .continuation
        }
    }

    /// Asks every client for an answer.
    package func ping() { send(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer(string: "here?"))) }

    /// Sends a preview of the node that runs, to those who have asked for it.
    ///
    /// - Parameter hasMetadata: Whether it says whose it is (type 4); else type 1.
    package func preview(_ picture: [UInt8], hasMetadata: Bool = true) {
        state.withLock { state in
            guard let prompt = state.engine.running, let client = prompt.posted.clientID else { return }
            var bytes = ByteBuffer()
            if hasMetadata {
                guard state.previewClients.contains(client) else { return }
                let node = JSONValue.string(state.engine.currentNode ?? "")
                let metadata: JSONValue = [
                    "prompt_id": .string(prompt.id), "node_id": node, "display_node_id": node,
                    "image_type": "image/png",
                ]
                let json = (try? metadata.encoded()) ?? []
                bytes.writeInteger(UInt32(4))
                bytes.writeInteger(UInt32(json.count))
                bytes.writeBytes(json)
            } else {
                bytes.writeInteger(UInt32(1))
                bytes.writeInteger(UInt32(2))
            }
            bytes.writeBytes(picture)
            state.engine.outbox.append(.binary(Array(buffer: bytes), client: client))
            state.flush()
        }
    }

    /// Sends the first half of a frame to every client, and closes their connections.
    package func breakFrame() {
        state.withLock { state in
            for channel in state.sockets.values {
                // A text frame of 100 bytes, of which ten come.
                var bytes = ByteBuffer(bytes: [0x81, 100])
                bytes.writeString("{\"type\":\"s")
                channel.breakOff(after: bytes)
            }
        }
    }

    /// Ends every WebSocket.
    ///
    /// - Parameter isClean: Whether the client is told, as WebSocket wants it.
    package func closeSockets(isClean: Bool) {
        state.withLock { state in
            for channel in state.sockets.values {
                if isClean {
                    channel.writeLater(
                        WebSocketFrame(fin: true, opcode: .connectionClose, data: ByteBuffer(bytes: [0x03, 0xE9])))
                } else {
                    channel.eventLoop.execute { channel.close(promise: nil) }
                }
            }
        }
    }

    private func send(_ frame: WebSocketFrame) {
        state.withLock { $0.send(frame, to: nil) }
    }
}

extension Channel {
    /// Writes bytes behind the encoder of frames, and closes.
    fileprivate func breakOff(after bytes: ByteBuffer) {
        eventLoop.execute {
            if let encoder = try? self.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self) {
                encoder.writeAndFlush(NIOAny(bytes), promise: nil)
            }
            self.close(promise: nil)
        }
    }
}
