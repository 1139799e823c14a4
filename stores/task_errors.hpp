// SPDX-License-Identifier: MIT
// How stores refuse what is asked of a task.
#pragma once

#include "base/result.hpp"
#include "base/text.hpp"

#include <string>
#include <string_view>

namespace asyncz::stores {

inline Error no_such_task(std::string_view id)
{
  return {ErrorKind::not_found, "no task '" + printable(id) + "'", {}};
}

inline Error id_is_taken(std::string_view id)
{
  return {ErrorKind::conflict, "there is a task '" + printable(id) + "' already", {}};
}

inline Error task_is_running(std::string_view id)
{
  return {ErrorKind::conflict, "task '" + printable(id) + "' is running", {}};
}

inline Error reservation_is_lost(std::string_view id)
{
  return {ErrorKind::conflict, "the reservation of task '" + printable(id) + "' is lost", {}};
}

inline Error task_has_changed(std::string_view id)
{
  return {ErrorKind::conflict, "task '" + printable(id) + "' has changed", {}};
}

}  // namespace asyncz::stores
