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
    /// The prediction as it was in the service's last answer.
    public let prediction: Prediction
    private let predictions: Predictions

    /// Gives a prediction a type, for example one that was created by an earlier program and looked up by its id.
    public init(_ prediction: Prediction, as type: Output.Type = Output.self, of predictions: Predictions) {
        self.prediction = prediction
        self.predictions = predictions
    }

    /// The service's `taskId`.
    public var id: String { prediction.id }

    /// A succeeded prediction and its output, whose members can be read from it: `done.images` is `done.output.images`.
    @dynamicMemberLookup
    public struct Succeeded: Sendable {
        /// The prediction with everything the service has reported of it.
        public let prediction: Prediction
        /// Its output; files in it can be saved and read.
        public let output: Output

        /// The service's `taskId`.
        public var id: String { prediction.id }
        /// How long it took.
        public var metrics: Prediction.Metrics { prediction.metrics }

        /// A member of the output.
        public subscript<Member>(dynamicMember member: KeyPath<Output, Member>) -> Member { output[keyPath: member] }
    }

    /// The prediction, once it has succeeded, with its output.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_response`, with the prediction, for an output that does not fit the type.
    static func succeeded(_ prediction: Prediction, of predictions: Predictions) throws -> Succeeded {
        Succeeded(prediction: prediction, output: try prediction.output(as: Output.self, files: predictions.files))
    }

    /// Waits until it has ended.
    ///
    /// - Throws: As ``Predictions/wait(for:options:)``; `invalid_response`, with the prediction, for an output that does
    ///   not fit the type: it is paid for, and still in ``SpeedPixError/prediction``.
    public func wait(options: WaitOptions = WaitOptions()) async throws -> Succeeded {
        try Self.succeeded(try await predictions.wait(for: prediction, options: options), of: predictions)
    }
}

extension Predictions {
    /// Starts a workflow whose output will be read as a type.
    ///
    /// - Throws: As without a type.
    public func create<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: InputValue], as type: Output.Type,
        options: CreateOptions = CreateOptions()
    ) async throws -> TypedPrediction<Output> {
        TypedPrediction(try await create(workflowID, input: input, options: options), of: self)
    }

    /// Runs a workflow and reads its output as a type.
    ///
    /// - Returns: The prediction with its output. A member `info` that the type declares is filled from ``Prediction/info``,
    ///   unless the output has one of its own.
    /// - Throws: As without a type; `invalid_response`, with the prediction, for an output that does not fit the type: it is
    ///   paid for, and still in ``SpeedPixError/prediction``.
    public func run<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: InputValue], as type: Output.Type, options: RunOptions = RunOptions()
    ) async throws -> TypedPrediction<Output>.Succeeded {
        try TypedPrediction.succeeded(try await run(workflowID, input: input, options: options), of: self)
    }
}

extension Prediction {
    /// The output as a type of the caller's. A member `info` that the type declares and the output has not is filled from
    /// ``info``.
    ///
    /// - Parameter files: What downloads the files in it, a client's ``SpeedPixClient/files``; they can then be saved and read.
    /// - Throws: ``SpeedPixError`` `invalid_response`, with the prediction, for an output that does not fit the type, and while
    ///   there is no output at all.
    public func output<Output: Decodable>(as type: Output.Type, files: Files? = nil) throws -> Output {
        let candidates = outputs(for: type)
        for candidate in candidates.dropLast() {
            if let output = try? candidate.decode(type, files: files) { return output }
        }
        do {
            return try (candidates.last ?? .object([:])).decode(type, files: files)
        } catch let error as SpeedPixError {
            throw error.about(self)
        }
    }
}

extension SpeedPixClient {
    /// Runs a workflow and waits for its end; see ``Predictions``.
    ///
    /// - Returns: The succeeded prediction; its ``Prediction/output`` holds the workflow's named outputs.
    /// - Throws: ``SpeedPixError``, with the prediction as soon as there is one; `CancellationError`.
    public func run(
        _ workflowID: String, input: [String: InputValue], options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        try await predictions.run(workflowID, input: input, options: options)
    }

    /// Runs a workflow and reads its output as a type.
    ///
    /// - Returns: The prediction with its output.
    /// - Throws: As without a type; `invalid_response`, with the prediction, for an output that does not fit the type.
    public func run<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: InputValue], as type: Output.Type, options: RunOptions = RunOptions()
    ) async throws -> TypedPrediction<Output>.Succeeded {
        try await predictions.run(workflowID, input: input, as: type, options: options)
    }
}
