extension String {
    /// The text with every `mark` written twice, which is how CSV and gnuplot quote a quote.
    ///
    /// It goes by Unicode scalars: to Swift a quote with a combining accent after it is another character than a quote,
    /// to the programs that read the text it is not.
    package func doubling(_ mark: Unicode.Scalar) -> String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            result.append(scalar)
            if scalar == mark { result.append(scalar) }
        }
        return String(result)
    }
}
