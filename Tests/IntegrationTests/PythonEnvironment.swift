import Foundation
import Testing

/// A virtual environment with what tests want of Python.
enum PythonEnvironment {
    /// The official client and what it needs, at the versions that its protocol facts were read from; a validator; what drives a
    /// browser, and what judges its pages.
    private static let packages = [
        "speedpix==1.0.4", "dataclass-wizard==0.35.0", "httpx==0.28.1", "jsonschema==4.25.1",
        "playwright==1.65.2", "axe-playwright-python==0.1.8",
    ]

    /// Made once, whoever asks first.
    private static let made = Result { try make() }

    /// The path of its interpreter.
    static func python() throws -> String { try made.get() }

    /// Makes it, or finds the one that an earlier run made.
    private static func make() throws -> String {
        let environment = "\(TestFolder.repository)/.venv"
        let python = "\(environment)/bin/python"
        let mark = "\(environment)/installed"
        let wanted = packages.joined(separator: " ")
        if (try? String(contentsOfFile: mark, encoding: .utf8)) == wanted { return python }
        for (program, arguments) in [
            ("/usr/bin/env", ["python3", "-m", "venv", "--clear", environment]),
            (python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + packages),
        ] {
            // pip has its settings and its cache there.
            let home = ProcessInfo.processInfo.environment.filter { $0.key == "HOME" }
            let end = try Subprocess(program, arguments, folder: TestFolder.repository, environment: home).finish()
            try #require(end.status == 0, "\(end.output)")
        }
        try Data(wanted.utf8).write(to: URL(filePath: mark))
        return python
    }
}
