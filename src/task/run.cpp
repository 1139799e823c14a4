// SPDX-License-Identifier: MIT
#include "task/run.hpp"

#include <string.h>

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz {
namespace {

constexpr std::array<std::pair<RunState, std::string_view>, 8> states{{
    {RunState::running, "running"},
    {RunState::succeeded, "succeeded"},
    {RunState::failed, "failed"},
    {RunState::timed_out, "timed-out"},
    {RunState::cancelled, "cancelled"},
    {RunState::missed, "missed"},
    {RunState::skipped, "skipped"},
    {RunState::lost, "lost"},
}};

}  // namespace

std::string_view run_state_text(RunState state)
{
  return states.at(static_cast<std::size_t>(state)).second;
}

std::optional<RunState> parse_run_state(std::string_view text)
{
  const auto* row =
      std::find_if(states.begin(), states.end(), [&](const auto& it) { return it.second == text; });
  if (row == states.end()) return std::nullopt;
  return row->first;
}

std::string signal_name(int signal)
{
  const char* const name = ::sigabbrev_np(signal);
  return "SIG" + (name == nullptr ? std::to_string(signal) : std::string{name});
}

std::string Run::id() const
{
  auto text = task + "." + std::to_string(fence);
  if (stretch) text += "." + std::string{run_state_text(state)};
  return text;
}

}  // namespace asyncz
