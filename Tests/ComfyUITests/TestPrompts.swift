import ComfyUI
import SpeedPix
import SpeedPixTestSupport

/// Prompts of the classes that a `TestComfyUI` has.
enum TestPrompts {
    /// A picture that is made, changed and saved: nodes 1, 2 and 3.
    static func picture(seed: Int64 = 1, prefix: String = "ComfyUI") -> JSONValue {
        let size: JSONValue = ["width": 8, "height": 8, "batch_size": 1, "color": 0]
        let sampler: JSONValue = [
            "image": ["1", 0], "seed": .integer(seed), "steps": 4, "denoise": 1.0, "tiled": false,
        ]
        return [
            "1": ["class_type": "EmptyImage", "inputs": size],
            "2": ["class_type": "TestSampler", "inputs": sampler, "_meta": ["title": "Second pass"]],
            "3": ["class_type": "SaveImage", "inputs": ["images": ["2", 0], "filename_prefix": .string(prefix)]],
        ]
    }

    /// The same with one value of a node changed, or taken out.
    static func picture(_ node: String, _ input: String, _ value: JSONValue?) -> JSONValue {
        var nodes = picture().objectValue ?? [:]
        var inputs = nodes[node]?["inputs"]?.objectValue ?? [:]
        inputs[input] = value
        var changed = nodes[node]?.objectValue ?? [:]
        changed["inputs"] = .object(inputs)
        nodes[node] = .object(changed)
        return .object(nodes)
    }

    /// A prompt's id, different for each number.
    static func id(_ number: Int) -> String {
        let digits = String(number)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}

extension TestComfyUI {
    /// A client of this server.
    func client(limits: ComfyUIClient.Limits = .init(), clock: any Clock<Duration> = TimerClock()) throws
        -> ComfyUIClient
    {
        ComfyUIClient(try ComfyUIServerAddress(url), limits: limits, clock: clock)
    }
}

extension ComfyUIClient {
    /// Posts a prompt with the id of a number.
    @discardableResult
    func submit(
        _ prompt: JSONValue = TestPrompts.picture(), number: Int = 1, clientID: String = "us", targets: [String]? = nil
    ) async throws -> SubmittedPrompt {
        try await submit(
            prompt: prompt, promptID: TestPrompts.id(number), clientID: clientID, partialTargets: targets)
    }
}
