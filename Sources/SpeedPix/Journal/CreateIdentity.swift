import Crypto

/// What is created: the same for two creates that would be paid for twice.
///
/// It is made of the workflow, its alias or version, `randomise_seeds`, `return_temp_files`, and the inputs as they are sent;
/// not of the label, the computing resource or how files travel. A file on this machine, and an upload, stand for their
/// content; a file of an output for the prediction and its place in it, since its URL is another one each time.
public struct CreateIdentity: Sendable, Hashable, Codable {
    /// The SHA-256 of all of it, in lower-case hexadecimal.
    public let digest: String
    /// The SHA-256 of each input, by its name: they say what differs.
    public let inputs: [String: String]

    /// An identity that a journal has kept.
    public init(digest: String, inputs: [String: String]) {
        self.digest = digest
        self.inputs = inputs
    }

    /// - Parameter inputs: With files replaced by what they stand for.
    /// - Throws: `EncodingError` for a number that JSON does not have.
    init(workflowID: String, options: CreateOptions, inputs: [String: JSONValue]) throws {
        self.inputs = try inputs.mapValues { SHA256.hash(data: try $0.encoded()).hexadecimal }
        var whole = options.body
        whole["workflow_id"] = .string(workflowID)
        whole["inputs"] = .object(self.inputs.mapValues { .string($0) })
        digest = SHA256.hash(data: try JSONValue.object(whole).encoded()).hexadecimal
    }

    /// The names of inputs that are others there, are missing there, or are only there; sorted.
    public func differences(from other: CreateIdentity) -> [String] {
        Set(inputs.keys).union(other.inputs.keys).filter { inputs[$0] != other.inputs[$0] }.sorted()
    }
}
