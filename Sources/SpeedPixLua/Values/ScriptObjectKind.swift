package import LuaRuntime

/// What an object of a script is, for code that shows it.
package enum ScriptObjectKind: Sendable {
    /// A file of a result.
    case outputFile
    /// A file that was uploaded.
    case uploadedFile
    case prediction
    case other

    package init(_ object: any LuaObject) {
        switch object {
        case is OutputFileObject: self = .outputFile
        case is FileObject: self = .uploadedFile
        case is PredictionObject: self = .prediction
        default: self = .other
        }
    }
}
