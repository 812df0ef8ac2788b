/// A prediction whose output is read as a type of the caller's.
///
/// ```swift
/// struct Result: Decodable, Sendable {
///     var images: [ImageFile]
///     var info: String?
/// }
///
/// let prediction = try await client.predictions.create("my-workflow", input: ["prompt": "…"], as: Result.self)
/// let done = try await prediction.wait()
/// try await done.output.images[0].save(to: "first.png")
/// ```
public struct TypedPrediction<Output: Decodable & Sendable>: Sendable {
    /// The prediction as it was when last heard of.
    public let prediction: Prediction
    private let predictions: Predictions

    /// Gives a prediction a type, for example one that was created by an earlier program and looked up by its id.
    public init(_ prediction: Prediction, as type: Output.Type = Output.self, of predictions: Predictions) {
        self.prediction = prediction
        self.predictions = predictions
    }

    /// The service's `taskId`.
    public var id: String { prediction.id }

    /// A succeeded prediction and its output.
    public struct Succeeded: Sendable {
        /// The prediction with everything the service told of it.
        public let prediction: Prediction
        /// Its output; files in it can be saved and read.
        public let output: Output
    }

    /// Waits until it has ended.
    ///
    /// - Throws: As ``Predictions/wait(for:options:)``; `invalid_response`, with the prediction, for an output that does
    ///   not fit the type: it is paid for, and still in ``SpeedPixError/prediction``.
    public func wait(options: WaitOptions = WaitOptions()) async throws -> Succeeded {
        let done = try await predictions.wait(for: prediction, options: options)
        return Succeeded(prediction: done, output: try predictions.output(of: done, as: Output.self))
    }
}

extension Predictions {
    /// Starts a workflow whose output will be read as a type; see ``create(_:input:options:)``.
    public func create<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: InputValue], as type: Output.Type,
        options: CreateOptions = CreateOptions()
    ) async throws -> TypedPrediction<Output> {
        TypedPrediction(try await create(workflowID, input: input, options: options), of: self)
    }

    /// Runs a workflow and reads its output as a type; see ``run(_:input:options:)``.
    ///
    /// - Returns: The output. A member `info` that the type declares is filled from ``Prediction/info``, unless the output has
    ///   one of its own.
    /// - Throws: `invalid_response`, with the prediction, for an output that does not fit the type.
    public func run<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: InputValue], as type: Output.Type, options: RunOptions = RunOptions()
    ) async throws -> Output {
        try output(of: try await run(workflowID, input: input, options: options), as: type)
    }

    /// The output as a type. A member `info` that the type declares and the output has not is filled from
    /// ``Prediction/info``.
    func output<Output: Decodable>(of prediction: Prediction, as type: Output.Type) throws -> Output {
        let candidates = prediction.outputs(for: type)
        for candidate in candidates.dropLast() {
            if let output = try? candidate.decode(type, files: files) { return output }
        }
        do {
            return try (candidates.last ?? .object([:])).decode(type, files: files)
        } catch let error as SpeedPixError {
            throw error.about(prediction)
        }
    }
}

extension SpeedPixClient {
    /// Runs a workflow and waits for its end; see ``Predictions/run(_:input:options:)``.
    public func run(
        _ workflowID: String, input: [String: InputValue], options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        try await predictions.run(workflowID, input: input, options: options)
    }

    /// Runs a workflow and reads its output as a type; see ``Predictions/run(_:input:as:options:)``.
    public func run<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: InputValue], as type: Output.Type, options: RunOptions = RunOptions()
    ) async throws -> Output {
        try await predictions.run(workflowID, input: input, as: type, options: options)
    }
}
