// SPDX-License-Identifier: MIT
// The makers of the commands, each defined in its commands/cmd_<name>.cpp.
#pragma once

#include "cli/command.hpp"

#include <memory>

namespace asyncz::cli {

std::unique_ptr<Command> make_add();
std::unique_ptr<Command> make_apply();
std::unique_ptr<Command> make_cancel();
std::unique_ptr<Command> make_completion();
std::unique_ptr<Command> make_config();
std::unique_ptr<Command> make_doctor();
std::unique_ptr<Command> make_edit();
std::unique_ptr<Command> make_export();
std::unique_ptr<Command> make_help();
std::unique_ptr<Command> make_history();
std::unique_ptr<Command> make_import();
std::unique_ptr<Command> make_key();
std::unique_ptr<Command> make_list();
std::unique_ptr<Command> make_logs();
std::unique_ptr<Command> make_migrate();
std::unique_ptr<Command> make_pause();
std::unique_ptr<Command> make_preview();
std::unique_ptr<Command> make_remove();
std::unique_ptr<Command> make_resume();
std::unique_ptr<Command> make_retry();
std::unique_ptr<Command> make_run();
std::unique_ptr<Command> make_show();
std::unique_ptr<Command> make_status();
std::unique_ptr<Command> make_timeline();
std::unique_ptr<Command> make_top();
std::unique_ptr<Command> make_update();
std::unique_ptr<Command> make_version();
std::unique_ptr<Command> make_wait();
std::unique_ptr<Command> make_why();
std::unique_ptr<Command> make_worker();
std::unique_ptr<Command> make_workers();

}  // namespace asyncz::cli
