"""The Slack face: one file per noun, listeners above, calls to the engine below."""
