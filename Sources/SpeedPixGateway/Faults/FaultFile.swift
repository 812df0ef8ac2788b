import SpeedPix
import Spelling

/// Why a file of faults cannot be used: which rule, what is wrong, and what would be right.
package struct FaultFileError: Error, Sendable, Equatable, CustomStringConvertible {
    package let message: String

    init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}

/// Reads the JSON that `speedpix serve --faults` takes: `{"rules": [{"call": "create", "fault": "reset_after"}]}`.
package enum FaultFile {
    /// - Throws: ``FaultFileError`` for anything that is not understood, so that no test passes because its fault was
    ///   misspelt.
    package static func rules(_ bytes: [UInt8]) throws(FaultFileError) -> [FaultRule] {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw FaultFileError("this is not JSON")
        }
        guard case .object(let members) = json else {
            throw FaultFileError("a file of faults is an object, {\"rules\": […]}, not \(json.kindDescription)")
        }
        var file = FaultOptions(members, subject: "the file", noun: "key")
        file.skip("comment")
        guard let rules = try file.value("rules") else { throw file.missing("rules") }
        try file.end()
        guard case .array(let values) = rules else {
            throw FaultFileError("\"rules\" must be an array, not \(rules.kindDescription)")
        }
        var result: [FaultRule] = []
        for (index, value) in values.enumerated() {
            guard case .object(let members) = value else {
                throw FaultFileError("rule \(index + 1) must be an object, not \(value.kindDescription)")
            }
            result.append(try rule(members, subject: "rule \(index + 1)"))
        }
        return result
    }

    private static func rule(
        _ members: [String: JSONValue], subject: String
    ) throws(FaultFileError) -> FaultRule {
        var options = FaultOptions(members, subject: subject, noun: "key")
        options.skip("comment")
        let targets = try targets(&options)
        let after = try options.integer("after", in: 0...Int.max) ?? 0
        let times = try options.integer("times", in: 1...Int.max)
        let probability = try options.number("probability", in: 0...1)
        let seed = try options.integer("seed", in: 0...Int.max)
        guard seed == nil || probability != nil else {
            throw FaultFileError("\(subject): a \"seed\" needs a \"probability\"")
        }
        let fault = try FaultParser.fault(&options)
        if let targets, let odd = targets.subtracting(fault.applicableTargets).map(\.rawValue).min() {
            let fitting = fault.applicableTargets.map(\.rawValue).sorted().joined(separator: ", ")
            throw FaultFileError("\(subject): \(fault.name) means nothing for \(odd); it is for \(fitting)")
        }
        return FaultRule(
            fault, on: targets, after: after, times: times, probability: probability ?? 1, seed: UInt64(seed ?? 0))
    }

    /// - Returns: Nil for `any`.
    private static func targets(_ options: inout FaultOptions) throws(FaultFileError) -> Set<ClientOperation>? {
        let value = try options.value("call")
        let names: [JSONValue]
        switch value {
        case nil:
            throw options.missing("call", ": the call that it strikes, or \"any\"")
        case .array(let values)? where !values.isEmpty: names = values
        case let value?: names = [value]
        }
        var targets: Set<ClientOperation> = []
        for name in names {
            guard let text = name.stringValue else {
                throw FaultFileError(
                    "\(options.subject): \"call\" must be a name or an array of names, not \(name.kindDescription)")
            }
            if text == "any" { return nil }
            guard let target = ClientOperation.faultTargets.first(where: { $0.rawValue == text }) else {
                let known = ClientOperation.faultTargets.map(\.rawValue) + ["any"]
                throw FaultFileError(
                    "\(options.subject): there is no call \"\(text)\""
                        + (NearestName.hint(for: text, among: known).map { "; \($0)" } ?? ""))
            }
            targets.insert(target)
        }
        return targets
    }
}
