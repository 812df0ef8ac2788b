import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import ComfyUI

@Suite("Frames of a WebSocket")
struct ComfyUIEventTests {
    private func event(_ text: String) -> ComfyUIEvent { ComfyUIEvent(text: Array(text.utf8)) }

    @Test(
        "Text frames",
        arguments: [
            (
                #"{"type":"status","data":{"status":{"exec_info":{"queue_remaining":3}},"sid":"x"}}"#,
                .status(remaining: 3)
            ),
            (#"{"type":"status","data":{}}"#, .status(remaining: nil)),
            (#"{"type":"execution_start","data":{"prompt_id":"p","timestamp":1}}"#, .started(prompt: "p")),
            (
                #"{"type":"execution_cached","data":{"nodes":["1",2],"prompt_id":"p"}}"#,
                .cached(prompt: "p", nodes: ["1", "2"])
            ),
            (
                #"{"type":"progress","data":{"value":5,"max":20,"prompt_id":"p","node":"3"}}"#,
                .progress(prompt: "p", node: "3", fraction: 0.25)
            ),
            (#"{"type":"progress","data":{"value":1,"max":0}}"#, .progress(prompt: nil, node: nil, fraction: 0)),
            (#"{"type":"executing","data":{"node":"57:8","prompt_id":"p"}}"#, .executing(prompt: "p", node: "57:8")),
            (#"{"type":"executing","data":{"node":null,"prompt_id":"p"}}"#, .executing(prompt: "p", node: nil)),
            (#"{"type":"executing","data":{"node":"3"}}"#, .executing(prompt: nil, node: "3")),
            (
                #"{"type":"executed","data":{"node":"9","output":{"text":["a"]},"prompt_id":"p"}}"#,
                .executed(prompt: "p", node: "9", output: ["text": ["a"]])
            ),
            (#"{"type":"execution_success","data":{"prompt_id":"p"}}"#, .ended(prompt: "p", .success)),
            (
                #"{"type":"execution_interrupted","data":{"prompt_id":"p","node_id":"3"}}"#,
                .ended(prompt: "p", .interrupted(node: "3"))
            ),
            (#"{"type":"feature_flags","data":{"a":true}}"#, .features(["a": true])),
        ] as [(String, ComfyUIEvent)])
    func texts(_ text: String, _ expected: ComfyUIEvent) {
        #expect(event(text) == expected)
    }

    @Test("States of nodes: those that are known, in the order of their ids")
    func states() {
        let text =
            #"{"type":"progress_state","data":{"prompt_id":"p","nodes":{"10":{"value":1,"max":4,"state":"running"},"#
            + #""9":{"value":3,"max":2,"state":"finished"},"8":{"state":"asleep"},"7":5}}}"#
        #expect(
            event(text)
                == .nodes(
                    prompt: "p",
                    [
                        .init(node: "9", state: .finished, fraction: 1),
                        .init(node: "10", state: .running, fraction: 0.25),
                    ]))
    }

    @Test("A failure: node, class and message, without the traceback")
    func failure() {
        let text =
            #"{"type":"execution_error","data":{"prompt_id":"p","node_id":"3","node_type":"KSampler","#
            + #""exception_type":"ValueError","exception_message":"bad\n  shape","traceback":["File secret.py"],"#
            + #""current_inputs":{"x":[NaN]}}}"#
        guard case .ended("p", .failed(let failure)) = event(text) else {
            Issue.record("it is read as \(event(text))")
            return
        }
        #expect(failure.description == "node 3 (KSampler): bad shape")
        #expect(failure.nodeID == "3")
        #expect(failure.nodeClass == "KSampler")
    }

    @Test(
        "Text that says nothing is ignored",
        arguments: [
            "", "{", "[]", "5", #"{"type":5}"#, #"{"data":{}}"#, #"{"type":"new_things","data":{}}"#,
            #"{"type":"execution_start"}"#, #"{"type":"execution_start","data":{"prompt_id":7}}"#,
            #"{"type":"executed","data":{"prompt_id":"p"}}"#, "\u{FFFD}",
        ])
    func ignoredTexts(_ text: String) {
        guard case .ignored = event(text) else {
            Issue.record("it is read as \(event(text))")
            return
        }
    }

    private func frame(_ parts: [UInt8]...) -> ComfyUIEvent {
        ComfyUIEvent(binary: ByteBuffer(bytes: parts.flatMap(\.self)))
    }

    private let picture = TestPNG.pixel(0xFF0000)

    @Test("A preview without metadata: the picture alone")
    func plainPreview() throws {
        guard case .preview(let image) = frame([0, 0, 0, 1], [0, 0, 0, 2], picture) else {
            Issue.record("it is no preview")
            return
        }
        #expect(image.promptID == nil)
        #expect(image.mediaType == "image/png")
        #expect(Array(buffer: image.bytes) == picture)
    }

    @Test("A preview with metadata: whose it is")
    func preview() throws {
        let json = Array(#"{"prompt_id":"p","node_id":"3.0.1","display_node_id":"3","image_type":"image/jpeg"}"#.utf8)
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0]
        guard case .preview(let image) = frame([0, 0, 0, 4], [0, 0, 0, UInt8(json.count)], json, jpeg) else {
            Issue.record("it is no preview")
            return
        }
        #expect(image.promptID == "p")
        #expect(image.nodeID == "3")
        #expect(image.mediaType == "image/jpeg")
        #expect(Array(buffer: image.bytes) == jpeg)
    }

    @Test(
        "Binary frames that are cut, unknown or no picture are ignored",
        arguments: [
            [], [0], [0, 0, 0, 1], [0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0, 1, 0, 0, 0, 1, 5, 5, 5],
            [0, 0, 0, 3, 0, 0, 0, 1, 65], [0, 0, 0, 4, 0, 0, 0, 9, 0x7B], [0, 0, 0, 4, 255, 255, 255, 255, 0x7B, 0x7D],
            [0, 0, 0, 4, 0, 0, 0, 2, 0x7B, 0x7D, 1, 2], [0, 0, 0, 4, 0, 0, 0, 1, 0x7B, 0xFF, 0xD8, 0xFF],
        ] as [[UInt8]])
    func ignoredBinaries(_ bytes: [UInt8]) {
        guard case .ignored = frame(bytes) else {
            Issue.record("it is read as \(frame(bytes))")
            return
        }
    }

    @Test("Random frames are read without a trap")
    func random() {
        var generator = SeededGenerator(seed: 7)
        let text = Array(#"{"type":"progress_state","data":{"prompt_id":"p","nodes":{"1":{"value":1,"max":2}}}}"#.utf8)
        for _ in 0..<2_000 {
            var bytes = text
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            _ = ComfyUIEvent(text: bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
            let binary = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                UInt8.random(in: 0...4, using: &generator)
            }
            _ = frame(binary)
        }
    }
}
