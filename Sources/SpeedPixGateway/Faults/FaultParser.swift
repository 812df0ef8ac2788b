import SpeedPix
import Spelling

/// Reads the fault of a rule and its options.
enum FaultParser {
    /// What a login page or a proxy answers.
    private static let page = "<!DOCTYPE html><html><body>Please log in to the network.</body></html>\n"

    static func fault(_ options: inout FaultOptions) throws(FaultFileError) -> Fault {
        guard let name = try options.text("fault") else {
            throw options.missing("fault", "; \(hint(for: ""))")
        }
        guard let kind = Fault.Kind(rawValue: name) else {
            throw FaultFileError("\(options.subject): there is no fault \"\(name)\"; \(hint(for: name))")
        }
        options.noun = "option of \(name)"
        let fault = try fault(kind, &options)
        try options.end()
        return fault
    }

    private static func fault(_ kind: Fault.Kind, _ options: inout FaultOptions) throws(FaultFileError) -> Fault {
        switch kind {
        case .status: try status(&options)
        case .throttle: try throttle(&options)
        case .envelope: try envelope(&options)
        case .garbage: try garbage(&options)
        case .duplicateNonce: .duplicateNonce
        case .resetBefore: .resetBefore
        case .resetAfter: .resetAfter
        case .cutBody: .cutBody(try cut(&options))
        case .slowBody:
            .slowBody(
                bytesPerWrite: try options.integer("piece", in: 1...Int.max) ?? 1,
                pause: .seconds(try options.number("seconds", in: 0...86_400) ?? 0.1))
        case .delay: .delay(.seconds(try options.required("seconds", in: 0...86_400)))
        case .expiredURL:
            .expiredURL(ago: .seconds(try options.number("seconds", in: 0...1e9) ?? 60))
        case .skewedClock: .skewedClock(.seconds(try options.required("seconds", in: -1e9...1e9)))
        }
    }

    private static func hint(for name: String) -> String {
        let names = Fault.Kind.allCases.map(\.rawValue)
        return NearestName.suggestion(for: name, among: names).map { "did you mean '\($0)'?" }
            ?? "there are: \(names.joined(separator: ", "))"
    }

    private static func status(_ options: inout FaultOptions) throws(FaultFileError) -> Fault {
        guard let code = try options.integer("code", in: 200...599) else {
            throw options.missing("code", ", the HTTP status to answer with")
        }
        return .status(
            code, reason: try options.header("reason"), body: try options.text("body"),
            retryAfter: try options.seconds("retry_after"), isProcessed: try options.flag("processed") ?? false)
    }

    private static func throttle(_ options: inout FaultOptions) throws(FaultFileError) -> Fault {
        let code = try options.integer("code", in: 403...429) ?? 403
        guard code == 403 || code == 429 else {
            throw FaultFileError("\(options.subject): the \"code\" of throttle is 403 or 429, not \(code)")
        }
        return .throttle(
            by: try options.header("by") ?? "USER", status: code, retryAfter: try options.seconds("retry_after"))
    }

    private static func envelope(_ options: inout FaultOptions) throws(FaultFileError) -> Fault {
        .envelope(
            code: try options.text("code") ?? "SystemError",
            message: try options.text("message") ?? "the service failed on purpose",
            subCode: try options.text("sub_code"), subMessage: try options.text("sub_message"),
            httpStatus: try options.integer("http_status", in: 200...599) ?? 200,
            isProcessed: try options.flag("processed") ?? false)
    }

    private static func garbage(_ options: inout FaultOptions) throws(FaultFileError) -> Fault {
        let body = Array((try options.text("body") ?? page).utf8)
        let isText = try options.flag("utf8") ?? true
        return .garbage(isText ? body : Fault.noText + body, isProcessed: try options.flag("processed") ?? false)
    }

    private static func cut(_ options: inout FaultOptions) throws(FaultFileError) -> Fault.Cut {
        let bytes = try options.integer("bytes", in: 0...Int.max - 1)
        let fraction = try options.number("fraction", in: 0...1)
        switch (bytes, fraction) {
        case (.some, .some):
            throw FaultFileError("\(options.subject): give \"bytes\" or \"fraction\", not both")
        case (let bytes?, nil): return .bytes(bytes)
        case (nil, let fraction): return .fraction(fraction ?? 0.5)
        }
    }
}
