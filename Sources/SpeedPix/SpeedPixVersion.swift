/// The version of the package.
public enum SpeedPixVersion {
    /// Semantic version; part of the user agent, of `--version` and of what scripts see as `speedpix.version`.
    public static let current = "0.2.0"
}
