import SpeedPix

/// A prediction's create, of which programs are written in several languages.
///
/// A program signs with what its environment has: no secret stands in it, and nothing that makes a URL good. Files stand in it
/// by their names, and are uploaded anew.
struct PredictionCode: Sendable, Equatable {
    enum Language: String, Sendable, CaseIterable {
        case lua
        case python
        /// A script for bash.
        case curl
    }

    enum Value: Sendable, Equatable {
        case json(JSONValue)
        /// A file that lies where the program is run, by its name: one line without anything that steers what shows it.
        case file(String)
    }

    struct Input: Sendable, Equatable {
        let name: String
        let value: Value
    }

    struct Output: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            case text
            case data
            case file
            case files
        }

        let name: String
        let kind: Kind
    }

    /// Levels of a value that are written in the language's own way. Deeper ones are written as JSON, since parsers of programs
    /// do not go as deep as those of JSON.
    static let mostLevels = 20

    let workflow: String
    /// Nil for what the alias `main` stands for.
    let version: String?
    /// In alphabetical order.
    let inputs: [Input]
    /// What it has given, in alphabetical order; empty if it has given nothing yet.
    let outputs: [Output]
    /// The gateway that has made it, such as `http://127.0.0.1:8187`.
    let endpoint: String
    /// What a person has to know before it can be run; each is one line.
    let remarks: [String]

    /// - Parameters:
    ///   - inputs: What went in.
    ///   - outputs: What it has given.
    init(
        workflow: String, version: String?, inputs: [String: KeptInput], outputs: [String: StoredOutput],
        endpoint: String
    ) {
        self.workflow = workflow
        self.version = version
        self.endpoint = endpoint
        var files = PlacedFiles()
        var (values, remarks) = ([Input](), [String]())
        for (name, input) in inputs.sorted(by: { $0.key < $1.key }) {
            switch input {
            case .value(let value): values.append(Input(name: name, value: .json(Self.withoutSignatures(value))))
            case .stored(let key, let filename, _):
                values.append(Input(name: name, value: .file(files.name(filename, for: key.text))))
            case .embedded(_, let mimeType), .omitted(_, let mimeType?):
                let filename = KeptInput.filename(of: name, mimeType)
                values.append(Input(name: name, value: .file(files.name(filename, for: "input \(name)"))))
            case .remote(let text):
                let url = text.withoutURLSignatures(ofAnyScheme: true)
                if url != text { remarks.append("Of the URL for \(name), what gives access was left out.") }
                values.append(Input(name: name, value: .json(.string(url))))
            case .omitted(let bytes, nil):
                remarks.append("The input \(name) had \(bytes) bytes, and was not kept: put it in.")
            }
        }
        self.inputs = values
        self.outputs = outputs.sorted { $0.key < $1.key }.map { name, output in
            switch output {
            case .data(.string): Output(name: name, kind: .text)
            case .data: Output(name: name, kind: .data)
            case .file: Output(name: name, kind: .file)
            case .files: Output(name: name, kind: .files)
            }
        }
        if !files.names.isEmpty { remarks.append("It takes these files: \(files.names.joined(separator: ", ")).") }
        self.remarks = remarks.map { $0.printable() }
    }

    /// The program.
    func text(in language: Language) throws -> String {
        switch language {
        case .lua: try LuaCode(code: self).text()
        case .python: try PythonCode(code: self).text()
        case .curl: try CurlCode(code: self).text()
        }
    }

    /// A value without what makes URLs of this gateway's files good: they expire, and until then give access.
    private static func withoutSignatures(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(URLSigner.isFileURL(text) ? text.withoutQuery : text)
        case .array(let values): .array(values.map(withoutSignatures))
        case .object(let members): .object(members.mapValues(withoutSignatures))
        default: value
        }
    }
}

/// The names of the files that a program takes: each file has one, and no two have the same.
private struct PlacedFiles {
    private(set) var names: [String] = []
    private var placed: [String: String] = [:]

    /// - Parameters:
    ///   - filename: As it came, which may be anything.
    ///   - identity: The same for the same file.
    mutating func name(_ filename: String, for identity: String) -> String {
        if let name = placed[identity] { return name }
        let plain = SignUploadCall.filename(filename).printable()
        var (name, number) = (plain, 2)
        while names.contains(name) {
            name = "\(number)-\(plain)"
            number += 1
        }
        names.append(name)
        placed[identity] = name
        return name
    }
}

extension JSONValue {
    /// How many levels of arrays and objects it has; 0 for any other value.
    var levels: Int {
        switch self {
        case .array(let values): 1 + (values.map(\.levels).max() ?? 0)
        case .object(let members): 1 + (members.values.map(\.levels).max() ?? 0)
        default: 0
        }
    }
}
