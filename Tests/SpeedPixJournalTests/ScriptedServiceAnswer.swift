import SpeedPix

/// Predictions as a service ends them.
enum ScriptedServiceAnswer {
    static func succeeded(id: String) throws -> Prediction {
        try prediction([
            "id": .string(id), "status": "succeeded", "workflow": "echo",
            "output": ["images": ["https://cdn.test/a.png?signature=abc"]], "predict_seconds": 1.5,
        ])
    }

    static func failed(id: String) throws -> Prediction {
        try prediction(["id": .string(id), "status": "failed", "error": "out of memory"])
    }

    private struct NoPrediction: Error {}

    private static func prediction(_ record: JSONValue) throws -> Prediction {
        guard let prediction = Prediction(record: record) else { throw NoPrediction() }
        return prediction
    }
}
