// What users build their tests on, our own tests use, too.
@_exported public import SpeedPixTesting
