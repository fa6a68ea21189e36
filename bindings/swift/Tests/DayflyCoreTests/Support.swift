// What the tests share: the one suite they are in, a room on this machine alone, and an ear that
// waits for what it wants to hear.
import DayflyCore
import Testing

/// One after the other: the count of live objects is one for the whole process. Nothing waits for
/// the limit unless something is broken.
@Suite(.serialized, .timeLimit(.minutes(1))) struct Smoke {}

/// How a room on this machine alone is joined.
let guest = RoomOptions(name: "Swift", local: true)

/// How one is opened: with a place to meet.
var host: RoomOptions {
  var options = guest
  options.embeddedTracker = "127.0.0.1:0"
  return options
}

/// A new native room on this machine alone; all of its objects are gone afterwards.
func inARoom(_ work: (Dayfly, Room, _ link: String) async throws -> Void) async throws {
  try await leavingNothing {
    let dayfly = try Dayfly.start()
    let room = try await dayfly.openNative(native: NativeOptions(history: .members), options: host)
    try await work(dayfly, room, room.invite().info().link)
    try await room.leave()
  }
}

/// As many objects afterwards as before.
func leavingNothing(_ work: () async throws -> Void) async throws {
  let before = liveObjects()
  try await work()
  #expect(liveObjects() == before, "objects were left behind")
}

/// What comes in from other threads, kept, for a test that waits for one thing of it.
struct Heard<Item: Sendable> {
  private var seen: [Item] = []
  private var iterator: AsyncStream<Item>.Iterator

  init(_ stream: AsyncStream<Item>) {
    iterator = stream.makeAsyncIterator()
  }

  /// The first, already here or still to come, in which `find` finds something.
  mutating func first<Found>(_ what: String, _ find: (Item) -> Found?) async throws -> Found {
    for item in seen {
      if let found = find(item) { return found }
    }
    while let item = await iterator.next() {
      seen.append(item)
      if let found = find(item) { return found }
    }
    throw NotHeard(what: what, instead: seen.map { "\($0)" })
  }

  /// All until the end.
  mutating func rest() async -> [Item] {
    while let item = await iterator.next() { seen.append(item) }
    return seen
  }
}

struct NotHeard: Error {
  let what: String
  let instead: [String]
}

/// Hears a room. What it hears ends with `end`, or when it is freed.
final class Ear: Listener {
  let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation

  init() {
    (events, continuation) = AsyncStream.makeStream()
  }

  deinit {
    end()
  }

  func onEvent(event: Event) {
    continuation.yield(event)
  }

  func end() {
    continuation.finish()
  }
}

/// The error `work` ends with, when it is a refusal.
func refusal<Result>(of work: () async throws -> Result) async -> DayflyError? {
  do {
    _ = try await work()
    return nil
  } catch {
    return error as? DayflyError
  }
}
