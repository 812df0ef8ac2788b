extension Files {
    /// Fetches a file of an output, with a new URL if its own is no good any more: it has expired, or comes from a journal, which
    /// keeps nothing that gives access.
    ///
    /// Only of predictions whose journal looks for attempts before: no others are remembered by their URLs.
    ///
    /// - Throws: What `fetch` throws; ``SpeedPixError`` of the call that asks for the new URL.
    func renewing<Result>(_ url: String, _ fetch: (String) async throws -> Result) async throws -> Result {
        guard let place = caller.state.outputs.place(of: url) else { return try await fetch(url) }
        // A URL that nothing signs gives access to nothing; asking costs a call, but no second try.
        guard url.contains("?") else { return try await fetch(freshURL(of: place) ?? url) }
        do {
            return try await fetch(url)
        } catch let error as SpeedPixError where [403, 404, 410].contains(error.httpStatus) {
            guard let fresh = try await freshURL(of: place), fresh != url else { throw error }
            return try await fetch(fresh)
        }
    }

    /// The file's URL as the service gives it now; nil if it has no such file any more.
    func freshURL(of place: OutputPlaces.Place) async throws -> String? {
        let predictions = Predictions(caller: caller, files: self)
        let files = try await predictions.reload(Prediction(id: place.predictionID)).files
        return place.number < files.count ? files[place.number].url : nil
    }
}
