import SpeedPix
import Spelling

/// The published workflows with their versions and aliases, and what a name of one stands for.
struct PublishedVersions: Sendable {
    /// The alias that clients name if nothing else is said.
    static let mainAlias = "main"

    /// All versions of one workflow.
    struct Line: Sendable {
        /// The highest number that was ever given, to a version that has been removed meanwhile, too.
        var lastNumber = 0
        var versions: [Int: PublishedVersion] = [:]
        /// Which version each one stands for.
        var aliases: [String: Int] = [:]

        /// The versions that new predictions may have, the oldest first.
        var offered: [PublishedVersion] {
            versions.values.filter { !$0.isRemoved }.sorted { $0.number < $1.number }
        }
    }

    private(set) var lines: [String: Line] = [:]

    /// The workflows that new predictions may have, by name.
    var ids: [String] { lines.filter { !$0.value.offered.isEmpty }.keys.sorted() }

    /// Whether there is such a workflow for new predictions.
    func has(_ id: String) -> Bool { !(lines[id]?.offered.isEmpty ?? true) }

    /// What a create means.
    ///
    /// - Parameters:
    ///   - alias: With a version beside it, the version counts, and the alias must exist.
    ///   - version: With neither, what the alias `main` stands for, else the latest version.
    /// - Throws: ``Refusal`` that names what there is.
    func version(_ id: String, alias: String?, version: String?) throws(Refusal) -> PublishedVersion {
        let line = try line(id)
        var number = line.aliases[Self.mainAlias]
        if let alias { number = try self.number(ofAlias: alias, id, line) }
        if let version { return try offered(version, id, line) }
        // An alias never stands for a version that was removed.
        if let number, let found = line.versions[number], !found.isRemoved { return found }
        guard let latest = line.offered.last else { throw notFound(id) }
        return latest
    }

    /// The version that a prediction has begun with, whether it was removed since or not.
    ///
    /// - Throws: ``Refusal`` that names what there is.
    func versionInUse(_ id: String, _ version: String) throws(Refusal) -> PublishedVersion {
        guard let line = lines[id] else { throw notFound(id) }
        guard let number = PublishedVersion.number(of: version), let found = line.versions[number] else {
            throw versionNotFound(version, id, line)
        }
        return found
    }

    /// The number of the version that is published next.
    func nextNumber(of id: String) -> Int { (lines[id]?.lastNumber ?? 0) + 1 }

    // MARK: Changes

    /// The version that an alias is to stand for.
    ///
    /// - Throws: ``Refusal`` for a name that no alias can have, and for a version that there is not.
    func checkAlias(_ alias: String, of id: String, version: String) throws(Refusal) -> Int {
        let line = try line(id)
        try Self.checkAliasName(alias)
        return try offered(version, id, line).number
    }

    /// - Throws: ``Refusal`` for a name that no alias can have.
    static func checkAliasName(_ alias: String) throws(Refusal) {
        if let problem = PublishedName.problem(with: alias) {
            throw .invalidParameter("the alias \"\(alias.prefix(100))\" \(problem)")
        }
        // It could not be told from the version.
        guard PublishedVersion.number(of: alias) == nil else {
            throw .invalidParameter("the alias \(alias) has the form of a version: choose another name")
        }
    }

    /// The versions that are to be removed.
    ///
    /// - Parameter version: Nil for all.
    /// - Throws: ``Refusal`` for one that there is not, and for one that an alias stands for.
    func checkRemoval(of id: String, version: String?) throws(Refusal) -> [Int] {
        let line = try line(id)
        guard let version else { return line.offered.map(\.number) }
        let number = try offered(version, id, line).number
        let aliases = line.aliases.filter { $0.value == number }.keys.sorted()
        // With the last version, its aliases go.
        guard aliases.isEmpty || line.offered.count == 1 else {
            throw .invalidParameter(
                "\(id) \(version) is what \(aliases.joined(separator: ", ")) stands for: let it stand for another"
                    + " version first (there are: \(Self.names(line)))")
        }
        return [number]
    }

    mutating func add(_ version: PublishedVersion, alias: String? = nil) {
        var line = lines[version.workflowID] ?? Line()
        line.lastNumber = max(line.lastNumber, version.number)
        line.versions[version.number] = version
        if let alias { line.aliases[alias] = version.number }
        lines[version.workflowID] = line
    }

    /// A number that was given, whatever has become of its version.
    mutating func note(_ id: String, lastNumber: Int) {
        var line = lines[id] ?? Line()
        line.lastNumber = max(line.lastNumber, lastNumber)
        lines[id] = line
    }

    mutating func setAlias(_ alias: String, of id: String, to number: Int) {
        lines[id]?.aliases[alias] = number
    }

    /// Keeps the versions for predictions that have begun with them, and offers them no more.
    mutating func remove(_ numbers: [Int], of id: String) {
        for number in numbers { lines[id]?.versions[number]?.isRemoved = true }
        let kept = lines[id]?.aliases.filter { !numbers.contains($0.value) }
        lines[id]?.aliases = kept ?? [:]
    }

    // MARK: Refusals

    private func line(_ id: String) throws(Refusal) -> Line {
        guard let line = lines[id], !line.offered.isEmpty else { throw notFound(id) }
        return line
    }

    private func offered(_ version: String, _ id: String, _ line: Line) throws(Refusal) -> PublishedVersion {
        guard let number = PublishedVersion.number(of: version), let found = line.versions[number], !found.isRemoved
        else { throw versionNotFound(version, id, line) }
        return found
    }

    private func number(ofAlias alias: String, _ id: String, _ line: Line) throws(Refusal) -> Int {
        guard let number = line.aliases[alias] else {
            let names = line.aliases.keys.sorted()
            let nearest = NearestName.suggestion(for: alias, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
            let there =
                names.isEmpty
                ? "it has none; its versions are: \(Self.names(line))" : "there is: \(names.joined(separator: ", "))"
            throw Refusal(
                "AliasNotFound", "the workflow \(id) has no alias \"\(alias.prefix(100))\"\(nearest) (\(there))")
        }
        return number
    }

    private func versionNotFound(_ version: String, _ id: String, _ line: Line) -> Refusal {
        let wasThere = PublishedVersion.number(of: version).map { $0 <= line.lastNumber } ?? false
        return Refusal(
            "VersionNotFound",
            "the workflow \(id) has no version \"\(version.prefix(100))\"\(wasThere ? " any more" : "")"
                + " (there is: \(Self.names(line)))")
    }

    private func notFound(_ id: String) -> Refusal {
        let nearest = NearestName.suggestion(for: id, among: ids).map { "; did you mean \"\($0)\"?" } ?? ""
        let there = ids.isEmpty ? "nothing has been published" : "published are: \(ids.joined(separator: ", "))"
        return Refusal("WorkflowNotFound", "there is no workflow \"\(id.prefix(100))\"\(nearest) (\(there))")
    }

    private static func names(_ line: Line) -> String {
        line.offered.map(\.name).joined(separator: ", ")
    }
}
