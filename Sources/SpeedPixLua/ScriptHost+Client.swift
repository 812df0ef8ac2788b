import SpeedPix

extension ScriptHost {
    /// The client, unless the script is only being asked for its parameters.
    ///
    /// - Throws: ``ParametersOnlyError`` then.
    func requireClient() throws -> SpeedPixClient {
        guard onParameters == nil else { throw ParametersOnlyError() }
        return client
    }
}
