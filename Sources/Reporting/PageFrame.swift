/// What all pages share: head, style and script around their content. It needs no network, and scripts
/// only to sort tables.
enum PageFrame {
    static let head = """
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
        """

    static let foot = """
        </main>
        <script>
        \(script)
        </script>
        </body>
        </html>

        """

    /// Sorts a table by the column whose heading is clicked, or chosen with the keyboard.
    private static let script = """
        document.querySelectorAll("table.sortable").forEach(table => {
          const body = table.tBodies[0];
          if (body.rows.length < 2) return;
          table.querySelectorAll("thead th").forEach((head, column) => {
            head.tabIndex = 0;
            head.title = "Sort";
            const key = row => {
              const cell = row.cells[column], number = cell.dataset.number;
              return number === undefined ? cell.textContent : number === "" ? -Infinity : Number(number);
            };
            const sort = () => {
              const falls = head.getAttribute("aria-sort") === "ascending";
              table.querySelectorAll("thead th").forEach(other => other.removeAttribute("aria-sort"));
              head.setAttribute("aria-sort", falls ? "descending" : "ascending");
              const rows = [...body.rows].sort((a, b) => {
                const x = key(a), y = key(b);
                const order = typeof x === "number" && typeof y === "number" ? x - y
                  : String(x).localeCompare(String(y), "en", {numeric: true});
                return falls ? -order : order;
              });
              body.append(...rows);
            };
            head.addEventListener("click", sort);
            head.addEventListener("keydown", event => {
              if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(); }
            });
          });
        });
        """
}
