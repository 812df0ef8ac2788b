// Inputs of values in variables, and of whatever can be encoded. All of them are `@_disfavoredOverload`: a literal of texts, numbers
// and `.path(…)` stays a `[String: InputValue]`, for which no other type is tried.
extension Predictions {
    /// Starts a workflow with values of several types: `["image": image, "seed": seed]`; see ``InputValueConvertible``.
    ///
    /// - Throws: As with any other input, also when the task is cancelled.
    @_disfavoredOverload
    public func create(
        _ workflowID: String, input: [String: any InputValueConvertible], options: CreateOptions = CreateOptions()
    ) async throws -> Prediction {
        try await create(workflowID, input: input.mapValues(\.inputValue), options: options)
    }

    /// Starts a workflow with a struct, or whatever else is encoded as an object; see ``InputValue/init(encoding:)``.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a value that cannot be encoded so: nothing was sent. Else as with any
    ///   other input, also when the task is cancelled.
    @_disfavoredOverload
    public func create(
        _ workflowID: String, input: some Encodable & Sendable, options: CreateOptions = CreateOptions()
    ) async throws -> Prediction {
        try await create(workflowID, input: InputValue.members(encoding: input), options: options)
    }

    /// Starts a workflow with values of several types, and reads its output as a type.
    ///
    /// - Throws: As with any other input, also when the task is cancelled.
    @_disfavoredOverload
    public func create<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: any InputValueConvertible], as type: Output.Type,
        options: CreateOptions = CreateOptions()
    ) async throws -> TypedPrediction<Output> {
        try await create(workflowID, input: input.mapValues(\.inputValue), as: type, options: options)
    }

    /// Starts a workflow with whatever is encoded as an object, and reads its output as a type.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a value that cannot be encoded so: nothing was sent. Else as with any
    ///   other input, also when the task is cancelled.
    @_disfavoredOverload
    public func create<Output: Decodable & Sendable>(
        _ workflowID: String, input: some Encodable & Sendable, as type: Output.Type,
        options: CreateOptions = CreateOptions()
    ) async throws -> TypedPrediction<Output> {
        try await create(workflowID, input: InputValue.members(encoding: input), as: type, options: options)
    }

    /// Runs a workflow with values of several types: `["image": image, "seed": seed]`; see ``InputValueConvertible``.
    ///
    /// - Throws: As with any other input, also when the task is cancelled.
    @_disfavoredOverload
    public func run(
        _ workflowID: String, input: [String: any InputValueConvertible], options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        try await run(workflowID, input: input.mapValues(\.inputValue), options: options)
    }

    /// Runs a workflow with a struct, or whatever else is encoded as an object; see ``InputValue/init(encoding:)``.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a value that cannot be encoded so: nothing was sent. Else as with any
    ///   other input, also when the task is cancelled.
    @_disfavoredOverload
    public func run(
        _ workflowID: String, input: some Encodable & Sendable, options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        try await run(workflowID, input: InputValue.members(encoding: input), options: options)
    }

    /// Runs a workflow with values of several types, and reads its output as a type.
    ///
    /// - Throws: As with any other input, also when the task is cancelled.
    @_disfavoredOverload
    public func run<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: any InputValueConvertible], as type: Output.Type,
        options: RunOptions = RunOptions()
    ) async throws -> TypedPrediction<Output>.Succeeded {
        try await run(workflowID, input: input.mapValues(\.inputValue), as: type, options: options)
    }

    /// Runs a workflow with whatever is encoded as an object, and reads its output as a type.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a value that cannot be encoded so: nothing was sent. Else as with any
    ///   other input, also when the task is cancelled.
    @_disfavoredOverload
    public func run<Output: Decodable & Sendable>(
        _ workflowID: String, input: some Encodable & Sendable, as type: Output.Type,
        options: RunOptions = RunOptions()
    ) async throws -> TypedPrediction<Output>.Succeeded {
        try await run(workflowID, input: InputValue.members(encoding: input), as: type, options: options)
    }
}

extension SpeedPixClient {
    /// Runs a workflow with values of several types: `["image": image, "seed": seed]`; see ``InputValueConvertible``.
    ///
    /// - Throws: As with any other input, also when the task is cancelled.
    @_disfavoredOverload
    public func run(
        _ workflowID: String, input: [String: any InputValueConvertible], options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        try await predictions.run(workflowID, input: input.mapValues(\.inputValue), options: options)
    }

    /// Runs a workflow with a struct, or whatever else is encoded as an object; see ``InputValue/init(encoding:)``.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a value that cannot be encoded so: nothing was sent. Else as with any
    ///   other input, also when the task is cancelled.
    @_disfavoredOverload
    public func run(
        _ workflowID: String, input: some Encodable & Sendable, options: RunOptions = RunOptions()
    ) async throws -> Prediction {
        try await predictions.run(workflowID, input: InputValue.members(encoding: input), options: options)
    }

    /// Runs a workflow with values of several types, and reads its output as a type.
    ///
    /// - Throws: As with any other input, also when the task is cancelled.
    @_disfavoredOverload
    public func run<Output: Decodable & Sendable>(
        _ workflowID: String, input: [String: any InputValueConvertible], as type: Output.Type,
        options: RunOptions = RunOptions()
    ) async throws -> TypedPrediction<Output>.Succeeded {
        try await predictions.run(workflowID, input: input.mapValues(\.inputValue), as: type, options: options)
    }

    /// Runs a workflow with whatever is encoded as an object, and reads its output as a type.
    ///
    /// - Throws: ``SpeedPixError`` `invalid_argument` for a value that cannot be encoded so: nothing was sent. Else as with any
    ///   other input, also when the task is cancelled.
    @_disfavoredOverload
    public func run<Output: Decodable & Sendable>(
        _ workflowID: String, input: some Encodable & Sendable, as type: Output.Type,
        options: RunOptions = RunOptions()
    ) async throws -> TypedPrediction<Output>.Succeeded {
        try await predictions.run(workflowID, input: InputValue.members(encoding: input), as: type, options: options)
    }
}
