"""Integrations on the screen: their list, and one's page."""

INTEGRATION_NEW = "integration_new"  # value: a source's id, or nothing
INTEGRATION_LIST = "integration_list"
INTEGRATION_OPEN = "integration_open"  # value of this and the following: an integration's id
INTEGRATION_EDIT = "integration_edit"
INTEGRATION_SYNC = "integration_sync"
INTEGRATION_PAUSE = "integration_pause"
INTEGRATION_ACTIVATE = "integration_activate"
INTEGRATION_DELETE = "integration_delete"
INTEGRATION_HISTORY = "integration_history"
INTEGRATION_ERRORS = "integration_errors"
