/// Who makes a signed call, and what belongs to that application key.
struct Caller: Sendable {
    /// The application key that the call is signed with.
    let appKey: String
    /// What the names of its files begin with.
    let tag: OwnerTag
    /// Whether it also owns what was stored when gateways knew one key, and wrote down no owner.
    let ownsUnmarked: Bool
    /// What it may ask of the gateway.
    let limits: KeyLimits

    init(appKey: String, ownsUnmarked: Bool = false, limits: KeyLimits = KeyLimits()) {
        self.appKey = appKey
        tag = OwnerTag(appKey: appKey)
        self.ownsUnmarked = ownsUnmarked
        self.limits = limits
    }

    /// Who uses the console. No call can be signed with this key.
    static let console = Caller(appKey: ApplicationKey.consoleName)

    /// Whether a prediction is its own, by the application key that created it; nil if nobody knows.
    func owns(predictionOf owner: String?) -> Bool { owner.map { $0 == appKey } ?? ownsUnmarked }

    /// Whether a stored file is its own, be it there or not.
    func owns(_ key: ObjectKey) -> Bool { key.owner.map { $0 == tag } ?? ownsUnmarked }
}
