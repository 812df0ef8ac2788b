import ComfyUI

/// One prediction's way through ComfyUI: posted, followed, fetched. It is a value that does nothing by itself: it takes what
/// happened, and answers what to do.
///
/// A prompt is posted only after its id is on disk, and again only if the server was asked for it twice, with a second between,
/// and had it neither in its queue nor in its history. If a server loses it, it runs once more, on another server if there is
/// one.
struct PromptRun: Sendable {
    struct Limits: Sendable, Hashable {
        /// From the first post on, for all attempts.
        var total: Duration = .seconds(3600)
        /// Without a frame of a prompt that runs.
        var stall: Duration = .seconds(600)
        /// Without an answer of a server that has a prompt, until it counts as dead.
        var unreachable: Duration = .seconds(30)
        /// Between two looks for a prompt that is followed.
        var poll: Duration = .seconds(5)
        /// Between two looks for a prompt that may not be there, and before a file is fetched again.
        var pause: Duration = .seconds(1)
        /// Until a prompt that was cancelled counts as ended.
        var cancel: Duration = .seconds(60)
        /// Posts on one server, if none is answered.
        var posts = 3
        /// Servers, or times at one.
        var attempts = 2
    }

    /// A prompt at a server. It is on disk before it is posted.
    struct Attempt: Sendable, Hashable, Codable {
        let server: String
        let promptID: String
    }

    /// Where a server has a prompt.
    enum Sighting: Sendable, Hashable {
        case waiting
        case running
        case ended(PromptEnd)
        /// Neither in the queue nor, asked for after that, in the history.
        case nowhere
        /// The server did not answer.
        case unreachable
    }

    enum Event: Sendable {
        /// The schedule has a server for it.
        case assigned(Attempt)
        /// The attempt is on disk.
        case recorded
        /// The server has put the prompt into its queue.
        ///
        /// - Parameter leftOut: What it says of outputs that it will not give; nil if it gives all.
        case submitted(leftOut: String?)
        /// The post failed.
        case notSubmitted(ComfyUIError)
        case sighted(Sighting)
        /// A frame of the prompt came.
        case heard
        /// A frame said that the prompt has ended.
        case ended(PromptEnd)
        /// All output files are stored.
        case fetched
        /// The server does not have an output, or has forgotten the prompt.
        case outputMissing
        /// The server did not send an output.
        case fetchFailed(String)
        /// The user cancels.
        case cancel
        /// ``PromptRun/deadline`` has come.
        case time

        /// Whether the server has said that the prompt has ended.
        var isEnd: Bool {
            switch self {
            case .ended, .sighted(.ended): true
            default: false
            }
        }
    }

    enum Action: Sendable, Hashable {
        /// Ask the schedule for a server, then tell ``Event/assigned(_:)``.
        case assign(avoiding: Set<String>)
        /// Write the attempt down, then tell ``Event/recorded``.
        case record(Attempt)
        /// Take an attempt off the disk: it was never posted.
        case discard(Attempt)
        /// Post the prompt, then tell ``Event/submitted(leftOut:)`` or ``Event/notSubmitted(_:)``.
        case submit(Attempt)
        /// Ask the queue, then the history, then tell ``Event/sighted(_:)``.
        case look(Attempt)
        /// Copy the outputs, then tell ``Event/fetched``, ``Event/outputMissing`` or ``Event/fetchFailed(_:)``.
        case fetch(Attempt)
        /// Take the prompt out of the queue, or stop it, if the server has it; now, or when it answers again.
        case stop(Attempt)
        case end(Outcome)
    }

    enum Outcome: Sendable, Hashable {
        case succeeded(Attempt)
        case failed(String)
        case canceled
    }

    private enum Phase: Sendable {
        /// Waits for a server.
        case choosing
        case recording(Attempt)
        case submitting(Attempt)
        /// Whether the server has it is not known.
        ///
        /// - Parameters:
        ///   - misses: How often it was nowhere.
        ///   - silent: Since when the server does not answer.
        ///   - next: When it is looked for again; nil while it is.
        case searching(Attempt, misses: Int, silent: Duration?, next: Duration?)
        case following(Attempt, Following)
        /// - Parameter next: When its files are fetched again; nil while they are.
        case fetching(Attempt, since: Duration, next: Duration?)
        /// - Parameter next: When it is looked for again; nil while it is.
        case stopping(Attempt, until: Duration, next: Duration?)
        case ended
    }

    private struct Following: Sendable {
        /// When the server last said something of the prompt.
        var heard: Duration
        /// When the server last answered.
        var answered: Duration
        var misses = 0
        /// When it is looked for; nil while it is.
        var next: Duration?
    }

    private let limits: Limits
    private var phase = Phase.choosing
    private var posts = 0
    private var attempts = 0
    private var avoided: Set<String> = []
    private var firstPost: Duration?
    private var isCancelled = false
    /// When the last look for a prompt began.
    private var lookBegan: Duration = .zero
    /// What the server said of the last post, if it said anything.
    private var reason: String?

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Begins a prediction.
    ///
    /// - Parameters:
    ///   - recorded: The attempts that are on disk, those of an earlier gateway, in their order.
    ///   - now: Since any moment, which is the same for all calls.
    mutating func begin(recorded: [Attempt], at now: Duration) -> [Action] {
        attempts = recorded.count
        guard let last = recorded.last else { return [.assign(avoiding: [])] }
        avoided = Set(recorded.dropLast().map(\.server))
        // Whether those before it were stopped is not written down.
        let stops = recorded.dropLast().map { Action.stop($0) }
        // It may have been posted or not: that is found out, as after an answer that was lost.
        firstPost = now
        posts = 1
        return stops + search(last, at: now)
    }

    /// When ``Event/time`` is to be told; nil while there is nothing to wait for but an answer.
    var deadline: Duration? {
        let own: Duration? =
            switch phase {
            case .searching(_, _, _, let next), .fetching(_, _, let next): next
            case .following(_, let following): following.next
            case .stopping(_, let until, let next): next.map { min($0, until) } ?? until
            case .choosing, .recording, .submitting, .ended: nil
            }
        guard !isStopping, let end = totalEnd else { return own }
        return own.map { min($0, end) } ?? end
    }

    private var totalEnd: Duration? {
        if case .ended = phase { return nil }
        return firstPost.map { $0 + limits.total }
    }

    private var isStopping: Bool {
        if case .stopping = phase { true } else { false }
    }

    // MARK: Events

    /// Takes what happened. What comes too late, such as an answer of a server that was given up, changes nothing.
    mutating func handle(_ event: Event, at now: Duration) -> [Action] {
        if case .time = event, let end = totalEnd, now >= end, !isStopping {
            return giveUp("it did not end within the time limit of \(limits.total.components.seconds) s")
        }
        if case .cancel = event { return cancel(at: now) }
        switch (phase, event) {
        case (.choosing, .assigned(let attempt)):
            phase = .recording(attempt)
            return [.record(attempt)]
        case (.recording(let attempt), .recorded):
            attempts += 1
            posts = 0
            reason = nil
            return post(attempt, at: now)
        case (.submitting(let attempt), .submitted(let leftOut)):
            return submitted(attempt, leftOut: leftOut, at: now)
        case (.submitting(let attempt), .notSubmitted(let error)):
            return notSubmitted(attempt, error, at: now)
        case (.searching(let attempt, let misses, let silent, _), .sighted(let sighting)):
            return found(attempt, sighting, misses: misses, silent: silent, at: now)
        case (.following(let attempt, let following), _):
            return follow(attempt, following, event, at: now)
        case (.fetching(let attempt, let since, _), _):
            return fetch(attempt, since: since, event, at: now)
        case (.stopping(let attempt, let until, let next), _):
            return stop(attempt, until: until, next: next, event, at: now)
        case (.searching(let attempt, let misses, let silent, let next?), .time) where now >= next:
            phase = .searching(attempt, misses: misses, silent: silent, next: nil)
            return look(attempt, at: now)
        default: return []
        }
    }

    // MARK: Posting

    private mutating func post(_ attempt: Attempt, at now: Duration) -> [Action] {
        posts += 1
        firstPost = firstPost ?? now
        phase = .submitting(attempt)
        return [.submit(attempt)]
    }

    private mutating func submitted(_ attempt: Attempt, leftOut: String?, at now: Duration) -> [Action] {
        guard !isCancelled else { return beginStopping(attempt, at: now) }
        if let leftOut {
            // Its other outputs would run for nothing.
            return [.stop(attempt)] + end(.failed(leftOut))
        }
        return beginFollowing(attempt, at: now)
    }

    private mutating func notSubmitted(_ attempt: Attempt, _ error: ComfyUIError, at now: Duration) -> [Action] {
        if error.mayHaveTakenEffect {
            let isAnswered = ![.unreachable, .lostAnswer, .timeout].contains(error.code)
            reason = isAnswered ? error.message : nil
            return search(attempt, at: now)
        }
        guard !isCancelled else { return end(.canceled) }
        if error.code == .unreachable {
            // Nothing was sent. The schedule knows by now that the server is down.
            attempts -= 1
            return [.discard(attempt)] + choose(without: attempt)
        }
        let dependsOnServer = error.refusal?.dependsOnServer ?? false
        return dependsOnServer ? tryElsewhere(attempt, error.message) : end(.failed(error.message))
    }

    /// Looks for a prompt that the server may have.
    private mutating func search(_ attempt: Attempt, at now: Duration) -> [Action] {
        phase = .searching(attempt, misses: 0, silent: nil, next: nil)
        return look(attempt, at: now)
    }

    private mutating func look(_ attempt: Attempt, at now: Duration) -> [Action] {
        lookBegan = now
        return [.look(attempt)]
    }

    private mutating func found(
        _ attempt: Attempt, _ sighting: Sighting, misses: Int, silent: Duration?, at now: Duration
    ) -> [Action] {
        switch sighting {
        case .waiting, .running:
            return isCancelled ? beginStopping(attempt, at: now) : beginFollowing(attempt, at: now)
        case .ended(let end): return ended(attempt, end, at: now)
        case .unreachable:
            // A look of which nothing comes back takes its time, in which the server did not answer either.
            let silent = silent ?? lookBegan
            guard now - silent < limits.unreachable else {
                return [.stop(attempt)]
                    + (isCancelled ? end(.canceled) : tryElsewhere(attempt, "the server does not answer any more"))
            }
            phase = .searching(attempt, misses: misses, silent: silent, next: now + limits.pause)
            return []
        case .nowhere where misses == 0:
            phase = .searching(attempt, misses: 1, silent: nil, next: now + limits.pause)
            return []
        case .nowhere:
            guard !isCancelled else { return end(.canceled) }
            guard posts < limits.posts else {
                return tryElsewhere(
                    attempt, reason ?? "the server took the prompt \(posts) times without an answer")
            }
            return post(attempt, at: now)
        }
    }

    // MARK: Following

    private mutating func beginFollowing(_ attempt: Attempt, at now: Duration) -> [Action] {
        phase = .following(attempt, Following(heard: now, answered: now, next: now + limits.poll))
        return []
    }

    private mutating func follow(
        _ attempt: Attempt, _ following: Following, _ event: Event, at now: Duration
    ) -> [Action] {
        var following = following
        var actions: [Action] = []
        switch event {
        case .heard:
            following.heard = now
            following.answered = now
            following.misses = 0
        case .ended(let end), .sighted(.ended(let end)): return ended(attempt, end, at: now)
        case .sighted(let sighting):
            following.next = now + (sighting == .nowhere ? limits.pause : limits.poll)
            if sighting != .unreachable { following.answered = now }
            // Behind others' prompts it may wait as long as they like.
            if sighting == .waiting { following.heard = now }
            following.misses = sighting == .nowhere ? following.misses + 1 : 0
            guard following.misses < 2 else {
                return tryElsewhere(attempt, "the server lost the prompt; it may have been started again")
            }
            guard now - following.answered < limits.unreachable else {
                return [.stop(attempt)] + tryElsewhere(attempt, "the server does not answer any more")
            }
            guard now - following.heard < limits.stall else {
                return [.stop(attempt)]
                    + tryElsewhere(
                        attempt, "nothing was heard of the prompt for \(limits.stall.components.seconds) s")
            }
        case .time:
            guard let next = following.next, now >= next else { return [] }
            following.next = nil
            actions = [.look(attempt)]
        default: return []
        }
        phase = .following(attempt, following)
        return actions
    }

    private mutating func ended(_ attempt: Attempt, _ end: PromptEnd, at now: Duration) -> [Action] {
        switch end {
        case _ where isCancelled, .interrupted: return self.end(.canceled)
        case .failed(let failure):
            return self.end(.failed(failure.description + (failure.remedy.map { "; \($0)" } ?? "")))
        case .success:
            phase = .fetching(attempt, since: now, next: nil)
            return [.fetch(attempt)]
        }
    }

    private mutating func fetch(_ attempt: Attempt, since: Duration, _ event: Event, at now: Duration) -> [Action] {
        switch event {
        case .fetched: return end(.succeeded(attempt))
        case .outputMissing: return tryElsewhere(attempt, "the server does not have the prompt's output any more")
        case .fetchFailed(let message):
            guard now - since < limits.unreachable else { return tryElsewhere(attempt, message) }
            phase = .fetching(attempt, since: since, next: now + limits.pause)
            return []
        case .time:
            guard case .fetching(_, _, let next?) = phase, now >= next else { return [] }
            phase = .fetching(attempt, since: since, next: nil)
            return [.fetch(attempt)]
        default: return []
        }
    }

    // MARK: Ends

    /// Runs it once more, if it has not run too often.
    private mutating func tryElsewhere(_ attempt: Attempt, _ message: String) -> [Action] {
        attempts < limits.attempts ? choose(without: attempt) : end(.failed(message))
    }

    private mutating func choose(without attempt: Attempt) -> [Action] {
        avoided.insert(attempt.server)
        phase = .choosing
        return [.assign(avoiding: avoided)]
    }

    private mutating func cancel(at now: Duration) -> [Action] {
        isCancelled = true
        switch phase {
        case .choosing, .recording, .fetching: return end(.canceled)
        case .following(let attempt, _): return beginStopping(attempt, at: now)
        // What became of the post is waited for: then it is stopped, or was never there.
        case .submitting, .searching, .stopping, .ended: return []
        }
    }

    private mutating func beginStopping(_ attempt: Attempt, at now: Duration) -> [Action] {
        phase = .stopping(attempt, until: now + limits.cancel, next: now + limits.pause)
        return [.stop(attempt)]
    }

    private mutating func stop(
        _ attempt: Attempt, until: Duration, next: Duration?, _ event: Event, at now: Duration
    ) -> [Action] {
        switch event {
        case .ended, .sighted(.ended), .sighted(.nowhere): return end(.canceled)
        case .sighted:
            phase = .stopping(attempt, until: until, next: now + limits.pause)
            return []
        case .time:
            guard now < until else { return end(.canceled) }
            guard let next, now >= next else { return [] }
            phase = .stopping(attempt, until: until, next: nil)
            return [.look(attempt)]
        default: return []
        }
    }

    /// Fails it, and stops what runs.
    private mutating func giveUp(_ message: String) -> [Action] {
        let running: [Action] =
            switch phase {
            case .submitting(let attempt), .searching(let attempt, _, _, _), .following(let attempt, _):
                [.stop(attempt)]
            default: []
            }
        return running + end(isCancelled ? .canceled : .failed(message))
    }

    private mutating func end(_ outcome: Outcome) -> [Action] {
        phase = .ended
        return [.end(outcome)]
    }
}
