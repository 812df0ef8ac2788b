// How a waiting prediction stays small.
//
// A Swift task allocates the frames of its async functions in slabs of 1 KB and keeps the slabs of the deepest call that it
// ever made until it ends. A prediction waits for minutes, and ten thousand may wait at once, so the frames that are suspended
// in a wait, and those of every call made before it, decide what each costs. The benchmark `sdk/waiting` measures that: 5,004
// bytes while several frames had a copy of the options and each had room for a callback, 3,903 with those of today. README.md has
// the last measurement and its limit, 4 KB. Run `./scripts/bench sdk/waiting` before and after a change to what a wait calls.
//
// 1. Values in async functions are small: large ones are behind a reference, as in ``Indirect``.
// 2. Whatever works on large values is a function of its own that does not wait. `@inline(never)` keeps the optimizer from
//    merging its frame into the frame of its async caller, which is suspended. Async functions that are not part of every wait,
//    or whose frames end before it, are kept apart in the same way.
// 3. Calls to the service are made in a task of their own, see ``value(of:)``, which takes their frames with it.
// 4. Continuations are unsafe ones, which are smaller than checked ones.
// 5. What a wait calls throws `any Error`, one word: for a typed error the caller's frame has room for the whole error.
// 6. An async function that only calls another on the way to a wait is merged into its caller by `@inline(__always)`: each
//    frame has a header of its own.
//
// Every `@inline(never)` of this module is there for rule 2.

/// A value behind a reference: one word in the frames of the functions that it passes through. Copies share the value until
/// one of them is changed.
indirect enum Indirect<Value> {
    case value(Value)

    /// Sets by a new allocation.
    var value: Value {
        get {
            switch self {
            case .value(let value): value
            }
        }
        set { self = .value(newValue) }
    }
}

extension Indirect: Sendable where Value: Sendable {}
extension Indirect: Equatable where Value: Equatable {}
extension Indirect: Hashable where Value: Hashable {}

/// Runs an operation in a task of its own, which takes its memory with it.
///
/// - Parameter executor: Where the operation runs; nil for Swift's own threads.
/// - Throws: What the operation throws; it is cancelled when the calling task is.
@inline(never)  // TaskFrames.swift
func inSeparateTask<Result: Sendable>(
    on executor: (any TaskExecutor)?, _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await value(of: Task(executorPreference: executor, operation: operation))
}

/// What a task comes to; it is cancelled when the calling task is.
///
/// - Throws: What its operation throws.
@inline(never)  // TaskFrames.swift
func value<Result: Sendable>(of task: Task<Result, any Error>) async throws -> Result {
    try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}
