/// The version of the package.
public enum SpeedPixVersion {
    public static let current = "0.1.0"
}
