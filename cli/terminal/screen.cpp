// SPDX-License-Identifier: MIT
#include "cli/terminal/screen.hpp"

#include "base/text.hpp"

#include <string>

namespace asyncz::cli {
namespace {

// Without a cursor and without going on at the next line's beginning.
constexpr std::string_view begin = "\033[?25l\033[?7l\033[2J";
constexpr std::string_view end = "\033[?7h\033[?25h";

}  // namespace

Screen::Screen(Context& context) : context_{context} { context_.out(begin); }

Screen::~Screen()
{
  context_.out(end);
  context_.flush();
}

void Screen::draw(std::string_view lines)
{
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  std::string picture = "\033[H";
  int left = context_.rows() - 1;
  for (const auto line : split(lines, '\n')) {
    if (--left < 0) break;
    picture.append(line).append("\033[K\r\n");
  }
  context_.out(picture + "\033[J");
  context_.flush();
}

}  // namespace asyncz::cli
