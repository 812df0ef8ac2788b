package import SpeedPix

/// What a run gives back.
package struct WorkflowResult: Sendable, Hashable {
    /// By name, as clients find them in `result`.
    package var outputs: [String: WorkflowOutput]
    /// What is worth knowing about the run. It also becomes the output `info`, unless there is one.
    package var info: JSONValue?

    package init(outputs: [String: WorkflowOutput], info: JSONValue? = nil) {
        self.outputs = outputs
        self.info = info
    }
}

/// One named output.
package enum WorkflowOutput: Sendable, Hashable {
    case data(JSONValue)
    /// Clients see one file object.
    case file(WorkflowOutputFile)
    /// Clients see an array of file objects.
    case files([WorkflowOutputFile])
}

/// A file that a run made.
package struct WorkflowOutputFile: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        case bytes([UInt8])
        /// A file in the task's scratch directory is moved, any other is copied.
        case path(String)
    }

    package var content: Content
    /// The name clients save it under.
    package var filename: String
    package var mimeType: String
    /// `width`, `height` and whatever else the file's object should say.
    package var facts: [String: JSONValue]

    package init(_ content: Content, filename: String, mimeType: String, facts: [String: JSONValue] = [:]) {
        self.content = content
        self.filename = filename
        self.mimeType = mimeType
        self.facts = facts
    }
}

/// A run that somebody has stopped elsewhere, as in ComfyUI's page: the prediction counts as canceled.
package struct WorkflowCanceled: Error, Sendable, Hashable {
    package init() {}
}

/// A run that failed for a reason the user can understand.
package struct WorkflowFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
