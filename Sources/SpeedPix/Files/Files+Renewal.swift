import SystemPackage

extension Files {
    /// Fetches a file of an output, with a new URL if its own is no good any more: it has expired, or comes from a journal, which
    /// keeps nothing that gives access.
    ///
    /// Only of predictions whose journal looks for attempts before: no others are remembered by their URLs.
    ///
    /// - Throws: What `fetch` throws; ``SpeedPixError`` of the call that asks for the new URL: `output_expired` if the service
    ///   has the file no more.
    func renewing<Result>(_ url: String, _ fetch: (String) async throws -> Result) async throws -> Result {
        guard let output = caller.outputs.id(of: url) else { return try await fetch(url) }
        // A URL that nothing signs gives access to nothing; asking costs a call, but no second try.
        guard url.contains("?") else { return try await fetch(freshURL(of: output, otherThan: url)) }
        do {
            return try await fetch(url)
        } catch let error as SpeedPixError where [403, 404, 410].contains(error.httpStatus) {
            let fresh = try await freshURL(of: output, otherThan: url)
            guard fresh != url else { throw error }
            return try await fetch(fresh)
        }
    }

    /// The URL of an output's file, with access to it: a journal keeps URLs without what signs them, and then the service is
    /// asked for a new one.
    ///
    /// - Throws: ``SpeedPixError``: `output_expired` if the service has the file no more; of the call otherwise.
    ///   `CancellationError`.
    public func currentURL(of file: FileOutput) async throws -> String {
        guard !file.url.contains("?"), let output = caller.outputs.id(of: file.url) else { return file.url }
        return try await freshURL(of: output, otherThan: file.url)
    }

    /// A URL of the file that gives access to it now.
    ///
    /// - Throws: ``SpeedPixError`` `output_expired` if the service has no such file any more.
    private func freshURL(of output: OutputFileID, otherThan url: String) async throws -> String {
        let (state, now) = (caller.outputs, caller.dependencies.now())
        if let recent = state.recentURL(of: output, otherThan: url, now: now) { return recent }
        let prediction: Prediction
        do {
            // Notes the URLs of all its files.
            prediction = try await Predictions(caller: caller, files: self)
                .reload(Prediction(id: output.predictionID))
        } catch let error as SpeedPixError where error.isFinal(sinceCreate: nil) && error.code == .apiError {
            throw Self.expired(output, error)
        }
        guard output.number < prediction.files.count else { throw Self.expired(output, nil) }
        return prediction.files[output.number].url
    }

    private static func expired(_ output: OutputFileID, _ cause: SpeedPixError?) -> SpeedPixError {
        SpeedPixError(
            .outputExpired,
            "the service no longer has the output of \(output.predictionID)"
                + (cause.map { ": \($0.message)" } ?? ""),
            remedy: "make it anew: speedpix run … --resume --again LABEL",
            prediction: Prediction(id: output.predictionID), cause: cause)
    }

    /// A URL for an input: the service's own, or that of a copy which was saved here and is uploaded.
    ///
    /// - Throws: ``SpeedPixError`` `output_expired` if there is neither.
    func url(of output: OutputFileID) async throws -> String {
        do {
            return try await freshURL(of: output, otherThan: "")
        } catch let error as SpeedPixError where error.code == .outputExpired {
            for saved in try await caller.dependencies.journal.savedFiles(output).reversed()
            where await isUnchanged(saved, at: FilePath(saved.path)) {
                return try await upload(.path(saved.path)).url
            }
            throw error
        }
    }
}
