package import HTTPTypes

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The wrapper around every answer of the service.
package struct Envelope: Sendable {
    /// `status` of a call that worked. Its opposite is 20.
    package static let success: Int64 = 10
    package static let failure: Int64 = 20
    private static let unreadable: Int64 = -1

    package var status: Int64?
    package var requestID: String?
    package var errorCode: String?
    package var errorMessage: String?
    package var data: JSONValue
    /// Those of the answer.
    package let headers: HTTPFields
    /// When the answer was made, by the service's clock; to the second.
    package var date: Date? { headers[.date].flatMap(HTTPDate.date) }

    /// Reads an envelope; nil if the document is not an object, and so not the protocol's.
    ///
    /// - Parameter headers: Those of the answer.
    package init?(_ json: JSONValue, headers: HTTPFields) {
        guard case .object = json else { return nil }
        self.headers = headers
        // What cannot be read is neither a yes nor a no.
        status = json.first("status").map { $0.lenientInteger ?? Envelope.unreadable }
        requestID = json.first("apiInvokeId", "api_invoke_id")?.lenientString
        // The sub-error is the workflow engine's own word, the outer one the API layer's summary of it.
        errorCode =
            json.first("subErrCode", "sub_err_code")?.lenientString ?? json.first("errCode", "err_code")?.lenientString
        errorMessage =
            json.first("subErrMessage", "sub_err_message")?.lenientString
            ?? json.first("errMessage", "err_message")?.lenientString
        data = json.first("data") ?? .null
    }

    /// Whether the call worked, given that HTTP said 2xx.
    package var isSuccess: Bool {
        (status == nil || status == Envelope.success) && errorCode == nil
    }

    /// Whether the service said no. An answer can say neither.
    package var isRefusal: Bool { status == Envelope.failure || errorCode != nil }
}
