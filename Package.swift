// swift-tools-version: 6.2
import PackageDescription

// The code follows the rules of Swift 6.3 on where `unsafe` has to stand. Earlier compilers warn of some of these places.
#if compiler(>=6.3)
let warnings: [SwiftSetting] = [.treatAllWarnings(as: .error)]
#else
let warnings: [SwiftSetting] = []
#endif

/// Every Swift target of the package is compiled with the same strictness: warnings are errors, unsafe code is marked,
/// existentials are spelt out, and an import is as visible as it says.
let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + warnings

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "sluice",
    products: [
        .executable(name: "sluice", targets: ["sluice"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.1.3"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // Ground floor: what Swift cannot import by itself.
        .target(name: "CLinux", dependencies: ["CURing"]),
        .target(name: "CAllocationCounter"),
        systemLibrary("CURing", pkgConfig: "liburing", apt: "liburing-dev"),
        .target(
            name: "CGnuplot",
            linkerSettings: [
                .linkedLibrary("boost_iostreams"), .linkedLibrary("boost_system"), .linkedLibrary("boost_filesystem"),
            ]),
        systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        systemLibrary("CSnappy", pkgConfig: "snappy", apt: "libsnappy-dev"),
        systemLibrary("CLZ4", pkgConfig: "liblz4", apt: "liblz4-dev"),
        systemLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        systemLibrary("CISAL", pkgConfig: "libisal", apt: "libisal-dev"),

        // The broker core.
        library("LinuxKernel", ["CLinux", "CAllocationCounter"]),
        library("Compression", ["CZlib", "CSnappy", "CLZ4", "CZstd"]),
        library("RecordFormat", ["Compression", "CISAL"]),
        library("CommitLog", ["RecordFormat", "Compression", "LinuxKernel"]),
        library("KafkaProtocol"),
        library("KafkaClient", ["KafkaProtocol", "RecordFormat", "Compression", "LinuxKernel"]),
        // Nodes of a cluster tell each other of topics as clients.
        library(
            "Broker",
            ["CommitLog", "KafkaClient", "KafkaProtocol", "RecordFormat", "Compression", "LinuxKernel", logging]),

        // Load and measurement.
        library("Measurement", ["LinuxKernel", histogram]),
        library(
            "LoadGenerator", ["KafkaClient", "CommitLog", "LinuxKernel", "Measurement", "RecordFormat", "Compression"]),

        .target(name: "CPlainLoops", dependencies: ["CURing", "CZlib", "CSnappy", "CLZ4", "CZstd", "CISAL"]),
        library(
            "Limits",
            [
                "CPlainLoops", "LoadGenerator", "KafkaClient", "Broker", "KafkaProtocol", "CommitLog", "RecordFormat",
                "Compression", "Measurement", "LinuxKernel", "Statistics", "Results", logging,
            ]),

        // Experiments: what is asked, what was found, what it means.
        library("Experiments", [yams]),
        library("Statistics"),
        library("Results"),
        library("Emulation", ["Measurement", "LinuxKernel"]),
        library(
            "Runner",
            [
                "Experiments", "Results", "Emulation", "Limits", "Statistics", "LoadGenerator", "KafkaClient", "Broker",
                "CommitLog", "RecordFormat", "Compression", "Measurement", "LinuxKernel", subprocess, system,
            ]),
        library("Reporting", ["Results", "Statistics", "CGnuplot", mustache]),

        .executableTarget(
            name: "sluice",
            dependencies: [
                "Runner", "Reporting", "Results", "Statistics", "Experiments", "Limits", "Broker", "CommitLog",
                "RecordFormat", "Measurement", "LinuxKernel", argumentParser, logging,
            ],
            swiftSettings: strict),

        .target(name: "TestDisks", dependencies: ["LinuxKernel"], path: "Tests/TestDisks", swiftSettings: strict),
        .executableTarget(
            name: "CountedCalls", dependencies: ["LinuxKernel"], path: "Tests/CountedCalls", swiftSettings: strict),
        tests("LinuxKernelTests", ["LinuxKernel", "CountedCalls", "CAllocationCounter"]),
        tests("MeasurementTests", ["Measurement", "LinuxKernel", "CAllocationCounter"]),
        tests("CompressionTests", ["Compression", "CZstd", "CAllocationCounter"]),
        tests(
            "RecordFormatTests", ["RecordFormat", "Compression", "CAllocationCounter"], resources: [.copy("Fixtures")]),
        tests("ExperimentsTests", ["Experiments"]),
        tests("KafkaProtocolTests", ["KafkaProtocol", "CAllocationCounter"], resources: [.copy("Fixtures")]),
        .executableTarget(
            name: "AppendUntilKilled", dependencies: ["CommitLog", "RecordFormat"], path: "Tests/AppendUntilKilled",
            swiftSettings: strict),
        tests(
            "CommitLogTests",
            [
                "CommitLog", "RecordFormat", "Compression", "LinuxKernel", "CAllocationCounter", "AppendUntilKilled",
                "TestDisks",
            ]),
        .executableTarget(
            name: "BrokerProcess", dependencies: ["Broker", "LinuxKernel", logging], path: "Tests/BrokerProcess",
            swiftSettings: strict),
        tests(
            "BrokerTests",
            [
                "Broker", "CommitLog", "KafkaProtocol", "RecordFormat", "Compression", "LinuxKernel", "BrokerProcess",
                "CAllocationCounter", "TestDisks", logging,
            ], resources: [.copy("Fixtures")]),
        tests(
            "KafkaClientTests",
            [
                "KafkaClient", "Broker", "KafkaProtocol", "RecordFormat", "Compression", "LinuxKernel",
                "CAllocationCounter", logging,
            ]),
        tests("ClientTests", ["sluice", subprocess, system]),
        tests("LimitsTests", ["Limits", "Results", "Statistics"]),
        tests("EmulationTests", ["Emulation", "LinuxKernel"]),
        tests("StatisticsTests", ["Statistics"], resources: [.copy("Fixtures")]),
        tests("ResultsTests", ["Results"]),
        tests(
            "RunnerTests",
            ["Runner", "CommitLog", "Experiments", "Measurement", "LinuxKernel", "Results", "TestDisks"]),
        tests(
            "LoadGeneratorTests",
            [
                "LoadGenerator", "CommitLog", "Compression", "KafkaClient", "LinuxKernel", "Measurement",
                "RecordFormat", "BrokerProcess",
            ]),
        tests("ReportingTests", ["Reporting", "Results", "Statistics"], resources: [.copy("Fixtures")]),
    ],
    cxxLanguageStandard: .cxx17
)
