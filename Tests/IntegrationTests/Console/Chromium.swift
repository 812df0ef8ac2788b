import Foundation

/// The browser of this machine that tests look at pages in.
enum Chromium {
    /// The path of its program; nil without one.
    static let path: String? = [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ].first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Whether tests that need it run: where there is one, and where `scripts/install-dependencies test` would have installed it, so
    /// that one that is missing there is a failure.
    static let isExpected = path != nil || isInstalledByScript

    /// On macOS a person installs it; Ubuntu has it only as a snap.
    private static let isInstalledByScript: Bool = {
        let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? "ID=ubuntu"
        return !release.split(separator: "\n").contains("ID=ubuntu")
            && FileManager.default.fileExists(atPath: "/etc/debian_version")
    }()
}
