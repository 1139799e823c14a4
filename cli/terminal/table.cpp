// SPDX-License-Identifier: MIT
#include "cli/terminal/table.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace asyncz::cli {
namespace {

std::string_view escape_of(Tone tone)
{
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::good:
      return "\033[32m";
    case Tone::bad:
      return "\033[31m";
    case Tone::active:
      return "\033[36m";
    case Tone::quiet:
      return "\033[2m";
    case Tone::heading:
      return "\033[1m";
  }
  return "";
}

struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

// The first character of well-formed UTF-8. East Asian wide characters and emoji take two columns,
// combining marks none; the ranges are those in common use.
Character first_character(std::string_view text)
{
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (bytes > text.size()) return {};
  char32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const auto within = [code](char32_t first, char32_t last) {
    return code >= first && code <= last;
  };
  if (within(0x0300, 0x036F)) return {bytes, 0};
  const bool wide = within(0x1100, 0x115F) || within(0x2E80, 0xA4CF) || within(0xAC00, 0xD7A3) ||
                    within(0xF900, 0xFAFF) || within(0xFE30, 0xFE6F) || within(0xFF00, 0xFF60) ||
                    within(0x1F300, 0x1FAFF) || within(0x20000, 0x3FFFD);
  return {bytes, wide ? std::size_t{2} : std::size_t{1}};
}

std::string line_of_tabs(const std::vector<Cell>& cells)
{
  std::string line;
  for (const Cell& cell : cells) {
    if (!line.empty() || &cell != &cells.front()) line += '\t';
    line += printable(cell.text);
  }
  return line + '\n';
}

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 12;  // of what is cut

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// The columns of what both texts begin with.
std::size_t shared_width(std::string_view a, std::string_view b)
{
  auto shared = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  while (shared > 0 && shared < a.size() && is_continuation(a[shared])) --shared;
  return width_of(a.substr(0, shared));
}

}  // namespace

std::size_t width_of(std::string_view utf8)
{
  std::size_t columns = 0;
  for (std::size_t i = 0; i < utf8.size();) {
    const Character next = first_character(utf8.substr(i));
    i += next.bytes;
    columns += next.columns;
  }
  return columns;
}

std::string cut_to(std::string_view text, std::size_t columns)
{
  if (width_of(text) <= columns) return std::string{text};
  if (columns == 0) return {};
  std::size_t taken = 0;
  std::size_t used = 0;
  while (taken < text.size()) {
    const Character next = first_character(text.substr(taken));
    if (used + next.columns > columns - 1) break;
    taken += next.bytes;
    used += next.columns;
  }
  return std::string{text.substr(0, taken)} + "…";
}

std::string toned(const Context& context, Tone tone, std::string_view text)
{
  if (tone == Tone::plain || text.empty() || !context.colored()) return std::string{text};
  return std::string{escape_of(tone)} + std::string{text} + "\033[0m";
}

Table::Table(Context& context, std::vector<Column> columns)
    : context_{context}, columns_{std::move(columns)}
{
}

void Table::row(std::vector<Cell> cells)
{
  if (!context_.stdout_is_terminal()) {
    context_.out(line_of_tabs(cells));
    return;
  }
  for (Cell& cell : cells) cell.text = printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::natural_widths() const
{
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(width_of(column.header));
  for (const auto& cells : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(cells[i].text));
    }
  }
  return widths;
}

void Table::drop_column(std::size_t index)
{
  const auto at = static_cast<std::ptrdiff_t>(index);
  columns_.erase(columns_.begin() + at);
  for (auto& cells : rows_) cells.erase(cells.begin() + at);
}

// Enough for the first character by which a cell differs from every other, and the `…` behind it.
std::size_t Table::telling_width(std::size_t column) const
{
  constexpr std::size_t one_more = 2 + 1;
  std::vector<std::string_view> texts;
  for (const auto& cells : rows_) texts.push_back(cells[column].text);
  std::ranges::sort(texts);
  std::size_t width = narrowest;
  for (std::size_t i = 1; i < texts.size(); ++i) {
    if (texts[i] == texts[i - 1]) continue;
    width = std::max(width, shared_width(texts[i - 1], texts[i]) + one_more);
  }
  return width;
}

// What can be spared goes first, then the widest of those that may be cut gives way, then what can
// be told by its beginning.
std::vector<std::size_t> Table::fitted_widths()
{
  const auto room = static_cast<std::size_t>(std::max(context_.columns(), 0));
  auto widths = natural_widths();
  const auto total = [&widths] {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  };
  for (std::size_t i = columns_.size(); i-- > 0 && total() > room;) {
    if (columns_[i].fit != Fit::drop) continue;
    drop_column(i);
    widths.erase(widths.begin() + static_cast<std::ptrdiff_t>(i));
  }
  while (total() > room) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool may_give = columns_[i].fit == Fit::cut && widths[i] > narrowest;
      if (may_give && (widest == nullptr || widths[i] >= *widest)) widest = &widths[i];
    }
    if (widest == nullptr) break;
    --*widest;
  }
  for (std::size_t i = 0; i < widths.size() && total() > room; ++i) {
    if (columns_[i].fit != Fit::prefix || !context_.known_columns()) continue;
    const auto excess = std::min(total() - room, widths[i]);
    widths[i] = std::min(widths[i], std::max(widths[i] - excess, telling_width(i)));
  }
  return widths;
}

void Table::end()
{
  if (rows_.empty()) return;
  const auto widths = fitted_widths();
  std::vector<Cell> head;
  for (const Column& column : columns_) head.emplace_back(column.header, Tone::heading);
  rows_.insert(rows_.begin(), std::move(head));

  const std::size_t last = columns_.size() - 1;
  for (const auto& cells : rows_) {
    std::string line;
    for (std::size_t i = 0; i <= last; ++i) {
      const auto text = cut_to(cells[i].text, widths[i]);
      line += toned(context_, cells[i].tone, text);
      if (i < last) line.append(widths[i] - width_of(text) + gap, ' ');
    }
    context_.out(line + '\n');
  }
  rows_.clear();
}

}  // namespace asyncz::cli
