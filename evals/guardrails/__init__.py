"""What the guardrails find, stop and let pass, measured on questions of other authors."""
