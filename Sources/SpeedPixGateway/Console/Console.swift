/// The gateway's page, and the routes that it uses besides those that commands use.
///
/// Each area of the page gives its routes in a value of its own; ``Gateway`` puts them together.
struct Console: Sendable {
    /// Those that answer with an envelope.
    var calls: [any AdminCall] = []
    /// Those that answer with something else, such as events.
    var routes: [any AdminRoute] = []
}
