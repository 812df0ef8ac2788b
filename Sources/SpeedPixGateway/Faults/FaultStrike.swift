package import SpeedPix

/// A fault that struck.
package struct FaultStrike: Sendable, Hashable {
    /// Which rule, the first being 1.
    package let rule: Int
    package let fault: Fault
    package let target: ClientOperation
    /// How many of the rule's calls had been made by then, this one included.
    package let call: Int
}
