import HTTPTypes
import SpeedPix

/// The calls that run one workflow, as an OpenAPI document describes them to programs (OpenAPI Specification 3.1).
struct OpenAPIDocument: Sendable {
    /// How calls are signed.
    private static let signing = """
        Every call is signed. X-Ca-Signature is the base64 of an HMAC-SHA256 with the application secret, of these lines, joined by \
        line feeds: POST, the values of Accept, Content-MD5, Content-Type and Date, then x-ca-key:KEY, x-ca-nonce:NONCE, \
        x-ca-signature-method:HmacSHA256 and x-ca-timestamp:MILLISECONDS, then the path. Content-MD5 is the base64 of the body's \
        MD5, a nonce is used once, and X-Ca-Signature-Headers is x-ca-timestamp,x-ca-key,x-ca-nonce,x-ca-signature-method.
        """

    let workflow: any Workflow
    /// As clients name it.
    let version: String
    /// An alias that stands for the version; nil for none, and for a document of just this version.
    let alias: String?
    /// Scheme, host and port of the gateway.
    let origin: String

    var json: JSONValue {
        var paths: [String: JSONValue] = [:]
        add(.create, "Begins a prediction.", body: creation, data: Self.created, to: &paths)
        add(.progress, "How far a prediction is.", body: Self.task, data: Self.progress, to: &paths)
        add(.result, "What a prediction gave.", body: Self.task, data: result, to: &paths)
        add(.cancel, "Ends a prediction.", body: Self.task, data: Self.canceled, to: &paths)
        if workflow.inputs.contains(where: { $0.kind == .file }) {
            add(.signUpload, "Where a file for an input is put.", body: Self.upload, data: Self.uploaded, to: &paths)
        }
        let info: JSONValue = [
            "title": .string(workflow.title), "version": .string(version), "summary": .string(workflow.id),
            "description": .string("\(workflow.summary)\n\n\(Self.signing)"),
        ]
        let components: JSONValue = [
            "securitySchemes": .object(Self.securitySchemes),
            "schemas": ["Inputs": inputs, "Outputs": outputs, "File": Self.file],
        ]
        return [
            "openapi": "3.1.0", "info": info, "servers": [["url": .string(origin)]], "paths": .object(paths),
            "security": [["key": [], "nonce": [], "timestamp": [], "signature": []]], "components": components,
        ]
    }

    private static let securitySchemes: [String: JSONValue] = {
        let names: [(String, HTTPField.Name)] = [
            ("key", .caKey), ("nonce", .caNonce), ("timestamp", .caTimestamp), ("signature", .caSignature),
        ]
        return Dictionary(
            uniqueKeysWithValues: names.map { name, field -> (String, JSONValue) in
                (name, ["type": "apiKey", "in": "header", "name": .string(field.rawName)])
            })
    }()

    /// - Parameter data: The schema of the envelope's `data`.
    private func add(
        _ route: Route, _ summary: String, body: JSONValue, data: JSONValue, to paths: inout [String: JSONValue]
    ) {
        let envelope: JSONValue = Self.object(
            [
                "status": ["type": "integer", "description": .string("\(Envelope.success) for a success.")],
                "errCode": ["type": ["string", "null"]], "errMessage": ["type": ["string", "null"]],
                "data": ["anyOf": [data, ["type": "null"]]],
            ], required: ["status", "errCode", "errMessage", "data"])
        let operation: JSONValue = [
            "operationId": .string(route.operation.rawValue), "summary": .string(summary),
            "requestBody": ["required": true, "content": Self.content(body)],
            "responses": [
                "200": ["description": "The answer, or why there is none.", "content": Self.content(envelope)]
            ],
        ]
        paths[route.rawValue] = ["post": operation]
    }

    private static func content(_ schema: JSONValue) -> JSONValue { ["application/json": ["schema": schema]] }

    private static func object(_ properties: [String: JSONValue], required: [String] = []) -> JSONValue {
        [
            "type": "object", "properties": .object(properties),
            "required": .array(required.map { .string($0) }),
        ]
    }

    private static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    // MARK: The calls

    private var creation: JSONValue {
        let name = alias == nil ? "version_id" : "alias_id"
        let properties: [String: JSONValue] = [
            "workflow_id": ["const": .string(workflow.id)], name: ["const": .string(alias ?? version)],
            "inputs": Self.reference("Inputs"),
            "randomise_seeds": [
                "type": "boolean", "default": false, "description": "Whether seeds that are not given are drawn anew.",
            ],
        ]
        return Self.object(properties, required: ["workflow_id", name, "inputs"])
    }

    private static let text: JSONValue = ["type": "string"]
    private static let number: JSONValue = ["type": "number"]
    private static let task = object(["taskId": text], required: ["taskId"])
    private static let created = object([
        "taskId": text, "status": text,
        "estimatedDurationInSeconds": number,
    ])
    private static let canceled = object(["taskId": text, "status": text])
    private static let progress = object([
        "taskId": text, "status": ["enum": ["waiting", "running", "succeeded", "failed"]],
        "progress": ["type": "number", "minimum": 0, "maximum": 1],
        "etaRelative": ["type": "number", "description": "Seconds until it ends, about."],
        "message": ["type": ["string", "null"]], "currentImage": ["type": ["string", "null"]],
    ])
    private static let upload = object([
        "contentType": ["type": "string", "description": "The media type."], "originalFilename": text,
    ])
    private static let uploaded = object([
        "uploadUrl": ["type": "string", "description": "PUT the bytes there, with the same Content-Type."],
        "accessUrl": ["type": "string", "description": "What an input is given."],
    ])

    private var result: JSONValue {
        Self.object([
            "taskId": Self.text, "status": ["enum": ["waiting", "running", "succeeded", "failed"]],
            "result": ["anyOf": [Self.reference("Outputs"), ["type": "null"]]],
            "message": ["type": ["string", "null"]],
        ])
    }

    private static let file: JSONValue = object(
        [
            "url": ["type": "string", "format": "uri", "description": "Where its bytes are, for an hour."],
            "filename": text, "mime_type": text, "size": ["type": "integer"], "width": ["type": "integer"],
            "height": ["type": "integer"],
        ], required: ["url"])

    // MARK: The workflow

    private var inputs: JSONValue {
        let properties = workflow.inputs.map { ($0.name, Self.schema(of: $0)) }
        var members =
            Self.object(
                Dictionary(properties, uniquingKeysWith: { $1 }),
                required: workflow.inputs.filter(\.isRequired).map(\.name)
            )
            .objectValue ?? [:]
        members["additionalProperties"] = false
        return .object(members)
    }

    private static func schema(of input: WorkflowInput) -> JSONValue {
        let told = WorkflowJSON.json(input)
        var schema: [String: JSONValue] = [:]
        switch input.kind {
        case .string:
            schema["type"] = "string"
            schema["minLength"] = told["minimum"]
            schema["maxLength"] = told["maximum"]
        case .integer, .number:
            schema["type"] = .string(input.kind.rawValue)
            schema["minimum"] = told["minimum"]
            schema["maximum"] = told["maximum"]
        case .boolean: schema["type"] = "boolean"
        case .choice: schema["enum"] = told["choices"]
        case .file:
            schema["type"] = "string"
            schema["format"] = "uri"
        case .any: break
        }
        schema["default"] = told["default"]
        let file = "the accessUrl of an upload, the URL of a result, or a data: URI"
        let words = [input.help, input.kind == .file ? file : ""].filter { !$0.isEmpty }
        if !words.isEmpty { schema["description"] = .string(words.joined(separator: ": ")) }
        return .object(schema)
    }

    /// What it is known to give. A workflow that declares nothing may give something all the same.
    private var outputs: JSONValue {
        let properties = workflow.declaredOutputs.map { ($0.name, Self.schema(of: $0)) }
        return Self.object(Dictionary(properties, uniquingKeysWith: { $1 }))
    }

    private static func schema(of output: DeclaredOutput) -> JSONValue {
        let one: JSONValue =
            switch output.kind {
            case .file: reference("File")
            case .string, .integer, .number, .boolean: ["type": .string(output.kind.rawValue)]
            case .any: [:]
            }
        let several: JSONValue = ["type": "array", "items": one]
        if output.isAlwaysArray { return several }
        // Several files are an array, where nothing else was said.
        return output.kind == .file ? ["anyOf": [one, several]] : one
    }
}
