/// What is made again, and so paid for again, though a run's journal has it.
public struct ResumeChoices: Sendable {
    /// Labels, and positions: what has one of them.
    public var madeAgain: [String]
    /// All that failed, also where the script has gone on to something else.
    public var makesFailedAgain: Bool
    /// All whose outcome is unknown. They may have been made.
    public var makesDoubtsAgain: Bool

    /// Nothing, unless given.
    public init(madeAgain: [String] = [], makesFailedAgain: Bool = false, makesDoubtsAgain: Bool = false) {
        self.madeAgain = madeAgain
        self.makesFailedAgain = makesFailedAgain
        self.makesDoubtsAgain = makesDoubtsAgain
    }
}
