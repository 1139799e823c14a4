// SPDX-License-Identifier: MIT
// A terminal that we have for ourselves: pictures, keys, its size. The one home of ncurses.
#pragma once

#include "base/result.hpp"
#include "cli/terminal/table.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

struct screen;  // ncurses's

namespace asyncz::cli {

enum class Key : std::uint8_t {
  letter,
  up,
  down,
  page_up,
  page_down,
  home,
  end,
  enter,
  escape,
  resized,  // the terminal has another size now
  other,
};

struct KeyPress {
  Key key = Key::other;
  char letter = 0;
};

// The terminal is as it was before when the object ends. One at a time.
class Terminal {
 public:
  //   usage  stdin or stdout is no terminal, or one that nobody knows
  static Result<std::unique_ptr<Terminal>> open(bool colored);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  [[nodiscard]] int rows() const;
  [[nodiscard]] int columns() const;

  // A picture is begun, its lines are put, and it is shown; only what differs from the one before
  // is written. Whatever a line holds is shown escaped, cut at the edge.
  void begin();
  void put(int row, int column, std::string_view text, Tone tone = Tone::plain);
  void invert(int row);
  void show();

  // The next key, or nothing while none was pressed.
  std::optional<KeyPress> key();

 private:
  Terminal(screen* own, bool colored) : screen_{own}, colored_{colored} {}

  screen* screen_;
  bool colored_;
};

}  // namespace asyncz::cli
