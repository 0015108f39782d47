"""The queue at `/`: incidents that need a person, worst first.

The way of a view: `address` (query string -> View) -> `live` (what changed since is taken from the database into the
`index`) -> `index` (which rows, in which order, and how many each filter would show) -> `shown` (words for each row)
-> the template, the export, or the line that says how much has changed since.
"""
