import SpeedPix

/// A node as messages name it: by its id, its class and its title.
struct NodeName: Sendable, Hashable, CustomStringConvertible {
    let id: String
    let className: String?
    let title: String?

    /// - Parameters:
    ///   - prompt: The prompt in API format, which has classes and titles; null if it is not known.
    ///   - className: The class, where the server said it.
    ///   - title: The title, where the server said it.
    init(id: String, prompt: JSONValue, className: String?, title: String? = nil) {
        let node = prompt[id]
        self.id = id.excerpt()
        self.className = (className ?? node?["class_type"]?.stringValue)?.excerpt()
        let title = title ?? node?["_meta"]?["title"]?.stringValue
        self.title = title.flatMap { $0.isEmpty ? nil : $0.excerpt() }
    }

    /// `node 3 (KSampler, “Second pass”)`; a title that says no more than the class is left out.
    var description: String {
        let extra = [className, title == className ? nil : title.map { "“\($0)”" }].compactMap(\.self)
        return "node \(id)" + (extra.isEmpty ? "" : " (\(extra.joined(separator: ", ")))")
    }
}
