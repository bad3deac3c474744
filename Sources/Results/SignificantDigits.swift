/// Prints numbers with a fixed number of significant digits, without exponents for the sizes that occur in reports and
/// independent of the locale.
package enum SignificantDigits {
    /// `value` rounded to `digits` significant digits: `1234.5` → `1230`, `0.012345` → `0.0123`, `2` → `2.00`.
    package static func format(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return "–" }
        guard value != 0 else { return "0" }
        var exponent = exponent(of: value.magnitude)
        var power = powerOfTen(digits - 1 - exponent)
        var mantissa = (value.magnitude * power).rounded()
        if mantissa >= powerOfTen(digits) {
            // 9.996 rounds to 10.0, which has one digit more before the point.
            exponent += 1
            power = powerOfTen(digits - 1 - exponent)
            mantissa = (value.magnitude * power).rounded()
        }
        let sign = value < 0 ? "-" : ""
        guard (-6...15).contains(exponent) else { return "\(sign)\(mantissa / power)" }
        let places = max(0, digits - 1 - exponent)
        if places == 0 { return "\(sign)\(Int64(mantissa / power))" }
        let whole = String(Int64(mantissa))
        let padded = String(repeating: "0", count: max(0, places + 1 - whole.count)) + whole
        return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    private static func exponent(of magnitude: Double) -> Int {
        var exponent = 0
        var rest = magnitude
        while rest >= 10 {
            rest /= 10
            exponent += 1
        }
        while rest < 1 {
            rest *= 10
            exponent -= 1
        }
        return exponent
    }

    private static func powerOfTen(_ exponent: Int) -> Double {
        var power = 1.0
        for _ in 0..<exponent.magnitude { power *= 10 }
        return exponent < 0 ? 1 / power : power
    }
}
