internal import CAllocationCounter

/// What this process asked of the heap.
package enum HeapAllocations {
    /// The allocations of all threads since the process began: those of Swift, C and C++ code.
    package static var count: UInt64 { sluice_process_allocations() }
}
