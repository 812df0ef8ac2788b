/// The codes that many functions share.
extension ScriptErrorCodes {
    /// What reading a file may raise.
    static let reading = ["file_not_found", "not_allowed", "file_system"]
    /// What writing a file may raise.
    static let writing = ["not_allowed", "file_system"]
    /// What a call of the service may raise.
    static let service = ["auth", "configuration", "throttled", "network", "api_error", "invalid_response"]
}
