import SpeedPix

extension CommandContext {
    /// A line on standard output.
    func print(_ line: String) throws {
        try writeOutput(Array((line + "\n").utf8))
    }

    /// One JSON value in one line on standard output.
    func print(_ value: JSONValue) throws {
        try writeOutput(value.encoded() + [UInt8(ascii: "\n")])
    }

    /// A client on this context's clock.
    func client(_ configuration: SpeedPixClient.Configuration, middleware: [any ClientMiddleware] = [])
        -> SpeedPixClient
    {
        SpeedPixClient(configuration, dependencies: ClientDependencies(self), middleware: middleware)
    }
}

extension CommandFailure {
    /// An error of the SDK as the end of a command, with the id of what it is about.
    init(_ error: SpeedPixError) {
        var message = "\(error.code): \(ErrorText.describe(error))"
        if let id = error.prediction?.id, !id.isEmpty { message += "\nprediction: \(id.printable())" }
        self.init(ExitStatus(error.code), message)
    }
}
