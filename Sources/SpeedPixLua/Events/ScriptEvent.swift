public import SpeedPix

/// Something a script did.
public enum ScriptEvent: Sendable {
    /// The service has taken a create with these options.
    case created(Prediction, CreateOptions)
    /// The journal had a create with these options: an attempt of the run before has paid for it, and nothing was sent.
    case reused(Prediction, CreateOptions)
    case progressed(Prediction)
    /// Its output has reached the script, or it failed or was canceled: nothing of it can be lost any more.
    case ended(Prediction)
    /// One that the script gave up was to be canceled at the service, and could not be: it goes on.
    case notCanceled(id: String, SpeedPixError)
    /// A create of this workflow may have started a prediction whose id is unknown.
    case inDoubt(workflow: String, label: String?, SpeedPixError)
    /// An item of `speedpix.map` or `settle` ended with an error that is about no prediction, such as a file that is not there.
    ///
    /// - Parameters:
    ///   - index: Of the item in its list, from 1.
    ///   - label: What the item is called, if it is a text or has a name.
    case itemFailed(index: Int, label: String?, message: String)
    case uploaded(UploadedFile)
    /// A file of an output lies there.
    case saved(path: String, bytes: Int64)
    /// A file of an output, with its URL, is to be saved where it lies already: nothing was downloaded.
    case kept(path: String, bytes: Int64, url: String)
    /// The script has the content of a result: it has read it, or saved a picture that was made from it, so that the result need
    /// not be saved itself.
    case used(url: String)
    /// An upload or a download began, went on or ended. Content that is at the service already is not an upload.
    case transfer(ScriptTransfer)
    /// A call of the service is made once more. Sent by the code that makes the client (``ClientDependencies/onRetry``).
    case retried(ClientOperation)
}
