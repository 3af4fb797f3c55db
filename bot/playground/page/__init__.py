"""The playground's page: a workspace in the browser, drawn from the stand-in for Slack."""
