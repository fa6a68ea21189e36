// A room from Swift: somebody joins it from a terminal, the two talk, a request is refused, a wait
// is given up, and what is let go of is freed.
import DayflyCore
import Testing

extension Smoke {
  @Test func aRoomOpenedHereIsJoinedFromTheTerminal() async throws {
    try await inARoom { _, room, link in
      let ear = Ear()
      let subscription = try room.subscribe(listener: ear)
      var heard = Heard(ear.events)
      let snapshot = try await heard.first("reset") {
        if case .reset(let snapshot) = $0 { snapshot } else { nil }
      }
      #expect(snapshot.me.name == "Swift" && snapshot.members.isEmpty)

      let terminal = try Terminal("join", link, "--name", "Terminal")
      let they = try await heard.member("Terminal")
      let me = try await terminal.first("member_joined") { $0.member?.name == "Swift" }.member
      #expect(they.kind == .native && they.trust == .new)

      let text = "Hello from Swift: äöü 🦀 \u{0}"
      let id = try await room.say(text: text, options: SayOptions(reference: "mine"))
      #expect(try await terminal.first("message") { $0.text == text }.from == me?.id)
      let mine = try await heard.message { $0.mine }
      #expect(mine.id == id && mine.reference == "mine")

      try terminal.send(["cmd": "say", "text": "Hello from a terminal", "ref": "1"])
      let said = try await heard.message { $0.text == "Hello from a terminal" }
      #expect(said.from == they.id && !said.mine && !said.direct && !said.history)

      _ = try await room.direct(to: "Terminal", text: "for you alone")
      #expect(try await terminal.first("message") { $0.text == "for you alone" }.direct == true)

      subscription.unsubscribe()
      _ = try await room.say(text: "unheard")
      _ = try await terminal.first("message") { $0.text == "unheard" }
      ear.end()
      let unheard = await heard.rest().contains {
        if case .message(let message) = $0 { message.text == "unheard" } else { false }
      }
      #expect(!unheard)
      #expect(try await room.snapshot().messages.contains { $0.text == "unheard" })

      try terminal.send(["cmd": "leave"])
      #expect(await terminal.exitCode() == 0)
    }
  }

  @Test func codesAreComparedWithTheTerminal() async throws {
    try await inARoom { _, room, link in
      let ear = Ear()
      let subscription = try room.subscribe(listener: ear)
      var heard = Heard(ear.events)
      let terminal = try Terminal("join", link, "--name", "Terminal")
      _ = try await heard.member("Terminal")
      _ = try await terminal.first("member_joined")
      let verification = try await room.verify(member: "Terminal")
      let asked = try await terminal.first("verification") { $0.state == "asked" }
      #expect(asked.digits == nil)
      try terminal.send(["cmd": "verify", "member": "Swift"])
      let shown = try await verification.first(.compare)
      #expect(shown.emoji?.count == 7)
      let theirs = try await terminal.first("verification") { $0.state == "compare" }
      #expect(shown.digits != nil && shown.digits == theirs.digits)
      try await verification.confirm()
      try terminal.send(["cmd": "verify_confirm", "member": "Swift"])
      _ = try await verification.first(.done)
      #expect(try await room.snapshot().members.map(\.trust) == [.verified])
      subscription.unsubscribe()
    }
  }

  @Test func aRoomOpenedInTheTerminalIsJoinedFromHere() async throws {
    try await leavingNothing {
      let terminal = try Terminal("open", "--web", "--name", "Terminal")
      let link = try #require(try await terminal.first("ready").link)
      let dayfly = try Dayfly.start()
      let room = try await dayfly.enter(invite: Invite.parse(text: link), options: guest)
      let joined = try await terminal.first("member_joined").member
      try await room.leave()
      #expect(try await terminal.first("member_left").id == joined?.id)
    }
  }

  @Test func aRefusalHasAKindAndASentence() async throws {
    let bad = await refusal { try Invite.parse(text: "https://example.org/") }
    #expect(bad?.kind == .badInvite)

    try await inARoom { dayfly, room, _ in
      let nobody = await refusal { try await room.direct(to: "Nobody", text: "hello") }
      #expect(nobody?.kind == .noSuchMember)
      guard case .Refused(_, let sentence, let hint) = nobody else { return }
      #expect(!sentence.isEmpty && nobody?.localizedDescription == sentence)
      #expect(nobody?.recoverySuggestion == hint)

      var locked = host
      locked.password = "swordfish"
      let members = NativeOptions(history: .members)
      let other = try await dayfly.openNative(native: members, options: locked)
      let asked = await refusal { try await dayfly.enter(invite: other.invite(), options: guest) }
      #expect(asked?.kind == .needsPassword)
      try await other.leave()
    }
  }

  @Test func aWaitEndsByItsTokenAndByItsTask() async throws {
    try await inARoom { dayfly, room, _ in
      let cancel = Cancel()
      async let ended = refusal { try await room.over(cancel: cancel) }
      cancel.cancel()
      #expect(await ended?.kind == .cancelled)

      let used = await refusal {
        try await dayfly.enter(invite: room.invite(), options: guest, cancel: cancel)
      }
      #expect(used?.kind == .cancelled)

      let task = Task { @MainActor in try await cancellable { try await room.over(cancel: $0) } }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      _ = try await room.say(text: "still here")
    }
  }

  @Test func whatIsLetGoOfIsFreed() async throws {
    weak var listener: Ear?
    var heard: Heard<Event>?
    try await leavingNothing {
      let terminal = try Terminal("open", "--web")
      let link = try #require(try await terminal.first("ready").link)
      let dayfly = try Dayfly.start()
      do {
        let room = try await dayfly.enter(invite: Invite.parse(text: link), options: guest)
        let ear = Ear()
        listener = ear
        heard = Heard(ear.events)
        let subscription = try room.subscribe(listener: ear)
        _ = try await terminal.first("member_joined")
        withExtendedLifetime((room, subscription)) {}
      }
      // Nobody said goodbye: freeing the room did.
      _ = try await terminal.first("member_left")
    }
    // The thread that calls the listener lets go of it when it ends, which nothing waits for.
    _ = await heard?.rest()
    #expect(listener == nil)
  }
}

extension Heard where Item == Event {
  /// The member of this name: here already, or who comes.
  mutating func member(_ name: String) async throws -> Member {
    try await first(name) {
      switch $0 {
      case .memberJoined(let member) where member.name == name: member
      case .reset(let snapshot): snapshot.members.first { $0.name == name }
      default: nil
      }
    }
  }

  /// The first message for which `holds`.
  mutating func message(_ holds: (Message) -> Bool) async throws -> Message {
    try await first("message") {
      if case .message(let message) = $0, holds(message) { message } else { nil }
    }
  }
}

extension Verification {
  /// The first step in this state.
  func first(_ state: VerificationState) async throws -> VerificationStep {
    while let step = try await next() {
      if step.state == state { return step }
    }
    throw NotHeard(what: "\(state)", instead: [])
  }
}
