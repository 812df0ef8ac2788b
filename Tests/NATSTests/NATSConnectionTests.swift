import Testing
@Suite struct NATSTests {}
