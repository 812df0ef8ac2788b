import ComfyUI
import SpeedPix

extension Refusal {
    /// That a server of ComfyUI does not do what a page asks for. `data` has the reason as a `code` and the server's `url`.
    ///
    /// - Parameter address: The server's URL.
    static func server(_ error: ComfyUIError, at address: String) -> Refusal {
        let (code, message): (String, String) =
            switch error.code {
            case .unreachable, .lostAnswer, .timeout:
                (
                    "server_unreachable",
                    "ComfyUI does not answer at \(address): start it; if it listens on another port, start the gateway with"
                        + " --comfyui and that address"
                )
            case .malformed, .notFound:
                (
                    "not_comfyui",
                    "what answers at \(address) is not ComfyUI: start the gateway with --comfyui and ComfyUI's address"
                )
            case .refused, .tooLarge, .configuration:
                ("server_refused", error.message + (error.remedy.map { ": \($0)" } ?? ""))
            }
        var refusal = Refusal("ServerUnavailable", message, status: .badGateway)
        refusal.details = ["code": .string(code), "url": .string(address)]
        return refusal
    }
}
