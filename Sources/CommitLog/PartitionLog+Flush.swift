internal import LinuxKernel

extension PartitionLog {
    /// Makes everything durable that was appended, whatever the policy.
    package func flush() throws(LogError) {
        for segment in segments where segment.isDirty {
            try flush(segment, .dataSync, at: 0, byteCount: 0)
            segment.isDirty = false
        }
        ledger.flushed(upTo: logEndOffset)
    }

    /// Does what the flush policy asked for after a write.
    func flush(_ action: FlushPolicy.Action, at position: Int, byteCount: Int, endOffset: Int64) throws(LogError) {
        switch action {
        case .nothing:
            return
        case .dataSync, .sync:
            // A roll may have left records of an older segment unflushed.
            for segment in segments where segment.isDirty {
                try flush(segment, action, at: position, byteCount: byteCount)
                segment.isDirty = false
            }
            ledger.flushed(upTo: endOffset)
        case .writeBack:
            try flush(activeSegment, action, at: position, byteCount: byteCount)
        }
    }

    private func flush(
        _ segment: Segment, _ action: FlushPolicy.Action, at position: Int, byteCount: Int
    ) throws(LogError) {
        do throws(SystemError) {
            try ledger.timed { () throws(SystemError) in
                switch action {
                case .nothing: break
                case .dataSync: try segment.file.dataSync()
                case .sync: try segment.file.sync()
                case .writeBack: try segment.file.writeBack(at: position, byteCount: byteCount)
                }
            }
        } catch {
            offlineCause = error
            throw .offline(path: directory, cause: error)
        }
    }
}
