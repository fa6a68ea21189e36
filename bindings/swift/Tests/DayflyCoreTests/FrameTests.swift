// A camera's frame read by the core, where it lies.
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
