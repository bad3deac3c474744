import LinuxKernel

// Goes the ways of the paths through the kernel wrappers and prints how many calls these counted, `kind calls` a line,
// for a test that has another program count them too. Arguments: an empty directory, and how many rounds to make.

guard CommandLine.arguments.count == 3, let rounds = Int(CommandLine.arguments[2]) else {
    fatalError("usage: CountedCalls DIRECTORY ROUNDS")
}
let ways = try Ways(in: CommandLine.arguments[1])
for round in 0..<rounds { try ways.go(round) }
let counted = CallCounters.now()
print(CallKind.allCases.filter(\.isCall).map { "\($0.columnName) \(counted.calls($0))" }.joined(separator: "\n"))
