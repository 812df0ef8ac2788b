package import SpeedPix

/// What a gateway refuses of a create whatever the values of its inputs are, for a client in the same process: it can ask before
/// it uploads the inputs' files.
package struct CreateCheck: Sendable {
    let catalogue: WorkflowCatalogue

    /// - Parameter inputs: Their values may be any that say whether an input is given.
    /// - Throws: ``SpeedPixError`` `api_error` as of the gateway's answer: for a workflow that it does not have, an input that the
    ///   workflow does not declare, and one that is required and missing.
    package func check(_ workflowID: String, inputs: [String: JSONValue]) throws(SpeedPixError) {
        do throws(Refusal) {
            let workflow = try catalogue.workflow(workflowID, alias: nil, version: nil).workflow
            try InputPreparation.checkNames(inputs, of: workflow)
            // The gateway may draw a seed that is missing.
            for input in workflow.inputs where input.name != "seed" {
                _ = try InputPreparation.value(of: input, in: inputs, of: workflow)
            }
        } catch {
            throw SpeedPixError(.apiError, error.message, serviceCode: error.code)
        }
    }
}
