import SpeedPix
import Spelling

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Checks a create's inputs against what the workflow declares, so that a mistake is answered at once and not by a
/// failed run.
struct InputPreparation: Sendable {
    let store: ObjectStore
    let urls: URLSigner
    /// Which URLs of elsewhere are fetched when the prediction runs; nil for none.
    let fetching: FetchPolicy?

    /// - Parameter now: The date by which URLs may have expired.
    /// - Throws: ``Refusal`` that names the input and what it should be.
    func prepare(
        _ given: [String: JSONValue], for workflow: any Workflow, now: Date
    ) async throws -> [String: PreparedInput] {
        try Self.checkNames(given, of: workflow)
        var prepared: [String: PreparedInput] = [:]
        for input in workflow.inputs {
            guard let value = try Self.value(of: input, in: given, of: workflow) else { continue }
            prepared[input.name] = try await prepare(value, as: input, now: now)
        }
        return prepared
    }

    /// - Throws: ``Refusal`` for a name that the workflow does not declare.
    static func checkNames(_ given: [String: JSONValue], of workflow: any Workflow) throws(Refusal) {
        let declared = workflow.inputs.map(\.name)
        for name in given.keys.sorted() where !declared.contains(name) {
            let nearest = NearestName.suggestion(for: name, among: declared).map { "; did you mean \"\($0)\"?" } ?? ""
            throw .invalidParameter(
                "the workflow \(workflow.id) has no input \"\(name.prefix(100))\"\(nearest)"
                    + " (it has: \(declared.joined(separator: ", ")))")
        }
    }

    /// What counts for an input: what was given, else its default; nil if there is neither.
    ///
    /// - Throws: ``Refusal`` for one that is required and was not given.
    static func value(
        of input: WorkflowInput, in given: [String: JSONValue], of workflow: any Workflow
    ) throws(Refusal) -> JSONValue? {
        // A null is how JSON says that a value was not given, unless null itself is fine.
        let isGiven = input.kind == .any ? given[input.name] != nil : given[input.name] ?? .null != .null
        if let value = isGiven ? given[input.name] : input.defaultValue { return value }
        guard !input.isRequired else {
            throw .invalidParameter(
                "the input \"\(input.name)\" of \(workflow.id) is required"
                    + (input.help.isEmpty ? "" : " (\(input.help))"))
        }
        return nil
    }

    private func prepare(_ value: JSONValue, as input: WorkflowInput, now: Date) async throws -> PreparedInput {
        switch (input.kind, value) {
        case (.any, _):
            return .value(.any(value))
        case (.string, .string(let text)):
            try Self.checkRange(Double(text.unicodeScalars.count), input, unit: " characters")
            return .value(.string(text))
        case (.boolean, .bool(let flag)):
            return .value(.boolean(flag))
        case (.boolean, .string(let text)) where ["true", "false"].contains(text.lowercased()):
            // As texts, both count as true in ComfyUI.
            return .value(.boolean(text.lowercased() == "true"))
        case (.integer, .integer), (.integer, .double):
            // JavaScript and Lua write whole numbers as floats at times.
            guard let number = value.lenientInteger else { throw Self.wrongType(value, input) }
            try Self.checkRange(Int128(number), input)
            return .value(.integer(number))
        case (.integer, .unsigned(let number)):
            try Self.checkRange(Int128(number), input)
            return .value(.unsigned(number))
        case (.number, .integer), (.number, .unsigned), (.number, .double):
            guard let number = value.lenientDouble else { throw Self.wrongType(value, input) }
            try Self.checkRange(number, input)
            return .value(.number(number))
        case (.choice, .string), (.choice, .integer), (.choice, .unsigned), (.choice, .double), (.choice, .bool):
            guard let choice = WorkflowInput.choice(value, among: input.choices),
                let scalar = WorkflowInputValue(scalar: choice)
            else { throw Self.notAChoice(value, input) }
            return .value(scalar)
        case (.file, _):
            return try await file(value, input, now: now)
        default:
            throw Self.wrongType(value, input)
        }
    }

    private func file(_ value: JSONValue, _ input: WorkflowInput, now: Date) async throws -> PreparedInput {
        // An output's file object can be chained into the next step as it is.
        guard let text = value.stringValue ?? value["url"]?.stringValue else { throw Self.wrongType(value, input) }
        let label = "the input \"\(input.name)\""
        if text.lowercased().hasPrefix("data:") {
            do {
                return .embedded(try EmbeddedFile(text))
            } catch {
                throw Refusal.invalidParameter("\(label) \(error.message)")
            }
        }
        guard URLSigner.isFileURL(text) else {
            if let type = EmbeddedFile.bareType(text) {
                throw Refusal.invalidParameter(
                    "\(label) is base64 without a data: URI's beginning: send \"data:\(type);base64,\(text.prefix(12))…\""
                )
            }
            if let fetching, text.contains("://") {
                do throws(FetchRefusal) {
                    let target = try FetchTarget(text)
                    try fetching.check(target)
                    return .remote(target)
                } catch {
                    throw Refusal.invalidParameter("\(label) \(error.message)")
                }
            }
            throw Refusal.invalidParameter(
                text.contains("://")
                    ? "\(label) is \"\(text.prefix(200))\"; only this gateway's own URLs and data: URIs can be read"
                        + " offline: upload the file and give its accessUrl"
                    : "\(label) is \"\(text.prefix(200))\", which is not a URL; a file of yours needs a path such as"
                        + " \"./\(text.prefix(200))\"")
        }
        let grant: FileGrant
        do {
            grant = try urls.grant(in: text, now: now)
        } catch .expired {
            throw Refusal.invalidParameter("\(label) is a URL that has expired: upload the file again")
        } catch {
            throw Refusal.invalidParameter("\(label) is a URL that this gateway has not signed: upload the file to it")
        }
        guard grant.purpose == .read else {
            throw Refusal.invalidParameter("\(label) is an uploadUrl; give the accessUrl that came with it")
        }
        guard try await store.facts(of: grant.key) != nil else {
            throw Refusal.invalidParameter("\(label) is a file that is not there: its upload was not finished")
        }
        return .value(
            .file(
                WorkflowInputFile(
                    path: store.path(of: grant.key).string, filename: grant.filename, mimeType: grant.contentType)))
    }

    private static func checkRange(_ number: Int128, _ input: WorkflowInput) throws(Refusal) {
        guard let range = input.wholeRange else {
            return try checkRange(Double(number), input, shown: String(number))
        }
        guard !range.contains(number) else { return }
        let bounds =
            if range.lowerBound == .min {
                "at most \(range.upperBound)"
            } else if range.upperBound == .max {
                "at least \(range.lowerBound)"
            } else {
                "\(range.lowerBound) to \(range.upperBound)"
            }
        throw .invalidParameter("the input \"\(input.name)\" must be \(bounds), not \(number)")
    }

    private static func checkRange(
        _ number: Double, _ input: WorkflowInput, unit: String = "", shown: String? = nil
    ) throws(Refusal) {
        let isLow = input.minimum.map { number < $0 } ?? false
        let isHigh = input.maximum.map { number > $0 } ?? false
        guard isLow || isHigh else { return }
        let bounds: String
        switch (input.minimum, input.maximum) {
        case (let low?, let high?): bounds = "\(plain(low)) to \(plain(high))"
        case (let low?, nil): bounds = "at least \(plain(low))"
        default: bounds = "at most \(input.maximum.map(plain) ?? "")"
        }
        throw .invalidParameter("the input \"\(input.name)\" must be \(bounds)\(unit), not \(shown ?? plain(number))")
    }

    private static func plain(_ number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? String(number)
    }

    private static func wrongType(_ value: JSONValue, _ input: WorkflowInput) -> Refusal {
        let expected =
            switch input.kind {
            case .string: "a string"
            case .integer: "a whole number"
            case .number: "a number"
            case .boolean: "true or false"
            case .choice: "one of its choices"
            case .file: "a file's URL or a data: URI"
            case .any: "any value"
            }
        return .invalidParameter("the input \"\(input.name)\" must be \(expected), not \(value.kindDescription)")
    }

    private static func notAChoice(_ value: JSONValue, _ input: WorkflowInput) -> Refusal {
        let choices = input.choices.map(\.scalarText)
        let given = value.scalarText
        let remedy: String
        if let nearest = NearestName.suggestion(for: given, among: choices) {
            remedy = "; did you mean \"\(nearest.printable())\"?"
        } else if choices.isEmpty {
            remedy = "; there is none on any server"
        } else {
            let shown = choices.prefix(24).joined(separator: ", ").printable()
            remedy = " (there are: \(shown)\(choices.count > 24 ? ", and \(choices.count - 24) more" : ""))"
        }
        return .invalidParameter(
            "the input \"\(input.name)\" must be one of its choices, not \"\(given.prefix(200))\"\(remedy)")
    }
}

extension JSONValue {
    /// A text, number or flag as a person would write it; of anything else, what kind of value it is.
    var scalarText: String {
        if case .bool(let flag) = self { return flag ? "true" : "false" }
        if case .string(let text) = self { return text }
        return lenientString ?? kindDescription
    }

    /// What kind of value it is, in words for a message.
    var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .unsigned: "a whole number"
        case .double(let number) where number.rounded() == number: "a float, whose last digits may be lost"
        case .double: "a fraction"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// About how many bytes it takes in memory.
    var footprint: Int {
        switch self {
        case .null, .bool, .integer, .unsigned, .double: 16
        case .string(let text): 16 + text.utf8.count
        case .array(let values): values.reduce(32) { $0 + $1.footprint }
        case .object(let members): members.reduce(64) { $0 + 32 + $1.key.utf8.count + $1.value.footprint }
        }
    }
}
