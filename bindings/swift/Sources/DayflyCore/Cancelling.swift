// Swift's way of giving up a wait. The futures of uniffi do not hear that their task was cancelled,
// so that every long wait takes a `Cancel`; this ties the two together.

/// Runs a wait that ends when the task is cancelled, with `CancellationError`. What was asked for
/// may still happen: only the wait is over.
public func cancellable<Result>(
  isolation: isolated (any Actor)? = #isolation,
  _ wait: (Cancel) async throws -> Result
) async throws -> Result {
  let cancel = Cancel()
  do {
    return try await withTaskCancellationHandler {
      try await wait(cancel)
    } onCancel: {
      cancel.cancel()
    }
  } catch let error as DayflyError where error.kind == .cancelled && Task.isCancelled {
    throw CancellationError()
  }
}
