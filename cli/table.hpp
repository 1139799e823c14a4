// SPDX-License-Identifier: MIT
// Rows for people and for programs: aligned columns under a header on a terminal, else
// tab-separated lines without one.
#pragma once

#include "cli/command.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::cli {

// What a cell says beyond its text; a color on terminals that have them.
enum class Tone : std::uint8_t { plain, good, bad, active, quiet, heading };

struct Cell {
  std::string text;
  Tone tone = Tone::plain;

  Cell(std::string words, Tone with = Tone::plain) : text{std::move(words)}, tone{with} {}
  Cell(std::string_view words, Tone with = Tone::plain) : text{words}, tone{with} {}
  Cell(const char* words, Tone with = Tone::plain) : text{words}, tone{with} {}
};

// Cells may hold anything: what a terminal would act on is shown escaped. Programs get rows at
// once; for a terminal they are kept until end(), and the last column is cut at its edge.
class Table {
 public:
  // The headers, which a terminal shows.
  Table(Context& context, std::vector<std::string> headers);

  void row(std::vector<Cell> cells);
  void end();

 private:
  Context& context_;
  std::vector<std::string> headers_;
  std::vector<std::vector<Cell>> rows_;
};

// The text in its tone, where stdout has colors.
[[nodiscard]] std::string toned(const Context& context, Tone tone, std::string_view text);

// Columns that a text takes on a terminal: its characters, wide ones twice.
[[nodiscard]] std::size_t width_of(std::string_view utf8);

// The beginning that fits into so many columns, with `…` where something was cut.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace asyncz::cli
