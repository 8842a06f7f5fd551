"""Do the year's tasks from a notebook: letters, sample, loading, reports, councils, archive, as the commands do them.

Each task calls the very functions of its command, under the same lock, and says in the reader's language what was
written and where, or what is in the way and how to mend it.
"""

from coursewaves.explore.tasks.board import TASKS, TaskBoard, task_board
from coursewaves.explore.tasks.task import Asked, Task

__all__ = ["TASKS", "Asked", "Task", "TaskBoard", "task_board"]
