// SPDX-License-Identifier: MIT
#include "cli/terminal/terminal.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>

#define NCURSES_NOMACROS
#include <curses.h>

namespace asyncz::cli {
namespace {

constexpr short good_color = 1;
constexpr short bad_color = 2;
constexpr short active_color = 3;
constexpr int escape_character = 27;
constexpr int escape_delay = 25;  // milliseconds in which a key's sequence goes on

int attributes_of(Tone tone, bool colored)
{
  const auto color = [colored](short pair) {
    return static_cast<int>(colored ? COLOR_PAIR(pair) : A_NORMAL);
  };
  switch (tone) {
    case Tone::plain:
      break;
    case Tone::good:
      return color(good_color);
    case Tone::bad:
      return color(bad_color);
    case Tone::active:
      return color(active_color);
    case Tone::quiet:
      return static_cast<int>(A_DIM);
    case Tone::heading:
      return static_cast<int>(A_BOLD);
  }
  return static_cast<int>(A_NORMAL);
}

// What we write is UTF-8, whatever the user's language is.
void speak_utf8()
{
  std::setlocale(LC_CTYPE, "");
  if (std::string_view{::nl_langinfo(CODESET)} != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

KeyPress key_of(int code)
{
  switch (code) {
    case KEY_UP:
      return {Key::up};
    case KEY_DOWN:
      return {Key::down};
    case KEY_PPAGE:
      return {Key::page_up};
    case KEY_NPAGE:
      return {Key::page_down};
    case KEY_HOME:
      return {Key::home};
    case KEY_END:
      return {Key::end};
    case KEY_ENTER:
    case '\n':
    case '\r':
      return {Key::enter};
    case KEY_RESIZE:
      return {Key::resized};
    case escape_character:
      return {Key::escape};
    default:
      break;
  }
  const bool printing = code >= ' ' && code <= '~';
  return printing ? KeyPress{Key::letter, static_cast<char>(code)} : KeyPress{};
}

}  // namespace

Result<std::unique_ptr<Terminal>> Terminal::open(bool colored)
{
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
    return Error{ErrorKind::usage, "this needs a terminal",
                 "asyncz status, list and workers show the same elsewhere, also as --json"};
  }
  speak_utf8();
  SCREEN* const own = ::newterm(nullptr, stdout, stdin);
  if (own == nullptr) {
    const char* const name = std::getenv("TERM");
    return Error{
        ErrorKind::usage,
        fmt::format("the terminal '{}' is not known", printable(name == nullptr ? "" : name)),
        "set TERM, for example to xterm"};
  }
  ::set_escdelay(escape_delay);
  ::cbreak();
  ::noecho();
  ::nodelay(stdscr, TRUE);
  ::keypad(stdscr, TRUE);
  ::curs_set(0);
  const bool colors = colored && ::has_colors() && ::start_color() == OK;
  if (colors) {
    ::use_default_colors();
    ::init_pair(good_color, COLOR_GREEN, -1);
    ::init_pair(bad_color, COLOR_RED, -1);
    ::init_pair(active_color, COLOR_CYAN, -1);
  }
  return std::unique_ptr<Terminal>{new Terminal{own, colors}};
}

Terminal::~Terminal()
{
  ::endwin();
  ::delscreen(screen_);
}

int Terminal::rows() const { return ::getmaxy(stdscr); }

int Terminal::columns() const { return ::getmaxx(stdscr); }

void Terminal::begin() { ::werase(stdscr); }

void Terminal::put(int row, int column, std::string_view text, Tone tone)
{
  if (row < 0 || row >= rows() || column >= columns()) return;
  const auto shown = cut_to(printable(text), static_cast<std::size_t>(columns() - column));
  ::wattrset(stdscr, attributes_of(tone, colored_));
  ::wmove(stdscr, row, column);
  ::waddnstr(stdscr, shown.data(), static_cast<int>(shown.size()));
}

void Terminal::invert(int row)
{
  ::wmove(stdscr, row, 0);
  ::wchgat(stdscr, -1, A_REVERSE, 0, nullptr);
}

void Terminal::show() { ::wrefresh(stdscr); }

std::optional<KeyPress> Terminal::key()
{
  const int code = ::wgetch(stdscr);
  if (code == ERR) return std::nullopt;
  return key_of(code);
}

}  // namespace asyncz::cli
