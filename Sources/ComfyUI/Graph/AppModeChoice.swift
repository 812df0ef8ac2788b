package import SpeedPix

/// What somebody has chosen in ComfyUI's App mode: the fields that it shows, and the nodes whose results it shows.
package struct AppModeChoice: Sendable, Hashable {
    /// In their order.
    package var inputs: [GraphField]
    /// Ids of nodes, in their order.
    package var outputs: [String]

    /// - Parameter page: The workflow as ComfyUI's page keeps it.
    /// - Returns: Nil if nothing was chosen.
    package init?(page: JSONValue) {
        guard let choice = page["extra"]?["linearData"] else { return nil }
        inputs = (choice["inputs"]?.arrayValue ?? []).compactMap { entry in
            guard let pair = entry.arrayValue, pair.count >= 2, let node = pair[0].lenientIdentifier,
                let field = pair[1].stringValue
            else { return nil }
            return GraphField(node, field)
        }
        outputs = (choice["outputs"]?.arrayValue ?? []).compactMap { entry in
            (entry.arrayValue?.first ?? entry).lenientIdentifier
        }
        if inputs.isEmpty && outputs.isEmpty { return nil }
    }
}
