// A camera's frame read by the core: where it lies, and in memory that the core lends by address.
import DayflyCore
import Foundation
import Testing

extension Smoke {
  @Test func aFrameIsReadWhereItLies() throws {
    let frame = try Frame(showing: "where it lies")
    let side = UInt32(frame.side)
    #expect(
      try qrRead(luma: frame.luma, width: side, height: side, stride: side) == "where it lies")
  }

  @Test func aFrameIsReadFromLentMemory() async throws {
    try await leavingNothing {
      let frame = try Frame(showing: "lent")
      let side = UInt32(frame.side)
      let scanner = try QrScanner(capacity: UInt64(frame.luma.count), most: 1)
      let lease = try #require(try scanner.lend())
      #expect(try scanner.lend() == nil, "one is all there is")
      let start = UnsafeMutableRawPointer(bitPattern: UInt(lease.address()))
      let memory = UnsafeMutableRawBufferPointer(start: start, count: Int(lease.capacity()))
      frame.luma.copyBytes(to: memory)
      #expect(try scanner.read(lease: lease, width: side, height: side, stride: side) == "lent")
      let again = await refusal {
        try scanner.read(lease: lease, width: side, height: side, stride: side)
      }
      #expect(again?.kind == .badRequest)
      scanner.stop()
      #expect(await refusal { try scanner.lend() }?.kind == .ended)
    }
  }
}

/// A brightness plane of a QR code: four pixels a module, and four modules of margin.
private struct Frame {
  let side: Int
  let luma: Data

  init(showing text: String) throws {
    let code = try qrEncode(text: text)
    let (size, scale, margin) = (Int(code.size), 4, 4)
    side = (size + 2 * margin) * scale
    var luma = Data(repeating: 0xff, count: side * side)
    for y in 0..<size * scale {
      for x in 0..<size * scale where code.modules[y / scale * size + x / scale] != 0 {
        luma[(y + margin * scale) * side + x + margin * scale] = 0
      }
    }
    self.luma = luma
  }
}
