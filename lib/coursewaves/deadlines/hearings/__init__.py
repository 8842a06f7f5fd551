"""Follow what the councils hear and decide (¶15, ¶18-20): a year's tables and a day go in, ways and tasks come out."""

from coursewaves.deadlines.hearings.tasks import DECISION_KINDS, TASKS, find_tasks
from coursewaves.deadlines.hearings.ways import WAYS, find_ways, processing_days, sittings_of

__all__ = ["DECISION_KINDS", "TASKS", "WAYS", "find_tasks", "find_ways", "processing_days", "sittings_of"]
