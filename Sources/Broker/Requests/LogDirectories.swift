internal import CommitLog
internal import KafkaProtocol
internal import LinuxKernel

extension BrokerNode {
    /// The log directories, those that are offline included, and the partitions in them.
    func describeLogDirs(_ request: DescribeLogDirsRequest) -> DescribeLogDirsResponse {
        let described = partitions(request.topics)
        return DescribeLogDirsResponse {
            $0.results = configuration.logDirectories.map { path in
                describe(path, described.filter { $0.health.path == path })
            }
        }
    }

    /// The partitions of this node that were asked for.
    private func partitions(_ wanted: [DescribeLogDirsRequest.Topic]?) -> [Partition] {
        guard let wanted else { return topics.partitions }
        return wanted.flatMap { name in
            guard let topic = topics.find(name.topic) else { return [Partition]() }
            return name.partitions.compactMap { index in
                topic.partitions.indices.contains(Int(index)) ? topic.partitions[Int(index)] : nil
            }
        }
    }

    private func describe(_ path: String, _ partitions: [Partition]) -> DescribeLogDirsResponse.Result {
        DescribeLogDirsResponse.Result { result in
            do throws(SystemError) {
                result.logDir = try FileIdentity.resolve(path)
                let volume = try Directory.fileSystem(at: path)
                result.totalBytes = Int64(clamping: volume.totalBytes)
                result.usableBytes = Int64(clamping: volume.freeBytes)
            } catch {
                result.logDir = path
                result.errorCode = .kafkaStorageError
            }
            guard store.isUsable(path), !partitions.contains(where: { $0.health.isBroken }) else {
                result.errorCode = .kafkaStorageError
                return
            }
            result.topics = Dictionary(grouping: partitions, by: \.name.topic).sorted { $0.key < $1.key }.map {
                name, partitions in
                DescribeLogDirsResponse.Topic {
                    $0.name = name
                    $0.partitions = partitions.map { partition in
                        DescribeLogDirsResponse.Partition {
                            $0.partitionIndex = partition.name.partition
                            $0.partitionSize = Int64(partition.lock.withLock { partition.log.byteCount })
                        }
                    }
                }
            }
        }
    }
}
