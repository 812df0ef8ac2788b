import LuaRuntime
import SpeedPix

/// What a script says about ending predictions that it gives up: the option `cancel_on`.
enum CancelChoice: Sendable {
    /// Nothing: the run decides.
    case unsaid
    /// `false`: they go on, whatever the run says.
    case never
    case on(CancelCondition)

    init(_ options: LuaOptions) throws {
        switch options["cancel_on"] {
        case nil: self = .unsaid
        case .boolean(false): self = .never
        case .some(let value):
            guard let condition = value.text.flatMap(CancelCondition.init) else {
                let given = value.text.map { "'\($0)'" } ?? value.typeName
                throw LuaArgumentError(
                    "cancel_on must be \"timeout\", \"stop\" or false, not \(given)",
                    hint: "\"stop\" is for Ctrl-C, --timeout, speedpix.timeout and failed maps, and for its own timeout"
                )
            }
            self = .on(condition)
        }
    }

    /// - Parameter isCanceledOnStop: What the run does with a prediction of which the script says nothing.
    func condition(isCanceledOnStop: Bool) -> CancelCondition? {
        switch self {
        case .unsaid: isCanceledOnStop ? .stop : nil
        case .never: nil
        case .on(let condition): condition
        }
    }
}
