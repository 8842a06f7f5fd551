"""From `responses` to `scores`, `comparisons`, verdicts and estimates: tables in, tables out, no language."""
