import Foundation
import SpeedPix
import SpeedPixMedia

extension Guide {
    static func imageFile(_ client: SpeedPixClient) async throws {
        let image = try await client.run(
            "text-to-image", input: ["prompt": "a lake", "width": 320, "height": 200], as: ImageOutput.self
        ).images[0]
        // sample: image-file
        print(image.width ?? 0, image.height ?? 0, image.format ?? "unknown", image.size ?? 0)
        print(image.dpi ?? 0, image.colorSpace ?? "unknown", image.metadata)
        print(image.aspectRatio ?? 0, image.isSquare, image.isPortrait, image.isLandscape)
        // end
    }

    static func videoFile(_ client: SpeedPixClient, photo: String) async throws {
        let video = try await client.run("image-to-video", input: ["image": .path(photo)], as: VideoOutput.self).videos[
            0]
        // sample: video-file
        print(video.duration ?? .zero, video.frameRate ?? 0, video.format ?? "unknown")
        print(video.codec ?? "unknown", video.hasAudio, video.audioCodec ?? "silent")
        print(video.isHD, video.is4K, video.resolution ?? "unknown")
        // end
    }

    static func audioFile(_ client: SpeedPixClient, photo: String) async throws {
        let audio = try await client.run("text-to-speech", input: ["image": .path(photo)], as: AudioOutput.self).audios[
            0]
        // sample: audio-file
        print(audio.duration ?? .zero, audio.format ?? "unknown")
        print(audio.sampleRate ?? 0, audio.bitrate ?? 0, audio.channels ?? 0)
        // end
    }

    static func documentFile(_ client: SpeedPixClient, photo: String) async throws {
        // sample: document-file
        struct Report: Decodable, Sendable {
            var document: DocumentFile
        }

        let result = try await client.run("report", input: ["image": .path(photo)], as: Report.self)
        let document = result.document
        print(document.pages ?? 0, document.language ?? "unknown", document.author ?? "unknown")
        print(document.createdAt?.description ?? "undated")
        // end
    }

    static func probe(_ client: SpeedPixClient, environment: [String: String]) async throws {
        // sample: probe
        let result = try await client.run(
            "text-to-image", input: ["prompt": "a lake", "width": 320, "height": 200], as: ImageOutput.self)
        let probe = LocalMediaProbe(searchPath: environment["PATH"] ?? "")
        let image = try await result.images[0].probed(by: probe)
        print(image.colorSpace ?? "unknown", image.dpi ?? 0)
        // end
    }

    static func predefinedOutputs(_ client: SpeedPixClient, photo: String) async throws {
        // sample: predefined-outputs
        let pictures = try await client.run("text-to-image", input: ["prompt": "a lake"], as: ImageOutput.self)
        let text = try await client.run("echo", input: ["text": "hello"], as: TextOutput.self)
        let videos = try await client.run("image-to-video", input: ["image": .path(photo)], as: VideoOutput.self)
        let sounds = try await client.run("text-to-speech", input: ["image": .path(photo)], as: AudioOutput.self)
        let both = try await client.run("poster", input: ["image": .path(photo)], as: MultiModalOutput.self)
        let anything = try await client.run("echo", input: ["text": "hello"], as: CustomResult.self)

        print(pictures.images.count, text.text, videos.videos.count, sounds.audios.count)
        print(both.images.count, both.text, anything.output["text"]?.stringValue ?? "")
        // end
    }

    // sample: user-defined-outputs
    struct ImageResult: Decodable, Sendable {
        var images: [String]  // plain URLs; [ImageFile] also fits files that are described
        var info: String?
    }

    struct VideoResult: Decodable, Sendable {
        var video: VideoFile
        var info: String?
    }

    struct TextResult: Decodable, Sendable {
        var text: String
        var info: String?
    }

    struct DetailedResult: Decodable, Sendable {
        var mainImage: ImageFile
        var thumbnails: [ImageFile]
        var metadata: [String: String]
        var processTime: Double

        enum CodingKeys: String, CodingKey {
            case mainImage = "main_image"
            case thumbnails, metadata
            case processTime = "process_time"
        }
    }
    // end

    static func userDefinedOutputs(_ client: SpeedPixClient, photo: String) async throws {
        let image: [String: InputValue] = ["image": .path(photo)]
        let detailed = try await client.run("detailed", input: image, as: DetailedResult.self)
        print(detailed.mainImage.filename, detailed.thumbnails.count, detailed.metadata, detailed.processTime)
        print(try await client.run("poster", input: image, as: ImageResult.self).images.count)
        print(try await client.run("poster", input: image, as: TextResult.self).text)
        print(try await client.run("image-to-video", input: image, as: VideoResult.self).video.filename)
        do {
            // sample: misfit
            let result = try await client.run("echo", input: ["text": "hello"], as: ImageResult.self)
            // end
            print(result)
        } catch {
            print(error)
        }
    }
}
