import SpeedPix
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Signing: the date")
struct SigningDateTests {
    @Test(
        "SigningDate has the official client's format",
        arguments: [
            (1_700_000_000, "Tue, 14 Nov 2023 22:13:20 GMT+00:00"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT+00:00"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT+00:00"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT+00:00"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT+00:00"),
            (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 GMT+00:00"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT+00:00"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT+00:00"),
        ])
    func textOfADate(seconds: Int, text: String) {
        #expect(SigningDate.string(from: Date(timeIntervalSince1970: Double(seconds))) == text)
    }

    @Test("SigningDate cuts fractions of a second and does not round them")
    func fractionsAreCutNotRounded() {
        #expect(
            SigningDate.string(from: Date(timeIntervalSince1970: 1_700_000_000.999))
                == "Tue, 14 Nov 2023 22:13:20 GMT+00:00")
    }
}
