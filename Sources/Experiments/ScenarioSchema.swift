package import Foundation

/// The scenario file as a JSON Schema (draft 2020-12), for editors: written from the tables that the parser reads. It
/// says what a file may look like; what the parts mean to each other only ``ScenarioParser`` and ``Plan`` know.
package enum ScenarioSchema {
    package static func json(vocabulary: Vocabulary) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(root(vocabulary)) + Data("\n".utf8)
        } catch {
            preconditionFailure("texts and numbers always have a JSON form: \(error)")
        }
    }

    private static func root(_ vocabulary: Vocabulary) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for key in ScenarioKeys.top {
            var part = part(key.name, vocabulary)
            part["description"] = .text(key.summary)
            properties[key.name] = .object(part)
        }
        properties.merge(settings(below: "")) { own, _ in own }
        return .object([
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "A scenario of Sluice",
            "type": "object",
            "required": .strings(ScenarioKeys.top.required),
            "additionalProperties": false,
            "properties": .object(properties),
            "$defs": .object(definitions(vocabulary)),
        ])
    }

    private static func part(_ name: String, _ vocabulary: Vocabulary) -> [String: JSONValue] {
        switch name {
        case "schema": ["const": .text(ScenarioReader.schema)]
        case "name": ["type": ["string", "number"], "pattern": "^[a-z0-9-]{1,100}$"]
        case "target": ["enum": .strings(Target.allCases.map(\.rawValue))]
        case "seed": ["type": "integer", "minimum": 0]
        case "matrix": matrix
        case "quick":
            [
                "type": ["object", "null"], "additionalProperties": false,
                "properties": .object(
                    settings(below: "").merging(["axes": ["$ref": "#/$defs/labels"]]) { own, _ in own }),
            ]
        case "headline": list(of: ["$ref": "#/$defs/metric"])
        case "claims":
            list(
                of: item(ScenarioKeys.claim) { name in
                    switch name {
                    case "metric": ["$ref": "#/$defs/metric"]
                    case "compare", "against": ["$ref": "#/$defs/place"]
                    case "expect": expectation
                    case "across": list(of: ["enum": .strings(Guarantee.allCases.map(\.rawValue))])
                    default: ["type": "string"]
                    }
                })
        case "charts":
            list(
                of: item(ScenarioKeys.chart) { name in
                    switch name {
                    case "metric": ["$ref": "#/$defs/metric"]
                    case "where": ["$ref": "#/$defs/place"]
                    case "ideal": ["enum": .strings(IdealLine.allCases.map(\.rawValue))]
                    default: ["type": "string"]
                    }
                })
        case "gate":
            members(ScenarioKeys.gate) { name in
                let share: JSONValue = ["type": "string", "pattern": "^[0-9.]+%$"]
                return name == "drift"
                    ? ["type": "string", "pattern": "^[0-9.]+%$"]
                    : [
                        "type": "object", "minProperties": 1, "propertyNames": ["$ref": "#/$defs/metric"],
                        "additionalProperties": share,
                    ]
            }
        case "title", "question", "description": ["type": "string"]
        // A part of the file that is not described more closely.
        default: [:]
        }
    }

    private static func list(of item: JSONValue) -> [String: JSONValue] {
        ["type": ["array", "null"], "items": item]
    }

    private static func item(
        _ keys: [ScenarioKeys.Key], _ part: (String) -> [String: JSONValue]
    ) -> JSONValue {
        .object(members(keys, part))
    }

    private static func members(
        _ keys: [ScenarioKeys.Key], _ part: (String) -> [String: JSONValue]
    ) -> [String: JSONValue] {
        var properties: [String: JSONValue] = [:]
        for key in keys {
            var part = part(key.name)
            part["description"] = .text(key.summary)
            properties[key.name] = .object(part)
        }
        return [
            "type": "object", "required": .strings(keys.required), "additionalProperties": false,
            "properties": .object(properties),
        ]
    }

    private static let expectation: [String: JSONValue] = [
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
        "properties": .object(
            Dictionary(
                uniqueKeysWithValues: Expectation.kinds.map { kind in
                    let number: JSONValue = ["type": ["number", "string"]]
                    return (
                        kind,
                        kind.hasSuffix("between")
                            ? ["type": "array", "items": number, "minItems": 2, "maxItems": 2] : number
                    )
                })),
    ]

    /// Axes that are settings have lists of values; any other is a map of named sets of settings.
    private static let matrix: [String: JSONValue] = [
        "type": "object", "additionalProperties": false,
        "properties": [
            "axes": [
                "type": ["object", "null"],
                "properties": .object(
                    Dictionary(
                        uniqueKeysWithValues: SettingCatalog.all.map { definition in
                            (
                                definition.name,
                                [
                                    "type": "array", "minItems": 1, "description": .text(definition.summary),
                                    "items": ["$ref": .text("#/$defs/\(definition.name)")],
                                ]
                            )
                        })),
                "additionalProperties": [
                    "type": "object", "minProperties": 1,
                    "additionalProperties": [
                        "type": ["object", "null"], "additionalProperties": false,
                        "properties": .object(settings(below: "")),
                    ],
                ],
            ],
            "exclude": ["type": ["array", "null"], "items": ["$ref": "#/$defs/labels"]],
        ],
    ]

    // MARK: - Settings

    /// What may stand at a prefix: `broker.append.path`, `append.path` below `broker`, or `path` below `append` in it.
    private static func settings(below prefix: String) -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        for definition in SettingCatalog.all where definition.name.hasPrefix(prefix) {
            let words = definition.name.dropFirst(prefix.count).split(separator: ".")
            for count in 1...words.count {
                let key = words.prefix(count).joined(separator: ".")
                // A key that is a setting is one, even where others begin with it.
                let isSetting = SettingCatalog.definition(of: prefix + key) != nil
                found[key] = ["$ref": .text("#/$defs/\(prefix)\(key)\(isSetting ? "" : ".")")]
            }
        }
        return found
    }

    private static func definitions(_ vocabulary: Vocabulary) -> [String: JSONValue] {
        let label: JSONValue = ["type": ["string", "number", "boolean"]]
        var found: [String: JSONValue] = [
            "metric": ["enum": .strings(vocabulary.metrics)],
            "place": ["type": "object", "minProperties": 1, "additionalProperties": label],
            "labels": [
                "type": "object",
                "additionalProperties": ["anyOf": [label, ["type": "array", "minItems": 1, "items": label]]],
            ],
        ]
        for definition in SettingCatalog.all {
            found[definition.name] = value(definition, vocabulary)
            let words = definition.name.split(separator: ".")
            for count in 1..<max(2, words.count) {
                let prefix = words.prefix(count).joined(separator: ".") + "."
                guard found[prefix] == nil else { continue }
                found[prefix] = [
                    "type": ["object", "null"], "additionalProperties": false,
                    "properties": .object(settings(below: prefix)),
                ]
            }
        }
        return found
    }

    private static func value(_ definition: SettingDefinition, _ vocabulary: Vocabulary) -> JSONValue {
        var shape = shape(definition.shape)
        if definition.use.isStrategy {
            shape = ["enum": .strings(vocabulary.strategies[definition.name, default: []].map(\.name))]
        }
        let range = definition.allowed.map { " From \($0)." } ?? ""
        let targets = definition.use.targets.count == 1 ? " For target \(definition.use.targets[0])." : ""
        shape["description"] = .text(
            "\(definition.summary)\(range)\(definition.use.isKafkas ? " As in Kafka." : "")\(targets)")
        shape["default"] = .text(definition.defaultText)
        return .object(shape)
    }

    private static func shape(_ shape: ValueShape) -> [String: JSONValue] {
        switch shape {
        case .scalar: ["type": ["string", "number", "boolean"]]
        case .integer:
            [
                "anyOf": [
                    ["type": "integer", "minimum": 0],
                    ["type": "string", "pattern": "^[0-9](_?[0-9])*( ?[kMG])?$"],
                ]
            ]
        case .boolean: ["enum": [true, false, "true", "false"]]
        case .number(let range):
            [
                "anyOf": [
                    ["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)],
                    ["type": "string", "pattern": "^[0-9.]+$"],
                ]
            ]
        case .choice(let names):
            // A name such as 1 is a number to an editor.
            ["enum": .array(names.map(JSONValue.text) + names.compactMap { Double($0).map(JSONValue.number) })]
        case .quantity(let units):
            ["type": "string", "pattern": .text("^[0-9](_?[0-9])* ?(\(units.joined(separator: "|")))$")]
        case .optional(let wrapped):
            ["anyOf": [.object(self.shape(wrapped)), ["enum": ["unset", -1, "-1"]]]]
        }
    }
}
