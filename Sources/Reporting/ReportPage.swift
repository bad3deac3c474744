/// `report.html`: one page that needs no network, no script and no other file.
enum ReportPage {
    static let template = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}}</title>
        <style>
        \(ReportStyle.text)
        </style>
        </head>
        <body>
        <main>
        <header>
        <h1>{{title}}</h1>
        {{#question}}<p class="question">{{question}}</p>{{/question}}
        {{#answer}}<p class="answer">{{answer}}</p>{{/answer}}
        <p class="conditions">{{conditions}} · <time>{{start}}</time></p>
        </header>

        {{#firstFigure}}
        <figure>{{{svg}}}</figure>
        {{/firstFigure}}

        {{#hasClaims}}
        <section>
        <h2>Claims</h2>
        <ul class="claims">
        {{#claims}}
        <li class="{{verdict}}"><p><b>{{verdict}}</b> {{statement}}</p>{{#figures}}<p class="note">{{#place}}<code>{{.}}</code> {{/place}}{{text}}{{#evidence}}<small>{{.}}</small>{{/evidence}}</p>{{/figures}}{{#reason}}<p class="note">{{.}}</p>{{/reason}}{{#across}}<p class="note">{{.}}</p>{{/across}}</li>
        {{/claims}}
        </ul>
        </section>
        {{/hasClaims}}

        <section>
        <h2>Results</h2>
        {{#results}}
        <div class="scroll" tabindex="0" role="region" aria-label="Results">
        <table>
        <thead><tr>{{#axes}}<th scope="col" class="axis">{{.}}</th>{{/axes}}{{#columns}}<th scope="col" class="number">{{title}}{{#note}}<small>{{.}}</small>{{/note}}</th>{{/columns}}<th scope="col" class="number">Legs</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr{{#hasWarning}} class="bad"{{/hasWarning}}>{{#coordinates}}<th scope="row">{{.}}</th>{{/coordinates}}{{#values}}<td class="number">{{text}}{{#detail}}<small>{{.}}</small>{{/detail}}</td>{{/values}}<td class="number">{{legs}}{{#hasWarning}}<small class="warning">{{warning}}</small>{{/hasWarning}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        {{/results}}
        <p class="note">Medians over legs; small figures are 95 % intervals, from six legs up.</p>
        {{#description}}
        {{#isList}}<ul>{{#items}}<li>{{#.}}{{text}}{{#code}}<code>{{.}}</code>{{/code}}{{/.}}</li>{{/items}}</ul>{{/isList}}{{^isList}}<p>{{#paragraph}}{{text}}{{#code}}<code>{{.}}</code>{{/code}}{{/paragraph}}</p>{{/isList}}
        {{/description}}
        </section>

        {{#hasOtherFigures}}
        <section>
        <h2>Charts</h2>
        {{#otherFigures}}
        <figure>{{{svg}}}</figure>
        {{/otherFigures}}
        </section>
        {{/hasOtherFigures}}

        {{#hasMechanism}}
        <section>
        <h2>Mechanism</h2>
        <p>What the processes and the device did: why the figures above are as they are.</p>
        {{#mechanism}}
        <div class="scroll" tabindex="0" role="region" aria-label="Mechanism">
        <table>
        <thead><tr>{{#axes}}<th scope="col" class="axis">{{.}}</th>{{/axes}}{{#columns}}<th scope="col" class="number">{{title}}</th>{{/columns}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr>{{#coordinates}}<th scope="row">{{.}}</th>{{/coordinates}}{{#values}}<td class="number">{{text}}{{#detail}}<small>{{.}}</small>{{/detail}}</td>{{/values}}</tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        {{/mechanism}}
        </section>
        {{/hasMechanism}}

        <section>
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
        </section>

        <section>
        <h2>Method</h2>
        <ul>
        {{#method}}
        <li>{{.}}</li>
        {{/method}}
        </ul>
        </section>

        <section>
        <h2>How to reproduce</h2>
        <pre><code>{{command}}</code></pre>
        <p>Seed {{seed}}, run {{runID}}. The resolved plan is in <code>plan.json</code>, every leg in <code>samples.csv</code>.</p>
        </section>

        <section>
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
        </main>
        </body>
        </html>

        """
}
