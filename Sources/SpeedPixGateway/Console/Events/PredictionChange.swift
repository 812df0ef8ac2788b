/// What has become of a prediction. How it stands then is asked for by its id.
enum PredictionChange: Sendable {
    /// It is new, or something else is known of it now.
    case changed(String)
    /// It runs, and reports how far it is.
    case began(String, ReportedProgress)
    /// It has ended; where predictions are kept, its end has been written down.
    case ended(String)
}
