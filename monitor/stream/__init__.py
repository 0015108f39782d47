"""Events in, verdicts and alerts out: Faust reads the topics, threads merge, review and relay.

Read `agents`, `batches`, `merger`, then `reviewer` and `relay`, in that order. `worker` puts them together; `app` and
`consumer` are what is made of Faust.
"""
