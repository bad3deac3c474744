/// `report.html`: one page that needs no network, no script and no other file. Where scripts are allowed, a click on a
/// heading sorts its table.
enum ReportPage {
    static let template = """
        \(PageFrame.head)
        <header>
        <h1>{{title}}</h1>
        {{#question}}<p class="question">{{question}}</p>{{/question}}
        {{#answer}}
        <div class="answer">
        {{#lead}}<p class="lead">\(line)</p>{{/lead}}
        {{#reason}}<p>\(line)</p>{{/reason}}
        {{#others}}<p>\(line)</p>{{/others}}
        {{#hasStatements}}<ul class="claims">{{#statements}}<li class="{{verdict}}"><b>{{verdict}}</b> {{text}} <span class="note">{{figures}}</span></li>{{/statements}}</ul>{{/hasStatements}}
        {{^isVerdicts}}{{#verdicts}}<p><a href="#claims">{{.}}</a></p>{{/verdicts}}{{/isVerdicts}}
        </div>
        {{/answer}}
        <p class="conditions">{{conditions}} · <time>{{start}}</time></p>
        </header>

        {{#firstFigure}}
        <figure>{{{svg}}}</figure>
        {{/firstFigure}}

        <nav aria-label="Sections">{{#hasClaims}}<a href="#claims">Claims</a> {{/hasClaims}}<a href="#results">Results</a> <a href="#limits">Limits</a> {{#hasLatencyFigures}}<a href="#latency">Latency</a> {{/hasLatencyFigures}}{{#hasMechanism}}<a href="#mechanism">Mechanism</a> {{/hasMechanism}}{{#hasTimelineFigures}}<a href="#time">Over time</a> {{/hasTimelineFigures}}<a href="#verified">Verification</a> <a href="#method">Method</a> <a href="#reproduce">Reproduce</a> <a href="#conditions">Conditions</a></nav>

        {{#answer}}
        {{#cases}}
        <section>
        <h2>Case by case</h2>
        \(table(label: "Case by case"))
        {{#basis}}<p class="note">{{.}}</p>{{/basis}}
        </section>
        {{/cases}}
        {{/answer}}

        {{#hasClaims}}
        <section id="claims">
        <h2>Claims</h2>
        <ul class="claims">
        {{#claims}}
        <li class="{{verdict}}"><p><b>{{verdict}}</b> {{statement}} <span class="note">{{expectation}}</span></p>
        {{#figures}}<p class="finding">{{#place}}<span class="place">{{.}}</span>{{/place}}<span>{{text}}</span>{{#evidence}}<small>{{.}}</small>{{/evidence}}</p>{{/figures}}
        {{#reason}}<p class="note">{{.}}</p>{{/reason}}{{#across}}<p class="note">{{.}}</p>{{/across}}</li>
        {{/claims}}
        </ul>
        </section>
        {{/hasClaims}}

        <section id="results">
        <h2>Results</h2>
        {{#results}}
        <div class="scroll" tabindex="0" role="region" aria-label="Results">
        <table class="sortable">
        <thead><tr>{{#axes}}<th scope="col" class="axis">{{.}}</th>{{/axes}}{{#columns}}<th scope="col" class="number">{{title}}{{#note}}<small>{{.}}</small>{{/note}}</th>{{/columns}}<th scope="col" class="number">Legs</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr{{#hasWarning}} class="bad"{{/hasWarning}}>\(coordinates)\(values)<td class="number">{{legs}}{{#hasWarning}}<small class="warning">{{warning}}</small>{{/hasWarning}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        {{/results}}
        {{#shared}}<p class="note">{{.}}</p>{{/shared}}
        <p class="note">Medians over legs; small figures are 95 % intervals, from six legs up, and shares of <a href="#limits">this machine's limits</a>.</p>
        {{#description}}
        {{#isList}}<ul>{{#items}}<li>{{#.}}{{text}}{{#code}}<code>{{.}}</code>{{/code}}{{/.}}</li>{{/items}}</ul>{{/isList}}{{^isList}}<p>{{#paragraph}}{{text}}{{#code}}<code>{{.}}</code>{{/code}}{{/paragraph}}</p>{{/isList}}
        {{/description}}
        {{#otherFigures}}
        <figure>{{{svg}}}</figure>
        {{/otherFigures}}
        </section>

        <section id="limits">
        <h2>Limits of this machine</h2>
        <p>What the plainest loop reached that does the same work; shares of the results are of these.</p>
        {{#hasLimits}}
        {{#limits}}
        \(table(label: "Limits of this machine"))
        {{/limits}}
        {{/hasLimits}}
        {{#limitNotes}}<p class="note">{{.}}</p>{{/limitNotes}}
        </section>

        {{#hasLatencyFigures}}
        <section id="latency">
        <h2>Latency</h2>
        {{#latencyFigures}}
        <figure>{{{svg}}}</figure>
        {{/latencyFigures}}
        </section>
        {{/hasLatencyFigures}}

        {{#hasMechanism}}
        <section id="mechanism">
        <h2>Mechanism</h2>
        <p>What the processes and the device did: why the figures above are as they are.</p>
        {{#mechanism}}
        \(table(label: "Mechanism"))
        {{/mechanism}}
        </section>
        {{/hasMechanism}}

        {{#hasTimelineFigures}}
        <section id="time">
        <h2>Over time</h2>
        {{#timelineFigures}}
        <figure>{{{svg}}}</figure>
        {{/timelineFigures}}
        </section>
        {{/hasTimelineFigures}}

        <section id="verified">
        <h2>What was verified</h2>
        <p class="{{#isVerified}}good{{/isVerified}}{{^isVerified}}doubt{{/isVerified}}">{{verification}}</p>
        {{#hasBadLegs}}
        <div class="scroll" tabindex="0" role="region" aria-label="Legs that do not count">
        <table>
        <thead><tr><th scope="col">Leg that does not count</th><th scope="col">Status</th><th scope="col">Reason</th></tr></thead>
        <tbody>
        {{#badLegs}}
        <tr class="bad"><th scope="row">{{place}}</th><td>{{status}}</td><td class="text">{{reason}}</td></tr>
        {{/badLegs}}
        </tbody>
        </table>
        </div>
        {{/hasBadLegs}}
        {{#hasGuards}}
        <h3>Guards</h3>
        {{#guards}}
        \(table(label: "Guards"))
        {{/guards}}
        {{/hasGuards}}
        </section>

        <section id="method">
        <h2>Method</h2>
        <ul>
        {{#method}}
        <li>{{.}}</li>
        {{/method}}
        </ul>
        </section>

        <section id="reproduce">
        <h2>How to reproduce</h2>
        <pre><code>{{command}}</code></pre>
        <p>Seed {{seed}}, run {{runID}}. The resolved plan is in <code>plan.json</code>, every leg in <code>samples.csv</code>.</p>
        </section>

        <section id="conditions">
        <h2>Conditions</h2>
        <div class="columns">
        <table class="facts">
        <caption>Settings that all cells share</caption>
        <tbody>
        {{#fixed}}
        <tr><th scope="row">{{name}}</th><td>{{value}}</td></tr>
        {{/fixed}}
        </tbody>
        </table>
        {{#environment}}
        <table class="facts">
        <caption>{{name}}</caption>
        <tbody>
        {{#facts}}
        <tr{{#isMissing}} class="missing"{{/isMissing}}><th scope="row">{{name}}</th><td>{{value}}</td></tr>
        {{/facts}}
        </tbody>
        </table>
        {{/environment}}
        {{#hasNotMeasured}}
        <table class="facts">
        <caption>Not measured</caption>
        <tbody>
        {{#notMeasured}}
        <tr><th scope="row">{{name}}</th><td>{{value}}</td></tr>
        {{/notMeasured}}
        </tbody>
        </table>
        {{/hasNotMeasured}}
        </div>
        </section>
        \(PageFrame.foot)
        """

    static let line = "{{#spans}}{{text}}{{#code}}<code>{{.}}</code>{{/code}}{{/spans}}"

    private static let coordinates =
        ##"{{#coordinates}}<th scope="row"{{#number}} data-number="{{.}}"{{/number}}>{{text}}</th>{{/coordinates}}"##

    private static let values =
        ##"{{#values}}<td class="{{^isText}}number{{/isText}}{{#isText}}words{{/isText}}"{{#number}} data-number="{{.}}"{{/number}}>{{text}}{{#detail}}<small>{{.}}</small>{{/detail}}{{#share}}<small class="share">{{.}}</small>{{/share}}</td>{{/values}}"##

    /// A table without a column of legs, inside its section of the template.
    static func table(label: String) -> String {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="\(label)">
        <table class="sortable">
        <thead><tr>{{#axes}}<th scope="col" class="axis">{{.}}</th>{{/axes}}{{#columns}}<th scope="col" class="{{^isText}}number{{/isText}}">{{title}}{{#note}}<small>{{.}}</small>{{/note}}</th>{{/columns}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr>\(coordinates)\(values)</tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        """
    }
}
