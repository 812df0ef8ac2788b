import SpeedPix

/// A message of a row's log. Its facts are appended all or none, in their order.
package struct RowLogEntry: Sendable, Equatable {
    /// Random, another one for each entry: by it a writer knows its own entry again after an append without an answer.
    package var token: String
    /// The take that its writer had when it was written; nil for one who has not taken the row.
    package var take: String?
    /// By the writer's clock, in seconds since 1970. For people only: nothing is decided by it.
    package var time: Double
    package var facts: [RowLogFact]

    package init(token: String, take: String? = nil, time: Double, facts: [RowLogFact]) {
        self.token = token
        self.take = take
        self.time = time
        self.facts = facts
    }
}

/// An entry with its number: 1 for the first of its row.
package struct NumberedEntry: Sendable, Equatable {
    package var number: Int
    package var payload: [UInt8]

    package init(number: Int, payload: [UInt8]) {
        self.number = number
        self.payload = payload
    }
}

extension RowLogEntry {
    /// As it is appended.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed` for a number that JSON cannot say.
    package func encoded() throws -> [UInt8] {
        var members: [String: JSONValue] = [
            "token": .string(token), "time": .double(time), "facts": .array(facts.map(\.json)),
        ]
        members["take"] = take.map { .string($0) }
        do {
            return try JSONValue.object(members).encoded()
        } catch {
            throw SpeedPixError(
                .journalFailed, "the row's log cannot say a number that is no number (NaN or infinity)", cause: error)
        }
    }

    /// - Throws: ``SpeedPixError`` `row_log_unreadable` for what is no entry, or has facts that this version does not know.
    package init(_ numbered: NumberedEntry) throws {
        guard let json = try? JSONValue(parsing: numbered.payload), let token = json["token"]?.stringValue,
            let facts = json["facts"]?.arrayValue
        else { throw Self.unreadable(numbered.number) }
        self.init(
            token: token, take: json["take"]?.stringValue, time: json["time"]?.lenientDouble ?? 0,
            facts: try facts.map { fact in
                guard let fact = RowLogFact(fact) else { throw Self.unreadable(numbered.number) }
                return fact
            })
    }

    private static func unreadable(_ number: Int) -> SpeedPixError {
        SpeedPixError(
            .rowLogUnreadable, "entry \(number) of the row's log cannot be read",
            remedy: "do the row with the version of speedpix that has begun the batch")
    }
}
