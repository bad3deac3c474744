import Glibc

/// The natural logarithm and its inverse.
package enum Logarithm {
    package static func natural(_ value: Double) -> Double { log(value) }

    package static func inverse(_ value: Double) -> Double { exp(value) }
}
