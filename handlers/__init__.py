"""The Slack face. `register(app, engine)` in each module adds that noun's listeners."""
