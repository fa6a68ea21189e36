// What the core calls in Swift: a store of keys, a search of the local network, a listener. Each
// may throw whatever it likes.
import DayflyCore
import Foundation
import Testing

extension Smoke {
  @Test func anIdentityIsSealedByTheDevice() async throws {
    try await leavingNothing {
      let identity = try KeptIdentity.create()
      let blob = try identity.seal(store: Device())
      #expect(try KeptIdentity.unseal(blob: blob, store: Device()).did() == identity.did())
      for failure in [KeyStoreError.Invalidated, CocoaError(.featureUnsupported)] as [any Error] {
        let lost = await refusal { try KeptIdentity.unseal(blob: blob, store: Device(failure)) }
        #expect(lost?.kind == .keyStore)
      }
      let export = try await identity.export(passphrase: "four long plain words")
      let read = try await KeptIdentity.readExport(
        blob: export, passphrase: "four long plain words")
      #expect(read.did() == identity.did())
    }
  }

  @Test func twoDevicesMeetOnTheirNetworkAlone() async throws {
    let network = Network()
    try await leavingNothing {
      let hers = RoomOptions(name: "Ada", local: true)
      let one = try Dayfly.startWith(discovery: Neighbour(network))
      let two = try Dayfly.startWith(discovery: Neighbour(network))
      let members = NativeOptions(history: .members)
      let ada = try await one.openNative(native: members, options: hers)
      let bob = try await two.enter(invite: ada.invite(), options: guest)
      let ear = Ear()
      let subscription = try bob.subscribe(listener: ear)
      var heard = Heard(ear.events)
      _ = try await heard.member("Ada")
      #expect(try await bob.snapshot().rendezvous.map(\.backend) == ["lan"])
      subscription.unsubscribe()
      try await bob.leave()
      try await ada.leave()
      await network.empty()
    }
  }

  @Test func aListenerThatThrowsIsCalledAgain() async throws {
    try await inARoom { _, room, _ in
      let thrower = Thrower()
      let subscription = try room.subscribe(listener: thrower)
      var heard = Heard(thrower.ear.events)
      for text in ["1", "2"] {
        _ = try await room.say(text: text)
        _ = try await heard.message { $0.text == text }
      }
      subscription.unsubscribe()
    }
  }
}

/// Stands in for the Keychain: seals by a mask, or fails.
private final class Device: KeyStore {
  private let failure: (any Error)?

  init(_ failure: (any Error)? = nil) {
    self.failure = failure
  }

  func wrap(secret: Data) throws -> Data {
    if let failure { throw failure }
    return Data(secret.map { $0 ^ 0x5a })
  }

  func unwrap(blob: Data) throws -> Data {
    try wrap(secret: blob)
  }
}

private final class Thrower: Listener {
  let ear = Ear()

  func onEvent(event: Event) throws {
    ear.onEvent(event: event)
    throw CocoaError(.featureUnsupported)
  }
}

/// A network of this process: whoever advertises is found by whoever browses.
private final class Network: @unchecked Sendable {
  private let lock = NSLock()
  private var services: [String: UInt16] = [:]
  private var sinks: [ObjectIdentifier: DiscoverySink] = [:]
  private let left: AsyncStream<Bool>
  private let leaves: AsyncStream<Bool>.Continuation

  init() {
    (left, leaves) = AsyncStream.makeStream()
  }

  func advertise(_ instance: String, _ port: UInt16) {
    lock.withLock {
      services[instance] = port
      for sink in sinks.values { sink.found(instance: instance, addresses: here, port: port) }
    }
  }

  func browse(_ neighbour: Neighbour, _ sink: DiscoverySink) {
    lock.withLock {
      sinks[ObjectIdentifier(neighbour)] = sink
      for (instance, port) in services {
        sink.found(instance: instance, addresses: here, port: port)
      }
    }
  }

  func leave(_ neighbour: Neighbour, _ instance: String?) {
    lock.withLock {
      sinks[ObjectIdentifier(neighbour)] = nil
      if let instance, services.removeValue(forKey: instance) != nil {
        for sink in sinks.values { sink.lost(instance: instance) }
      }
      leaves.yield(services.isEmpty && sinks.isEmpty)
    }
  }

  /// Returns when nobody is on it.
  func empty() async {
    _ = await left.first { $0 }
  }

  private let here = Host.current().addresses
}

/// What a phone does by the system's own search.
private final class Neighbour: LocalDiscovery, @unchecked Sendable {
  private let network: Network
  private var instance: String?

  init(_ network: Network) {
    self.network = network
  }

  func advertise(service: String, instance: String, port: UInt16) throws {
    guard service == "_dayfly._tcp" else { throw DiscoveryError.Failed }
    self.instance = instance
    network.advertise(instance, port)
  }

  func browse(service: String, sink: DiscoverySink) {
    network.browse(self, sink)
  }

  func stop() {
    network.leave(self, instance)
  }
}
