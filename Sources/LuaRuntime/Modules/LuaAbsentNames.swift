/// What to use instead of names that scripts may expect and that are not there.
package struct LuaAbsentNames: Sendable {
    /// The text behind an error about the name: of a global, or `library.field`.
    package let advice: [String: String]
    /// The modules that ``advice`` has fields of.
    let libraries: [String]

    package init(_ advice: [String: String]) {
        self.advice = advice
        libraries = Set(advice.keys.compactMap { path in path.split(separator: ".").dropLast().first.map(String.init) })
            .sorted()
    }
}
