internal import CNATS
import Synchronization

/// Takes the messages of a subscription, on the thread on which libnats hands over all messages: it must not wait.
protocol MessageReceiver: AnyObject, Sendable {
    func receive(_ message: borrowing RawMessage)
}

/// A receiver that is told what becomes of the connection.
protocol Subscriber: MessageReceiver {
    var subject: String { get }
    func connectionLost()
    /// The subscription ends: the connection is closed (nil if by `close()`), or the server does not allow it.
    func finish(with error: NATSError?)
}

/// Who is meant by the numbers that libnats' callbacks come with.
///
/// They are numbers and no pointers because libnats does not say when it has called for the last time: a message that it
/// is handing over still comes after its subscription has ended. A number that is no longer here is ignored.
enum Callbacks {
    private struct Registry<Target: Sendable>: ~Copyable {
        private let targets = Mutex<[UInt: Target]>([:])

        subscript(number: UInt) -> Target? {
            get { targets.withLock { $0[number] } }
            nonmutating set { targets.withLock { $0[number] = newValue } }
        }
    }

    private static let receivers = Registry<any MessageReceiver>()
    private static let connections = Registry<ConnectionCore>()
    private static let lastNumber = Atomic<UInt>(0)

    static func nextNumber() -> UInt { lastNumber.add(1, ordering: .relaxed).newValue }

    static func add(_ receiver: any MessageReceiver) -> UInt {
        let number = nextNumber()
        receivers[number] = receiver
        return number
    }

    static func removeReceiver(_ number: UInt) { receivers[number] = nil }

    static func add(_ connection: ConnectionCore, as number: UInt) { connections[number] = connection }

    static func removeConnection(_ number: UInt) { connections[number] = nil }

    /// Loads libnats. Cheap when it is loaded.
    ///
    /// - Throws: `NATSError.noLibrary`.
    static func load() throws(NATSError) {
        var handlers = spn_handlers(
            message: { number, message in
                guard let message else { return }
                Callbacks.receivers[UInt(number)]?.receive(RawMessage(message))
            },
            disconnected: { number in Callbacks.connections[UInt(number)]?.noteDisconnected() },
            reconnected: { number, url, maxPayload in
                Callbacks.connections[UInt(number)]?
                    .noteReconnected(url: url.map { String(cString: $0) } ?? "", maxPayload: Int(maxPayload))
            },
            closed: { number, status, reason in
                Callbacks.connections[UInt(number)]?
                    .noteClosed(status: status, reason: reason.map { String(cString: $0) } ?? "")
            },
            problem: { number, status, text in
                Callbacks.connections[UInt(number)]?
                    .noteProblem(status: status, text: text.map { String(cString: $0) } ?? "")
            })
        let (status, text) = withErrorText { spn_load(&handlers, $0) }
        guard status == 0 else { throw NATSError(status: status, text: text) }
    }
}

/// Calls a function of the C side with a place for its words.
func withErrorText(_ body: (UnsafeMutablePointer<spn_error>) -> Int32) -> (status: Int32, text: String) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
        // The C side ends what it writes; if it writes nothing, the text is empty.
        buffer[0] = 0
        var error = spn_error(text: buffer.baseAddress, capacity: buffer.count)
        let status = body(&error)
        return (status, status == 0 ? "" : buffer.baseAddress.map { String(cString: $0) } ?? "")
    }
}
