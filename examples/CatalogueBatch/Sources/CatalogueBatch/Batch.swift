import SpeedPix

/// What is to be made.
struct Product: Sendable, Hashable {
    var name: String
    var prompt: String
}

/// Makes the pictures of many products.
struct Batch: Sendable {
    /// One that could not be made.
    struct Failure: Sendable, CustomStringConvertible {
        let product: Product
        let error: SpeedPixError

        var description: String { error.description }
    }

    /// At a time. The service decides how many of them it computes at once.
    private static let width = 16

    let client: SpeedPixClient
    /// Where the pictures go, each under the name of its product.
    let folder: String

    /// Makes them all; one that fails does not end the others.
    ///
    /// - Parameter report: Is told of each failure as it happens.
    /// - Returns: The failures, in the order of the products.
    /// - Throws: `CancellationError` if the task is cancelled: nothing more is created, and what was created goes on at the
    ///   service, and is found again by the next run.
    func run(_ products: [Product], report: (Failure) -> Void = { _ in }) async throws -> [Failure] {
        try await withThrowingTaskGroup(of: (Int, Failure?).self) { group in
            var failures: [Int: Failure] = [:]
            func finish(_ number: Int, _ failure: Failure?) {
                failures[number] = failure
                if let failure { report(failure) }
            }
            for (number, product) in products.enumerated() {
                if number >= Self.width, let (number, failure) = try await group.next() { finish(number, failure) }
                group.addTask { (number, try await make(product)) }
            }
            for try await (number, failure) in group { finish(number, failure) }
            return failures.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func make(_ product: Product) async throws -> Failure? {
        do {
            var options = RunOptions()
            // Twice the same prompt is two pictures, each with a name of its own.
            options.create.position = CreatePosition(rawValue: "product \(product.name)")
            let done = try await client.run(
                "text-to-image", input: ["prompt": .string(product.prompt)], as: Output.self, options: options)
            try await done.images.save(to: "\(folder)/\(product.name).png")
            return nil
        } catch let error as SpeedPixError {
            return Failure(product: product, error: error)
        }
    }

    private struct Output: Decodable, Sendable {
        var images: ImageFile
    }
}
