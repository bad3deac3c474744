/// The report page's style sheet. The chart rules turn gnuplot's own colours, which ``Palette`` sets, into the page's.
enum ReportStyle {
    static let text = """
        :root {
          --paper: #ffffff; --ink: #1a1a1a; --quiet: #5a5a5a; --line: #dddddd; --panel: #f6f7f8;
          --link: #0072b2; --warning: #b3261e; --good: #00694d;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #15181c; --ink: #e8e8e6; --quiet: #a9adb2; --line: #363b42; --panel: #1d2126;
            --link: #6cbcee; --warning: #ff8a7a; --good: #5fd3ab;
          }
          figure [fill="rgb(26,26,26)"] { fill: var(--ink); }
          figure [fill="rgb(85,85,85)"] { fill: var(--quiet); }
          figure [stroke="rgb( 26,  26,  26)"] { stroke: var(--ink); }
          figure [stroke="rgb( 85,  85,  85)"] { stroke: var(--quiet); }
          figure [stroke="rgb(221, 221, 221)"] { stroke: var(--line); }
          figure [fill="rgb(221, 221, 221)"] { fill: var(--line); }
          figure [fill="rgb(255, 255, 255)"] { fill: var(--paper); }
          figure [stroke="rgb(  0, 114, 178)"] { stroke: #4ba6e0; }
          figure [color="rgb(  0, 114, 178)"] { color: #4ba6e0; }
          figure [fill="rgb(0,114,178)"], figure [fill="rgb(  0, 114, 178)"] { fill: #4ba6e0; }
          figure [color="rgb( 26,  26,  26)"] { color: var(--ink); }
          figure [color="rgb( 85,  85,  85)"] { color: var(--quiet); }
        }
        figure rect[fill="#ffffff"] { fill: none; }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
        }
        main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
        h1 { font-size: 30px; line-height: 1.2; margin: 0 0 8px; letter-spacing: -0.01em; }
        h2 { font-size: 20px; margin: 44px 0 12px; }
        h3 { font-size: 16px; margin: 24px 0 8px; }
        p { margin: 0 0 12px; max-width: 75ch; overflow-wrap: anywhere; }
        .question { font-size: 19px; line-height: 1.4; margin-bottom: 10px; }
        .conditions, .note { color: var(--quiet); font-size: 14px; max-width: none; }
        .note { margin-top: 8px; }
        /* A chart has a margin of its own. */
        figure { margin: 20px -20px; overflow-x: auto; }
        figure svg { display: block; width: 100%; min-width: 720px; height: auto; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: 14px; width: 100%; }
        th, td { padding: 7px 14px 7px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
        th:last-child, td:last-child { padding-right: 0; }
        thead th { vertical-align: bottom; color: var(--quiet); font-weight: 500; font-size: 13px; }
        tbody th { font-weight: 500; white-space: nowrap; }
        .suite tbody th { white-space: normal; min-width: 150px; }
        .suite .answers { min-width: 260px; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        thead .number { white-space: normal; min-width: 92px; }
        small { display: block; color: var(--quiet); font-size: 12px; font-weight: 400; }
        .bad th, .bad td { background: color-mix(in srgb, var(--warning) 9%, transparent); }
        .warning, small.warning { color: var(--warning); white-space: normal; min-width: 110px; }
        .text { overflow-wrap: anywhere; }
        .words { min-width: 90px; }
        td.words:last-child { min-width: 220px; }
        th[title] { cursor: pointer; }
        th[aria-sort="ascending"]::after { content: " ↑"; }
        th[aria-sort="descending"]::after { content: " ↓"; }
        .answer { border-left: 4px solid var(--link); padding: 2px 0 2px 16px; margin: 16px 0; }
        .answer p { margin: 0 0 6px; max-width: 90ch; }
        .answer .claims li { border: 0; padding: 0; margin-bottom: 4px; }
        .answer .claims .note { white-space: nowrap; }
        .answer .lead { font-size: 20px; line-height: 1.35; font-weight: 600; margin-bottom: 8px; }
        nav { border-block: 1px solid var(--line); padding: 8px 0; margin: 8px 0 0; font-size: 14px; }
        nav a { margin-right: 14px; white-space: nowrap; }
        a { color: var(--link); text-decoration: none; }
        a:hover { text-decoration: underline; }
        .claims { list-style: none; padding: 0; max-width: none; }
        .claims li { border-left: 4px solid var(--line); padding: 2px 0 2px 14px; margin-bottom: 14px; break-inside: avoid; }
        .claims p { margin: 0; max-width: 90ch; }
        .claims .finding {
          display: flex; flex-wrap: wrap; column-gap: 20px; font-size: 14px; margin-top: 4px; max-width: none;
        }
        .claims .finding span { min-width: 170px; }
        .claims .finding .place { color: var(--quiet); min-width: 200px; }
        .claims .finding small { flex: 1 1 320px; font-size: 13px; }
        .claims b { display: inline-block; min-width: 100px; text-indent: 0; }
        @media (min-width: 700px) {
          .claims li > p:first-child, .answer .claims li { padding-left: 100px; text-indent: -100px; }
        }
        .claims .holds { border-color: var(--good); }
        .claims .refuted { border-color: var(--warning); }
        .claims .holds b { color: var(--good); }
        .claims .refuted b { color: var(--warning); }
        .claims .undecided b { color: var(--quiet); }
        .good::before { content: "✓ "; color: var(--good); font-weight: 700; }
        .doubt::before { content: "! "; color: var(--warning); font-weight: 700; }
        ul { padding-left: 20px; max-width: 75ch; }
        li { margin-bottom: 6px; }
        pre {
          background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 12px 14px; overflow-x: auto;
        }
        code { font: 0.86em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        .columns { columns: 2 380px; column-gap: 40px; }
        .facts { break-inside: avoid; margin-bottom: 24px; font-size: 13px; table-layout: fixed; }
        .facts caption { text-align: left; font-weight: 600; font-size: 14px; padding-bottom: 4px; }
        .facts th, .facts td { padding-top: 4px; padding-bottom: 4px; white-space: normal; overflow-wrap: anywhere; }
        .facts th { width: 42%; color: var(--quiet); font-weight: 400; }
        .missing td { color: var(--quiet); font-style: italic; }
        @media (max-width: 600px) {
          main { padding: 20px 16px 40px; }
          h1 { font-size: 25px; }
          figure { margin: 16px -16px; }
          .question { font-size: 17px; }
          .answer .lead { font-size: 18px; }
          .suite .answers { min-width: 200px; }
          .suite tbody th { min-width: 110px; }
        }
        @page { margin: 14mm; }
        @media print {
          :root { --paper: #ffffff; --ink: #000000; --quiet: #444444; --line: #cccccc; --panel: #f6f7f8; }
          main { max-width: none; padding: 0; }
          figure, tr, pre { break-inside: avoid; }
          figure svg { min-width: 0; }
          .scroll, figure { overflow: visible; }
          h2, h3, h2 + p, caption { break-after: avoid; }
          h2 { margin-top: 28px; }
          body { font-size: 13px; }
          figure { margin: 12px 0; }
          table { font-size: 10px; }
          small, thead th { font-size: 8px; }
          .sortable { font-size: 8.5px; }
          th, td { padding: 4px 5px 4px 0; }
          thead .number, .words, td.words:last-child { min-width: 0; }
          /* Within words only where a name is one long word. */
          .number { white-space: normal; }
          tbody th { white-space: normal; overflow-wrap: anywhere; }
          th[aria-sort]::after { content: none; }
          nav { display: none; }
        }
        """
}
