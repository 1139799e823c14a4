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

// What becomes of a column where a terminal is too narrow for all of them.
enum class Fit : std::uint8_t {
  whole,
  cut,     // what its cells say first is enough
  drop,    // it can be spared
  prefix,  // gives way last, if the width is known: a beginning that no other cell has is enough
};

struct Column {
  std::string header;
  Fit fit = Fit::whole;

  Column(const char* words, Fit with = Fit::whole) : header{words}, fit{with} {}
};

// Cells may hold anything: what a terminal would act on is shown escaped. Programs get rows at
// once; for a terminal they are kept until end(), and made to fit as far as their columns allow.
class Table {
 public:
  // A terminal shows their headers.
  Table(Context& context, std::vector<Column> columns);

  void row(std::vector<Cell> cells);
  void end();

 private:
  [[nodiscard]] std::vector<std::size_t> natural_widths() const;
  void drop_column(std::size_t index);
  [[nodiscard]] std::size_t telling_width(std::size_t column) const;
  [[nodiscard]] std::vector<std::size_t> fitted_widths();

  Context& context_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// The text in its tone, where stdout has colors.
[[nodiscard]] std::string toned(const Context& context, Tone tone, std::string_view text);

// Columns that a text takes on a terminal: its characters, wide ones twice.
[[nodiscard]] std::size_t width_of(std::string_view utf8);

// The beginning that fits into so many columns, with `…` where something was cut.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t columns);

}  // namespace asyncz::cli
