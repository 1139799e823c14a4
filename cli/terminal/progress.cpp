// SPDX-License-Identifier: MIT
#include "cli/terminal/progress.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace asyncz::cli {

using namespace std::chrono_literals;

Progress::Progress(Context& context, std::string what, std::optional<std::size_t> total)
    : context_{context}, what_{std::move(what)}, total_{total}, due_{context.clock().now() + 1s}
{
}

Progress::~Progress() { context_.progress({}); }

void Progress::show(std::size_t done)
{
  const auto now = context_.clock().now();
  if (now < due_) return;
  due_ = now + 100ms;
  const auto of = total_ ? fmt::format(" of {}", *total_) : std::string{};
  context_.progress(fmt::format("{}{} {}", done, of, what_));
}

}  // namespace asyncz::cli
