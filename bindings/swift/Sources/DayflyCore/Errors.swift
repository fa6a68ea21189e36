// What errors say to people: `localizedDescription` is the core's own sentence. Decides nothing;
// programs switch on `kind`.
import Foundation

extension DayflyError: LocalizedError {
  /// What went wrong.
  public var errorDescription: String? {
    switch self {
    case .Refused(_, let sentence, _): sentence
    }
  }

  /// What to try, when there is something.
  public var recoverySuggestion: String? {
    switch self {
    case .Refused(_, _, let hint): hint
    }
  }
}

extension DayflyError {
  /// Why it was refused, without taking the case apart.
  public var kind: ErrorKind {
    switch self {
    case .Refused(let kind, _, _): kind
    }
  }
}
