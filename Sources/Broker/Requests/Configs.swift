internal import KafkaProtocol

/// DescribeConfigs' numbers for what a configuration belongs to.
enum ConfigResource {
    static let topic: Int8 = 2
    static let broker: Int8 = 4
}

/// DescribeConfigs' numbers for where a value comes from.
enum ConfigSource {
    static let topic: Int8 = 1
    static let brokerFile: Int8 = 4
    static let standard: Int8 = 5
}

extension BrokerNode {
    func describeConfigs(_ request: DescribeConfigsRequest) -> DescribeConfigsResponse {
        DescribeConfigsResponse { response in
            response.results = request.resources.map { resource in
                DescribeConfigsResponse.Result { answer in
                    answer.resourceType = resource.resourceType
                    answer.resourceName = resource.resourceName
                    do throws(TopicCatalog.Refusal) {
                        let all = try configs(of: resource)
                        answer.configs = all.filter { config in
                            resource.configurationKeys?.contains(config.name) ?? true
                        }
                    } catch {
                        answer.errorCode = error.code
                        answer.errorMessage = error.message
                    }
                }
            }
        }
    }

    private func configs(
        of resource: DescribeConfigsRequest.Resource
    ) throws(TopicCatalog.Refusal) -> [DescribeConfigsResponse.Config] {
        switch resource.resourceType {
        case ConfigResource.topic:
            guard let topic = topics.find(resource.resourceName) else {
                throw TopicCatalog.Refusal(
                    code: .unknownTopicOrPartition, message: "there is no topic '\(resource.resourceName)'")
            }
            return TopicSetting.all.map { setting in config(setting, topic) }
        case ConfigResource.broker where resource.resourceName.isEmpty:
            // The defaults that were set for all brokers while they ran: no such defaults can be set here.
            return []
        case ConfigResource.broker:
            guard resource.resourceName == "\(cluster.own)" else {
                throw TopicCatalog.Refusal(
                    code: .invalidRequest,
                    message: "broker '\(resource.resourceName)' was asked for, this is \(cluster.own)")
            }
            return BrokerSetting.all.map(config) + TopicSetting.all.compactMap(brokerConfig)
        default:
            throw TopicCatalog.Refusal(
                code: .invalidRequest, message: "resource type \(resource.resourceType) has no configuration here")
        }
    }

    private func config(_ setting: TopicSetting, _ topic: Topic) -> DescribeConfigsResponse.Config {
        DescribeConfigsResponse.Config {
            let isOwn = topic.overrides[setting.name] != nil
            let value = setting.read(topic.configuration)
            let isStandard = value == setting.read(TopicConfiguration())
            $0.name = setting.name
            $0.value = value
            $0.isDefault = !isOwn
            $0.configSource = isOwn ? ConfigSource.topic : isStandard ? ConfigSource.standard : ConfigSource.brokerFile
            $0.configType = setting.kind.rawValue
            $0.documentation = setting.summary
        }
    }

    private func config(_ setting: BrokerSetting) -> DescribeConfigsResponse.Config {
        DescribeConfigsResponse.Config {
            let value = setting.read(configuration)
            let isStandard = value == setting.read(BrokerConfiguration())
            $0.name = setting.names[0]
            $0.value = value
            $0.readOnly = true
            $0.isDefault = isStandard
            $0.configSource = isStandard ? ConfigSource.standard : ConfigSource.brokerFile
            $0.configType = TopicSetting.Kind.string.rawValue
            $0.documentation = setting.summary
        }
    }

    private func brokerConfig(_ setting: TopicSetting) -> DescribeConfigsResponse.Config? {
        guard let name = setting.brokerName else { return nil }
        return DescribeConfigsResponse.Config {
            let value = setting.read(configuration.topicDefaults)
            let isStandard = value == setting.read(TopicConfiguration())
            $0.name = name
            $0.value = value
            $0.readOnly = true
            $0.isDefault = isStandard
            $0.configSource = isStandard ? ConfigSource.standard : ConfigSource.brokerFile
            $0.configType = setting.kind.rawValue
            $0.documentation = setting.summary
        }
    }

    /// Replaces all that was set for topics.
    func alterConfigs(_ request: AlterConfigsRequest, by topics: some TopicAuthority) -> AlterConfigsResponse {
        AlterConfigsResponse { response in
            response.responses = request.resources.map { resource in
                AlterConfigsResponse.Resource { answer in
                    answer.resourceType = resource.resourceType
                    answer.resourceName = resource.resourceName
                    do throws(TopicCatalog.Refusal) {
                        try checkIsTopic(resource.resourceType)
                        try topics.setOverrides(of: resource.resourceName, validateOnly: request.validateOnly) {
                            _ throws(TopicCatalog.Refusal) in
                            var overrides: [String: String] = [:]
                            for config in resource.configs { overrides[config.name] = config.value }
                            return overrides
                        }
                    } catch {
                        answer.errorCode = error.code
                        answer.errorMessage = error.message
                    }
                }
            }
        }
    }

    /// Changes what is named.
    func incrementalAlterConfigs(
        _ request: IncrementalAlterConfigsRequest, by topics: some TopicAuthority
    ) -> IncrementalAlterConfigsResponse {
        IncrementalAlterConfigsResponse { response in
            response.responses = request.resources.map { resource in
                IncrementalAlterConfigsResponse.Resource { answer in
                    answer.resourceType = resource.resourceType
                    answer.resourceName = resource.resourceName
                    do throws(TopicCatalog.Refusal) {
                        try checkIsTopic(resource.resourceType)
                        try topics.setOverrides(of: resource.resourceName, validateOnly: request.validateOnly) {
                            overrides throws(TopicCatalog.Refusal) in
                            try Self.change(overrides, by: resource.configs)
                        }
                    } catch {
                        answer.errorCode = error.code
                        answer.errorMessage = error.message
                    }
                }
            }
        }
    }

    private static func change(
        _ overrides: [String: String], by configs: [IncrementalAlterConfigsRequest.Config]
    ) throws(TopicCatalog.Refusal) -> [String: String] {
        var overrides = overrides
        for config in configs {
            switch config.configOperation {
            case 0:
                guard let value = config.value else {
                    throw TopicCatalog.Refusal(code: .invalidConfig, message: "\(config.name) is set to nothing")
                }
                overrides[config.name] = value
            case 1: overrides[config.name] = nil
            default:
                throw TopicCatalog.Refusal(
                    code: .invalidConfig,
                    message: "\(config.name): operation \(config.configOperation); no setting here is a list to edit")
            }
        }
        return overrides
    }

    private func checkIsTopic(_ type: Int8) throws(TopicCatalog.Refusal) {
        guard type == ConfigResource.topic else {
            throw TopicCatalog.Refusal(
                code: .invalidRequest, message: "only topics can be changed while the broker runs")
        }
    }
}
