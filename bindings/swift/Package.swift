// swift-tools-version: 6.0
// The Swift side of the bindings as a package: what uniffi generates from the library
// (target/bindings, never committed), what is written by hand around it, and its tests.
// `scripts/swift` generates, builds and tests it, and says where the library is.
import PackageDescription

let package = Package(
  name: "Dayfly",
  platforms: [.iOS(.v17), .macOS(.v14)],
  products: [.library(name: "DayflyCore", targets: ["DayflyCore"])],
  targets: [
    .systemLibrary(name: "DayflyFFI"),
    .target(
      name: "DayflyCore",
      dependencies: ["DayflyFFI"],
      path: ".",
      exclude: ["Tests"],
      sources: ["Sources/DayflyCore", "target/bindings"],
      linkerSettings: [.linkedLibrary("dayfly")]),
    .testTarget(name: "DayflyCoreTests", dependencies: ["DayflyCore"]),
  ]
)
