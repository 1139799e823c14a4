// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"

#include <array>

namespace asyncz::cli {
namespace {

// In the order in which help shows them.
constexpr std::array rows{
    CommandRow{"add", "Add a task, or many", make_add},
    CommandRow{"list", "List the tasks by their next run time", make_list},
    CommandRow{"show", "Tell everything about one task", make_show},
    CommandRow{"update", "Change a task or its schedule", make_update},
    CommandRow{"edit", "Change a task in an editor", make_edit},
    CommandRow{"remove", "Remove tasks", make_remove},
    CommandRow{"pause", "Keep tasks or a queue from running", make_pause},
    CommandRow{"resume", "Let paused tasks or a queue run again", make_resume},
    CommandRow{"run", "Run a task now", make_run},
    CommandRow{"cancel", "Stop runs that are under way", make_cancel},
    CommandRow{"retry", "Run again what has failed", make_retry},
    CommandRow{"wait", "Wait until tasks have ended", make_wait},
    CommandRow{"preview", "Compute the next run times of a task or a schedule", make_preview},
    CommandRow{"timeline", "List the coming runs of all tasks in the order of time", make_timeline},
    CommandRow{"worker", "Run what is due", make_worker},
    CommandRow{"status", "Tell how things stand: tasks, queues, workers, failures", make_status},
    CommandRow{"top", "Show workers and tasks on a whole screen, with keys to act on them",
               make_top},
    CommandRow{"workers", "List the live workers", make_workers},
    CommandRow{"why", "Say why a task does not run, or what became of a due time", make_why},
    CommandRow{"history", "List past runs, the newest first", make_history},
    CommandRow{"logs", "Print the output of a run", make_logs},
    CommandRow{"apply", "Make the store agree with tasks declared in a file", make_apply},
    CommandRow{"import", "Turn a crontab, or a timer of systemd, into tasks", make_import},
    CommandRow{"export", "Write all tasks as text that can be read back", make_export},
    CommandRow{"migrate", "Copy or move all tasks and their history to another store",
               make_migrate},
    CommandRow{"doctor", "Check the store and say how to mend it", make_doctor},
    CommandRow{"key", "Make a key file, or give a store a new key", make_key},
    CommandRow{"config", "Print the settings in force and where each comes from", make_config},
    CommandRow{"completion", "Print what makes a shell complete all this", make_completion},
    CommandRow{"version", "Print the version and the stores built in", make_version},
    CommandRow{"help", "Explain a command", make_help},
};

}  // namespace

std::span<const CommandRow> commands() { return rows; }

}  // namespace asyncz::cli
