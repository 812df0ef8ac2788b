import ComfyUI

// What can be published and may surprise whoever runs it.
extension PublicationPlan {
    /// The folder of a server's input folder in which ComfyUI's page keeps pictures with masks that were drawn there.
    private static let maskFolder = "clipspace"

    /// Seeds that stay the same, and masks that were drawn in ComfyUI. All are warnings.
    var remarks: [PublicationFinding] { fixedSeed + masks }

    /// A seed, if no input is one.
    private var fixedSeed: [PublicationFinding] {
        let seeds = SeedField.all(in: graph, request.definitions, for: outputs.map(\.field.node)).map(\.field)
        let published = Set(inputs.map(\.field))
        guard let first = seeds.first, published.isDisjoint(with: seeds) else { return [] }
        return [
            .warning(
                "no input is a seed: the same inputs give the same picture again, which ComfyUI takes from its cache,"
                    + " unless a create asks for new seeds; \(first) of \(graph.name(of: first.node)) is one",
                .fixedSeed, ["field": first.description, "node": graph.name(of: first.node)])
        ]
    }

    private var masks: [PublicationFinding] {
        let drawn = namedFiles.filter { $0.file.subfolder.split(separator: "/").first == Self.maskFolder[...] }
        return drawn.map { named -> PublicationFinding in
            var values = [
                "field": named.field.description, "node": graph.name(of: named.field.node), "file": named.file.filename,
            ]
            guard let input = named.input else {
                return .warning(
                    "\(named.field) is a picture with a mask that was drawn in ComfyUI: every prediction gets this"
                        + " picture with this mask", .clipspaceMask, values)
            }
            values["input"] = input
            return .warning(
                "the input \(input), \(named.field), was a picture with a mask that was drawn in ComfyUI: another picture"
                    + " has its mask only where it is transparent", .clipspaceInput, values)
        }
    }
}
