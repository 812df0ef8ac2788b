import Foundation
import Hummingbird
import SpeedPix

/// A web service that puts what a photo shows on a white background.
///
/// ```sh
/// SPEEDPIX_APP_KEY=… SPEEDPIX_APP_SECRET=… swift run ImageService
/// curl -N --data-binary @shoe.jpg 'http://127.0.0.1:8080/pictures?text=New+season'
/// curl -O http://127.0.0.1:8080/pictures/ID
/// ```
@main
struct ImageService {
    static func main() async throws {
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(environment: ProcessInfo.processInfo.environment))
        try await application(client).runService()
    }

    static func application(_ client: SpeedPixClient) -> some ApplicationProtocol {
        let router = Router()
        PictureRoutes(client: client).add(to: router)
        return Application(router: router)
    }
}
