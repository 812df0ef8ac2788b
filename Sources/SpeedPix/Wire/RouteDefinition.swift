/// What one of the service's calls is called, and how it is sent and answered; see ``Route/definition``.
package struct RouteDefinition: Sendable {
    /// What a dry run gets in the place of the service's answer.
    package enum DryRunAnswer: Sendable {
        /// A prediction with an id of its own, which has succeeded.
        case newTask
        /// The envelope's `data`, as JSON, to which the id is added that was asked about.
        case task(String)
        /// URLs for an upload that lead nowhere.
        case uploadURLs
        /// The workflow that was asked for, of which only the id is known; none if all were asked for.
        case workflows
        /// No envelope: scripts cannot make the call.
        case empty
    }

    /// As metrics, logs and files of faults name it.
    package let operation: ClientOperation
    /// Whether it may be sent again although an earlier one may have had its effect. A create may not: it is paid for.
    package let isRepeatable: Bool
    /// Bytes. A larger answer is a mistake or an attack.
    package let largestAnswer: Int
    package let dryRunAnswer: DryRunAnswer

    init(
        _ operation: ClientOperation, isRepeatable: Bool = true, largestAnswer: Int = 8 << 20,
        dryRun answer: DryRunAnswer
    ) {
        self.operation = operation
        self.isRepeatable = isRepeatable
        self.largestAnswer = largestAnswer
        dryRunAnswer = answer
    }
}
