/// Uploads to and downloads from the service's temporary store.
public struct Files: Sendable {
    package let caller: ServiceCaller
    let cache: UploadCache
    /// Uploads or downloads that one call has at a time: more would only share one line.
    package static let concurrency = 4

    /// Files with a memory of their own for what was uploaded; one for each client.
    package init(caller: ServiceCaller) {
        self.init(caller: caller, cache: UploadCache())
    }

    init(caller: ServiceCaller, cache: UploadCache) {
        self.caller = caller
        self.cache = cache
    }

    /// How many uploads are under way, and how many callers wait for one that another caller began.
    package var underWay: (uploads: Int, followers: Int) { cache.underWay }
}
