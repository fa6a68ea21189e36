// The terminal client as a child process, driven by its JSON contract (cli/contract.json).
import Foundation

/// A line of its output, as far as the tests look at it.
struct Line: Decodable, Sendable {
  struct Member: Decodable {
    let id: String
    let name: String
  }

  let event: String
  var link: String?
  var id: String?
  var from: String?
  var text: String?
  var direct: Bool?
  var member: Member?
  var state: String?
  var digits: String?

  private enum Key: CodingKey {
    case event, link, id, from, text, direct, member, state, digits
  }

  /// A field that is of another type in some other event is none of ours.
  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: Key.self)
    event = try fields.decode(String.self, forKey: .event)
    link = try? fields.decode(String.self, forKey: .link)
    id = try? fields.decode(String.self, forKey: .id)
    from = try? fields.decode(String.self, forKey: .from)
    text = try? fields.decode(String.self, forKey: .text)
    direct = try? fields.decode(Bool.self, forKey: .direct)
    member = try? fields.decode(Member.self, forKey: .member)
    state = try? fields.decode(String.self, forKey: .state)
    digits = try? fields.decode(String.self, forKey: .digits)
  }
}

final class Terminal {
  private let process = Process()
  private let input = Pipe()
  private var lines: Heard<Line>
  private let ended: AsyncStream<Int32>

  init(_ arguments: String...) throws {
    let folder = try environment("DAYFLY_BIN")
    let output = Pipe()
    let (stream, continuation) = AsyncStream<Line>.makeStream()
    let (ended, end) = AsyncStream<Int32>.makeStream()
    lines = Heard(stream)
    self.ended = ended
    process.executableURL = URL(fileURLWithPath: folder).appendingPathComponent("dayfly")
    process.arguments = arguments + ["--json", "--local", "--no-lan", "--yes"]
    process.standardInput = input
    process.standardOutput = output
    process.terminationHandler = { end.yield($0.terminationStatus) }
    try process.run()
    Thread.detachNewThread {
      readLines(of: output.fileHandleForReading, into: continuation)
    }
  }

  deinit {
    if process.isRunning { process.terminate() }
  }

  /// A command of the contract.
  func send(_ command: [String: String]) throws {
    let line = try JSONEncoder().encode(command) + Data("\n".utf8)
    try input.fileHandleForWriting.write(contentsOf: line)
  }

  /// The first event, already here or still to come, of this name for which `holds`.
  func first(_ event: String, _ holds: (Line) -> Bool = { _ in true }) async throws -> Line {
    try await lines.first(event) { $0.event == event && holds($0) ? $0 : nil }
  }

  /// Waits for the program to end by itself, and gives its exit code.
  func exitCode() async -> Int32? {
    await ended.first { _ in true }
  }
}

private func environment(_ name: String) throws -> String {
  struct Unset: Error { let name: String }
  guard let value = ProcessInfo.processInfo.environment[name] else { throw Unset(name: name) }
  return value
}

private func readLines(of handle: FileHandle, into lines: AsyncStream<Line>.Continuation) {
  var rest = Data()
  while case let more = handle.availableData, !more.isEmpty {
    rest += more
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      if let line = try? JSONDecoder().decode(Line.self, from: rest[..<end]) { lines.yield(line) }
      rest = Data(rest[rest.index(after: end)...])
    }
  }
  lines.finish()
}
