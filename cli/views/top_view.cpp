// SPDX-License-Identifier: MIT
#include "cli/views/top_view.hpp"

#include "base/text.hpp"
#include "cli/views/task_view.hpp"
#include "cli/views/worker_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asyncz::cli {
namespace {

constexpr std::size_t most_workers = 8;
constexpr int lines_above = 2;  // the title and the counts
constexpr int gap = 2;
constexpr std::size_t widest_cell = 28;

std::size_t shown_workers(const Terminal& terminal, const TopPicture& picture)
{
  const auto third = static_cast<std::size_t>(std::max(terminal.rows() / 3, 1));
  return std::clamp<std::size_t>(picture.status.workers.size(), 1, std::min(third, most_workers));
}

void draw_title(Terminal& terminal, const StoreStatus& status, std::string_view clock)
{
  terminal.put(0, 0, "asyncz top", Tone::heading);
  terminal.put(0, 12, status.store);
  const auto column = terminal.columns() - static_cast<int>(clock.size());
  terminal.put(0, std::max(column - 1, 0), fmt::format(" {}", clock));
}

void draw_counts(Terminal& terminal, const StoreStatus& status)
{
  int column = 0;
  const auto put = [&](std::string_view text, Tone tone) {
    terminal.put(1, column, text, tone);
    column += static_cast<int>(width_of(text)) + gap;
  };
  const auto tasks = status.tasks();
  put(fmt::format("{} task{}", tasks, tasks == 1 ? "" : "s"), Tone::plain);
  for (const auto& [state, count] : status.states) {
    put(fmt::format("{} {}", count, task_state_text(state)), tone_of(state));
  }
  for (const auto& [name, queue] : status.queues) {
    if (queue.pause) put(fmt::format("queue {} paused", name), Tone::quiet);
  }
}

void draw_workers(Terminal& terminal, const TopPicture& picture)
{
  const auto& workers = picture.status.workers;
  const auto shown = shown_workers(terminal, picture);
  if (workers.empty()) {
    return terminal.put(lines_above, 0, "no worker is live: asyncz worker runs what is due",
                        Tone::bad);
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const WorkerInfo& worker = workers[i];
    const bool more = i + 1 == shown && workers.size() > shown;
    const auto text = more ? fmt::format("{} more workers", workers.size() - i)
                           : fmt::format("worker {}  {}  queues {}", worker.name, load_text(worker),
                                         queues_text(worker));
    const auto tone = worker.trouble && !more ? Tone::bad : Tone::active;
    terminal.put(lines_above + static_cast<int>(i), 0, text, tone);
  }
}

// Of the rows that are shown, so that columns are as narrow as they can be.
std::vector<std::size_t> widths_of(const std::vector<TopRow>& rows, std::size_t first,
                                   std::size_t count)
{
  std::vector<std::size_t> widths;
  for (const auto header : top_headers()) widths.push_back(header.size());
  for (std::size_t i = first; i < std::min(rows.size(), first + count); ++i) {
    for (std::size_t column = 0; column < widths.size(); ++column) {
      const auto width = width_of(printable(rows[i].cells[column].text));
      widths[column] = std::max(widths[column], std::min(width, widest_cell));
    }
  }
  return widths;
}

void draw_cells(Terminal& terminal, int line, const std::vector<Cell>& cells,
                const std::vector<std::size_t>& widths)
{
  int column = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool last = i + 1 == cells.size();
    const auto text = last ? cells[i].text : cut_to(printable(cells[i].text), widths[i]);
    terminal.put(line, column, text, cells[i].tone);
    column += static_cast<int>(widths[i]) + gap;
  }
}

void draw_last(Terminal& terminal, const LastLine& last)
{
  terminal.put(terminal.rows() - 1, 0, last.text, last.tone);
}

}  // namespace

void Cursor::hold_within(std::size_t count, std::size_t room)
{
  at = std::min(at, count == 0 ? 0 : count - 1);
  first = std::min(first, at);
  if (room > 0 && at >= first + room) first = at - room + 1;
}

std::size_t list_room(const Terminal& terminal, const TopPicture& picture)
{
  const auto taken = lines_above + static_cast<int>(shown_workers(terminal, picture)) + 3;
  return static_cast<std::size_t>(std::max(terminal.rows() - taken, 1));
}

void draw_list(Terminal& terminal, const TopPicture& picture, const Cursor& cursor,
               std::string_view clock, const LastLine& last)
{
  terminal.begin();
  draw_title(terminal, picture.status, clock);
  draw_counts(terminal, picture.status);
  draw_workers(terminal, picture);
  int line = lines_above + static_cast<int>(shown_workers(terminal, picture)) + 1;
  const auto room = list_room(terminal, picture);
  const auto widths = widths_of(picture.rows, cursor.first, room);
  std::vector<Cell> headers;
  for (const auto header : top_headers()) headers.emplace_back(header, Tone::heading);
  draw_cells(terminal, line++, headers, widths);
  if (picture.rows.empty()) terminal.put(line, 0, "no tasks", Tone::quiet);
  for (std::size_t i = 0; i < room && cursor.first + i < picture.rows.size(); ++i, ++line) {
    draw_cells(terminal, line, picture.rows[cursor.first + i].cells, widths);
    if (cursor.first + i == cursor.at) terminal.invert(line);
  }
  draw_last(terminal, last);
  terminal.show();
}

std::size_t text_room(const Terminal& terminal)
{
  return static_cast<std::size_t>(std::max(terminal.rows() - 2, 1));
}

void draw_text(Terminal& terminal, std::string_view title,
               const std::vector<std::string_view>& lines, std::size_t first, const LastLine& last)
{
  terminal.begin();
  terminal.put(0, 0, title, Tone::heading);
  const auto room = text_room(terminal);
  for (std::size_t i = 0; i < room && first + i < lines.size(); ++i) {
    terminal.put(static_cast<int>(i) + 1, 0, lines[first + i]);
  }
  draw_last(terminal, last);
  terminal.show();
}

}  // namespace asyncz::cli
