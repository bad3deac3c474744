/// Why a machine's disks or hosts cannot be emulated, with what to do about it where something can be done.
package struct EmulationError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
