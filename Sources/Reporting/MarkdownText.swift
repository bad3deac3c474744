/// `report.md`: the report for pull requests and terminals.
enum MarkdownText {
    static let template = """
        {{% CONTENT_TYPE:TEXT}}# {{title}}

        {{question}}

        {{#answer}}
        **{{#lead}}{{markdown}}{{/lead}}**

        {{#reason}}
        {{markdown}}

        {{/reason}}
        {{#others}}
        {{markdown}}

        {{/others}}
        {{^isVerdicts}}
        {{#verdicts}}
        {{.}}

        {{/verdicts}}
        {{/isVerdicts}}
        {{/answer}}
        {{conditions}} · {{start}}

        {{#firstFigure}}
        ![{{title}}]({{png}})

        {{/firstFigure}}
        {{#answer}}
        {{#cases}}
        ## Case by case

        \(table)
        {{#basis}}

        {{.}}
        {{/basis}}

        {{/cases}}
        {{/answer}}
        {{#hasClaims}}
        ## Claims

        {{#claims}}
        - **{{verdict}}** {{statement}} ({{expectation}})
        {{#figures}}
          - {{#place}}{{.}}: {{/place}}{{text}}{{#evidence}}. {{.}}{{/evidence}}
        {{/figures}}
        {{#reason}}
          - {{.}}
        {{/reason}}
        {{#across}}
          - {{.}}
        {{/across}}
        {{/claims}}

        {{/hasClaims}}
        ## Results

        {{#results}}
        | {{#axes}}{{.}} | {{/axes}}{{#columns}}{{title}} | {{/columns}}legs | |
        | {{#axes}}--- | {{/axes}}{{#columns}}---: | {{/columns}}---: | --- |
        {{#rows}}
        | {{#coordinates}}{{text}} | {{/coordinates}}{{#values}}{{text}}{{#detail}} [{{.}}]{{/detail}}{{#share}}, {{.}}{{/share}} | {{/values}}{{legs}} | {{#hasWarning}}**{{warning}}**{{/hasWarning}} |
        {{/rows}}
        {{/results}}

        {{#shared}}
        {{.}}

        {{/shared}}
        ## Limits of this machine

        {{#hasLimits}}
        {{#limits}}
        \(table)
        {{/limits}}

        {{/hasLimits}}
        {{#limitNotes}}
        {{.}}

        {{/limitNotes}}
        {{#hasOtherFigures}}
        ## Charts

        {{#otherFigures}}
        ![{{title}}]({{png}})

        {{/otherFigures}}
        {{/hasOtherFigures}}
        {{#hasLatencyFigures}}
        ## Latency

        {{#latencyFigures}}
        ![{{title}}]({{png}})

        {{/latencyFigures}}
        {{/hasLatencyFigures}}
        {{#hasMechanism}}
        ## Mechanism

        {{#mechanism}}
        \(table)
        {{/mechanism}}

        {{/hasMechanism}}
        {{#hasTimelineFigures}}
        ## Over time

        {{#timelineFigures}}
        ![{{title}}]({{png}})

        {{/timelineFigures}}
        {{/hasTimelineFigures}}
        ## What was verified

        {{verification}}

        {{#hasBadLegs}}
        | leg | status | reason |
        | --- | --- | --- |
        {{#badLegs}}
        | {{place}} | {{status}} | {{reason}} |
        {{/badLegs}}

        {{/hasBadLegs}}
        {{#hasGuards}}
        {{#guards}}
        \(table)
        {{/guards}}

        {{/hasGuards}}
        ## Method

        {{#method}}
        - {{.}}
        {{/method}}

        ## How to reproduce

        ```sh
        {{command}}
        ```

        Seed {{seed}}, run {{runID}}. The resolved plan is in `plan.json`, every leg in `samples.csv`.

        ## Conditions

        | setting | value |
        | --- | --- |
        {{#fixed}}
        | {{name}} | {{value}} |
        {{/fixed}}

        {{#environment}}
        | {{name}} | |
        | --- | --- |
        {{#facts}}
        | {{name}} | {{value}} |
        {{/facts}}

        {{/environment}}
        {{#hasNotMeasured}}
        | not measured because | metrics |
        | --- | --- |
        {{#notMeasured}}
        | {{name}} | {{value}} |
        {{/notMeasured}}
        {{/hasNotMeasured}}

        """

    /// A table without a column of legs.
    private static let table = """
        | {{#axes}}{{.}} | {{/axes}}{{#columns}}{{title}} | {{/columns}}
        | {{#axes}}--- | {{/axes}}{{#columns}}{{^isText}}---:{{/isText}}{{#isText}}---{{/isText}} | {{/columns}}
        {{#rows}}
        | {{#coordinates}}{{text}} | {{/coordinates}}{{#values}}{{text}}{{#detail}} [{{.}}]{{/detail}} | {{/values}}
        {{/rows}}
        """

    /// The content with every text made literal: what Markdown or the HTML in it would take as markup is escaped, and
    /// line breaks, which would end a table's row, become spaces. The command stands in a code block, where only a
    /// line of backquotes could end it.
    static func escaped(_ content: ReportContent) -> ReportContent {
        var text = content
        text.title = escaped(content.title)
        text.question = content.question.map(escaped)
        text.conditions = escaped(content.conditions)
        text.firstFigure = content.firstFigure.map(escaped)
        text.otherFigures = content.otherFigures.map(escaped)
        text.latencyFigures = content.latencyFigures.map(escaped)
        text.timelineFigures = content.timelineFigures.map(escaped)
        text.guards = escaped(content.guards)
        text.claims = content.claims.map { claim in
            ReportContent.Claim(
                statement: escaped(claim.statement), verdict: claim.verdict, expectation: escaped(claim.expectation),
                figures: claim.figures.map {
                    ReportContent.Figures(
                        place: $0.place.map(escaped), text: escaped($0.text), evidence: $0.evidence.map(escaped))
                }, reason: claim.reason.map(escaped), across: claim.across.map(escaped))
        }
        text.results = escaped(content.results)
        text.shared = content.shared.map(escaped)
        text.limits = escaped(content.limits)
        text.limitNotes = content.limitNotes.map(escaped)
        text.mechanism = escaped(content.mechanism)
        text.badLegs = content.badLegs.map {
            ReportContent.Leg(place: escaped($0.place), status: $0.status, reason: escaped($0.reason))
        }
        text.verification = escaped(content.verification)
        text.method = content.method.map(escaped)
        text.command = content.command.split(whereSeparator: \.isNewline).joined(separator: " ")
        text.fixed = content.fixed.map(escaped)
        text.environment = content.environment.map {
            ReportContent.Section(name: escaped($0.name), facts: $0.facts.map(escaped))
        }
        text.notMeasured = content.notMeasured.map(escaped)
        return text
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "!": result += "\\\(Character(scalar))"
            default: result.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
            }
        }
        return result
    }

    private static func escaped(_ figure: ReportContent.Figure) -> ReportContent.Figure {
        var figure = figure
        figure.title = escaped(figure.title)
        return figure
    }

    private static func escaped(_ fact: ReportContent.Fact) -> ReportContent.Fact {
        ReportContent.Fact(name: escaped(fact.name), value: escaped(fact.value), isMissing: fact.isMissing)
    }

    private static func escaped(_ cell: ReportContent.Cell) -> ReportContent.Cell {
        var cell = cell
        cell.text = escaped(cell.text)
        cell.share = cell.share.map(escaped)
        return cell
    }

    private static func escaped(_ table: ReportContent.Table) -> ReportContent.Table {
        ReportContent.Table(
            axes: table.axes.map(escaped),
            columns: table.columns.map {
                ReportContent.Column(title: escaped($0.title), note: $0.note, isText: $0.isText)
            },
            rows: table.rows.map { row in
                var row = row
                row.coordinates = row.coordinates.map(escaped)
                row.values = row.values.map(escaped)
                row.warning = escaped(row.warning)
                return row
            })
    }
}
