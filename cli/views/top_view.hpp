// SPDX-License-Identifier: MIT
// The pictures of `asyncz top`.
#pragma once

#include "cli/terminal/terminal.hpp"
#include "cli/views/top_rows.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// Which of many lines is meant, and which of them are on the screen.
struct Cursor {
  std::size_t at = 0;
  std::size_t first = 0;  // shown

  // Keeps both within `count` lines of which `room` are shown.
  void hold_within(std::size_t count, std::size_t room);
};

// What stands in the last line: what came of a key, a question, or what keys there are.
struct LastLine {
  std::string text;
  Tone tone = Tone::quiet;
};

// How many rows of the list are shown at once.
[[nodiscard]] std::size_t list_room(const Terminal& terminal, const TopPicture& picture);

void draw_list(Terminal& terminal, const TopPicture& picture, const Cursor& cursor,
               std::string_view clock, const LastLine& last);

// How many lines of a text are shown at once.
[[nodiscard]] std::size_t text_room(const Terminal& terminal);

void draw_text(Terminal& terminal, std::string_view title,
               const std::vector<std::string_view>& lines, std::size_t first, const LastLine& last);

}  // namespace asyncz::cli
