// Numbers of the record batch header are big-endian and not aligned. The caller has checked that they are inside.

extension UnsafeRawBufferPointer {
    func bigEndian<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type, at offset: Int) -> Number {
        unsafe Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension UnsafeMutableRawBufferPointer {
    func storeBigEndian<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number, at offset: Int) {
        unsafe storeBytes(of: number.bigEndian, toByteOffset: offset, as: Number.self)
    }
}
