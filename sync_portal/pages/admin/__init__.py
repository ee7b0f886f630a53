"""What the engine wrote, in the staff's administration: every run and change of every client, to look at and to export.

History is not to be forged: nothing here adds, edits or deletes it. What may be changed (schedules, alerts) and started
(runs) goes through the very functions of the portal's own pages, and leaves the same traces.
"""

from sync_portal.pages.admin import changes, decisions, runs, settings, watching

__all__ = ["changes", "decisions", "runs", "settings", "watching"]
