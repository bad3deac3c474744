/// The templates of ``SuiteReport``.
enum SuitePage {
    static let template = """
        \(PageFrame.head)
        <header>
        <h1>{{title}}</h1>
        <p class="question">{{summary}}</p>
        </header>
        <div class="scroll" tabindex="0" role="region" aria-label="Summary">
        <table class="sortable suite">
        <thead><tr><th scope="col">Scenario</th><th scope="col">Answer</th><th scope="col" class="number">Holds</th><th scope="col" class="number">Refuted</th><th scope="col" class="number">Undecided</th><th scope="col" class="number">Legs</th></tr></thead>
        <tbody>
        {{#entries}}
        <tr><th scope="row"><a href="#{{id}}">{{title}}</a></th><td class="answers">{{#answer}}{{#lead}}\(ReportPage.line){{/lead}}{{/answer}}</td>{{#tally}}<td class="number">{{holds}}</td><td class="number">{{refuted}}</td><td class="number">{{undecided}}</td>{{/tally}}<td class="number">{{legs}}</td></tr>
        {{/entries}}
        </tbody>
        </table>
        </div>
        {{#hasClaims}}
        <section id="claims">
        <h2>Claims</h2>
        <ul class="claims">
        {{#claims}}
        <li class="{{verdict}}"><p><b>{{verdict}}</b> <a href="{{page}}">{{statement}}</a> <span class="note">{{figures}}</span></p></li>
        {{/claims}}
        </ul>
        </section>
        {{/hasClaims}}
        {{#entries}}
        <section id="{{id}}">
        <h2>{{title}}</h2>
        {{#question}}<p class="question">{{question}}</p>{{/question}}
        {{#answer}}
        <div class="answer">
        {{#lead}}<p class="lead">\(ReportPage.line)</p>{{/lead}}
        {{#reason}}<p>\(ReportPage.line)</p>{{/reason}}
        {{#others}}<p>\(ReportPage.line)</p>{{/others}}
        </div>
        {{/answer}}
        {{#figure}}<figure>{{{svg}}}</figure>{{/figure}}
        <p class="{{#isVerified}}good{{/isVerified}}{{^isVerified}}doubt{{/isVerified}}">{{verification}}</p>
        <p class="conditions">{{conditions}}</p>
        <pre><code>{{command}}</code></pre>
        <p><a href="{{page}}">The whole report</a></p>
        </section>
        {{/entries}}
        \(PageFrame.foot)
        """

    static let markdown = """
        {{% CONTENT_TYPE:TEXT}}# {{title}}

        {{summary}}

        | scenario | answer | holds | refuted | undecided | legs |
        | --- | --- | ---: | ---: | ---: | ---: |
        {{#entries}}
        | [{{title}}]({{markdown}}) | {{#answer}}{{#lead}}{{markdown}}{{/lead}}{{/answer}} | {{#tally}}{{holds}} | {{refuted}} | {{undecided}}{{/tally}} | {{legs}} |
        {{/entries}}

        {{#hasClaims}}
        ## Claims

        {{#claims}}
        - **{{verdict}}** {{statement}}{{#figures}} ({{.}}){{/figures}}
        {{/claims}}

        {{/hasClaims}}
        {{#entries}}
        ## {{title}}

        {{question}}

        {{#answer}}
        **{{#lead}}{{markdown}}{{/lead}}**

        {{#reason}}
        {{markdown}}

        {{/reason}}
        {{#others}}
        {{markdown}}

        {{/others}}
        {{/answer}}
        {{#figure}}
        ![{{title}}]({{png}})

        {{/figure}}
        {{verification}}

        {{conditions}}

        ```sh
        {{command}}
        ```

        {{/entries}}

        """
}
