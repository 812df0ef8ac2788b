package import SpeedPix

/// One thing that can go wrong with a call.
package enum Fault: Sendable, Hashable {
    /// How much of an answer arrives.
    package enum Cut: Sendable, Hashable {
        case bytes(Int)
        /// 0 ... 1 of it. With 1 all of it arrives, and one byte more was announced.
        case fraction(Double)
    }

    /// Answered with this HTTP status; `reason` is the header in which the service's API gateway says why.
    case status(Int, reason: String? = nil, body: String? = nil, retryAfter: String? = nil, isProcessed: Bool = false)
    /// Refused by flow control: HTTP 403 and the API gateway's words for it, or another status and no words.
    case throttle(by: String = "USER", status: Int = 403, retryAfter: String? = nil)
    /// Answered with a good HTTP status and an envelope that says no.
    case envelope(
        code: String, message: String, subCode: String? = nil, subMessage: String? = nil, httpStatus: Int = 200,
        isProcessed: Bool = false)
    /// Answered with HTTP 200 and bytes that are not an answer of the protocol.
    case garbage([UInt8], isProcessed: Bool = false)
    /// Refused as if its nonce had been used before.
    case duplicateNonce
    /// The connection is reset before the call has any effect.
    case resetBefore
    /// The call has its effect, then the connection is reset without an answer.
    case resetAfter
    /// The answer breaks off before its announced length.
    case cutBody(Cut)
    /// The answer's body is written in chunks of so many bytes, with a pause after each.
    case slowBody(bytesPerWrite: Int, pause: Duration)
    /// The answer comes so much later.
    case delay(Duration)
    /// The signed URLs in the answer expired so long ago.
    case expiredURL(ago: Duration)
    /// The gateway's clock is off by so much: what it checks, what it signs, and the date that it shows.
    case skewedClock(Duration)

    /// Bytes that no UTF-8 text has: a lone continuation byte, and two that never occur.
    static let noText: [UInt8] = [0x80, 0xFE, 0xFF]

    /// The kinds of faults, by the names that they have in files.
    package enum Kind: String, Sendable, CaseIterable {
        case status
        case throttle
        case envelope
        case garbage
        case duplicateNonce = "duplicate_nonce"
        case resetBefore = "reset_before"
        case resetAfter = "reset_after"
        case cutBody = "cut_body"
        case slowBody = "slow_body"
        case delay
        case expiredURL = "expired_url"
        case skewedClock = "skewed_clock"
    }

    /// Which kind it is.
    package var kind: Kind {
        switch self {
        case .status: .status
        case .throttle: .throttle
        case .envelope: .envelope
        case .garbage: .garbage
        case .duplicateNonce: .duplicateNonce
        case .resetBefore: .resetBefore
        case .resetAfter: .resetAfter
        case .cutBody: .cutBody
        case .slowBody: .slowBody
        case .delay: .delay
        case .expiredURL: .expiredURL
        case .skewedClock: .skewedClock
        }
    }

    /// The name that it has in files.
    package var name: String { kind.rawValue }

    /// The calls that it means something for.
    package var applicableTargets: Set<ClientOperation> {
        switch self {
        case .envelope, .duplicateNonce: Set(ClientOperation.signedCalls)
        case .expiredURL: [.result, .signUpload, .getFile]
        // The answer to an upload has no body.
        case .slowBody: Set(ClientOperation.faultTargets).subtracting([.upload])
        default: Set(ClientOperation.faultTargets)
        }
    }

    /// Whether other faults can strike the same call as well: these two change its answer, and do not take its place.
    var isCombinable: Bool {
        switch self {
        case .delay, .skewedClock: true
        default: false
        }
    }
}
