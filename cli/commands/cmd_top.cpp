// SPDX-License-Identifier: MIT
// asyncz top: workers, running and coming tasks on a whole screen. Manual: man/asyncz-top.1.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/runs/cancellation.hpp"
#include "cli/runs/interruption.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/runs/run_now.hpp"
#include "cli/runs/run_output.hpp"
#include "cli/runs/store_changes.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/terminal/terminal.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/top_rows.hpp"
#include "cli/views/top_view.hpp"
#include "run/wait.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration longest_age = 1s;  // of a picture: times go on though nothing changes
constexpr Duration breath = 200ms;    // a burst of changes is one picture
constexpr int read_share = 5;         // a store that takes long to read is not read all the time

constexpr std::string_view list_keys =
    "up/down select  enter output  c cancel  r retry  p pause/resume  q quit";
constexpr std::string_view text_keys = "up/down scroll  q back";

class Session {
 public:
  Session(Context& context, OpenStore& open, Terminal& terminal, StoreChanges changes,
          const Interruption& interruption)
      : context_{context},
        open_{open},
        terminal_{terminal},
        changes_{changes},
        interruption_{interruption}
  {
    if (auto zone = Zone::load(local_zone_name())) zone_ = *std::move(zone);
  }

  // Until a key or a signal ends it.
  Status run()
  {
    if (auto status = read(); !status) return status;
    for (;;) {
      draw();
      const auto until = stale_ ? read_due_ : old_at_;
      const std::array fds{interruption_.fd(), STDIN_FILENO, stale_ ? -1 : changes_.fd()};
      const auto [ended, typed, changed] = wait_for(fds, until);
      if (ended && interruption_.signal()) return {};
      if (changed) static_cast<void>(changes_.take());
      if (!take_keys(typed)) return {};
      stale_ = stale_ || changed || has_come(old_at_);
      if (!stale_ || !has_come(read_due_)) continue;
      if (const auto status = read(); !status) say(status.error());
    }
  }

 private:
  [[nodiscard]] Instant now() const { return context_.clock().now(); }

  Status read()
  {
    const auto begin = now();
    auto picture = read_top(open_, begin);
    stale_ = false;
    read_due_ = from_now(std::max(breath, (now() - begin) * read_share));
    old_at_ = std::max(read_due_, from_now(longest_age));
    if (!picture) return picture.error();
    picture_ = *std::move(picture);
    read_at_ = begin;
    const auto same =
        std::ranges::find(picture_.rows, selected_, [](const TopRow& row) { return row.key(); });
    if (same != picture_.rows.end()) {
      cursor_.at = static_cast<std::size_t>(same - picture_.rows.begin());
    }
    if (showing_) read_shown();
    return {};
  }

  void draw()
  {
    if (showing_) {
      const auto lines = split(shown_text_, '\n');
      text_.hold_within(lines.size(), text_room(terminal_));
      return draw_text(terminal_, fmt::format("output of {}", showing_->id()), lines, text_.first,
                       last_line(text_keys));
    }
    cursor_.hold_within(picture_.rows.size(), list_room(terminal_, picture_));
    selected_ = picture_.rows.empty() ? "" : picture_.rows[cursor_.at].key();
    const auto clock = time_text(std::chrono::floor<std::chrono::seconds>(read_at_), zone_);
    draw_list(terminal_, picture_, cursor_, clock, last_line(list_keys));
  }

  [[nodiscard]] LastLine last_line(std::string_view keys) const
  {
    return said_ ? *said_ : LastLine{std::string{keys}};
  }

  void say(const Error& error) { said_ = LastLine{error.what, Tone::bad}; }

  // False: it is to end, also where the terminal has gone.
  bool take_keys(bool typed)
  {
    bool any = false;
    while (const auto press = terminal_.key()) {
      any = true;
      if (press->key == Key::resized) continue;
      said_.reset();
      if (const auto question = std::exchange(asked_, {})) {
        answer(question, press->letter == 'y');
      } else if (showing_) {
        take_text_key(*press);
      } else if (press->letter == 'q') {
        return false;
      } else {
        take_list_key(*press);
      }
    }
    return any || !typed;
  }

  void take_list_key(KeyPress press)
  {
    if (moved(press, cursor_, list_room(terminal_, picture_), picture_.rows.size())) return;
    if (picture_.rows.empty()) return;
    const auto& row = picture_.rows[cursor_.at];
    if (press.key == Key::enter) return show_output(row);
    switch (press.letter) {
      case 'c':
        said_ = LastLine{fmt::format("stop the runs of {}? y/n", row.task), Tone::heading};
        asked_ = [this, task = row.task] { return cancel(task); };
        return;
      case 'r':
        return answer([this, key = row.key()] { return retry(key); }, true);
      case 'p':
        return answer([this, task = row.task] { return pause_or_resume(task); }, true);
      default:
        return;
    }
  }

  void take_text_key(KeyPress press)
  {
    const bool back = press.letter == 'q' || press.key == Key::escape || press.key == Key::enter;
    if (back) return showing_.reset();
    const auto lines = split(shown_text_, '\n').size();
    const auto room = text_room(terminal_);
    const bool down = press.key == Key::down || press.letter == 'j';
    text_.at = down ? std::max(text_.at, text_.first + room - 1) : text_.first;
    moved(press, text_, room, lines);
  }

  // Whether the key moves the cursor.
  static bool moved(KeyPress press, Cursor& cursor, std::size_t room, std::size_t count)
  {
    const auto back = [&](std::size_t lines) { cursor.at -= std::min(cursor.at, lines); };
    if (press.key == Key::up || press.letter == 'k') {
      back(1);
    } else if (press.key == Key::down || press.letter == 'j') {
      ++cursor.at;
    } else if (press.key == Key::page_up) {
      back(room);
    } else if (press.key == Key::page_down) {
      cursor.at += room;
    } else if (press.key == Key::home) {
      cursor.at = 0;
    } else if (press.key == Key::end) {
      cursor.at = count;
    } else {
      return false;
    }
    return true;
  }

  // --- What keys do ---------------------------------------------------------------------------

  using Action = std::function<Result<std::string>()>;

  void answer(const Action& action, bool yes)
  {
    if (!yes) return;
    const auto done = action();
    if (done) {
      said_ = LastLine{*done, Tone::good};
    } else {
      say(done.error());
    }
    stale_ = true;
    read_due_ = from_now(Duration{0});
  }

  Result<std::string> cancel(const std::string& task)
  {
    const auto stored = open_.vault->get(task);
    if (!stored) return stored.error();
    const auto runs = runs_under_way(*open_.vault, *stored);
    if (!runs) return runs.error();
    if (runs->empty()) {
      return Error{ErrorKind::not_found, fmt::format("nothing of {} is running", task), ""};
    }
    for (const RunUnderWay& run : *runs) {
      if (auto asked = request_cancel(*open_.vault, run); !asked) return asked.error();
    }
    return fmt::format("{} is being stopped", task);
  }

  Result<std::string> retry(const std::string& key)
  {
    const auto run = resolve_run(*open_.vault, key);
    if (!run) return run.error();
    if (!run->ended) {
      return Error{ErrorKind::conflict, fmt::format("run {} goes on", run->id()), ""};
    }
    const auto id = retry_run(open_, *run->ended, now());
    if (!id) return id.error();
    return fmt::format("{} runs again", *id);
  }

  Result<std::string> pause_or_resume(const std::string& task)
  {
    const auto changed = open_.vault->update(
        task, [&](StoredTask& stored) { return change_pause(stored, !stored.task.paused, now()); });
    if (!changed) return changed.error();
    return fmt::format("{} {}", task, changed->task.paused ? "is paused" : "goes on");
  }

  // --- The output of a run ---------------------------------------------------------------------

  // From its end on, where what is new comes.
  void show_output(const TopRow& row)
  {
    auto run = resolve_run(*open_.vault, row.key());
    if (!run) return say(run.error());
    showing_ = *std::move(run);
    text_ = {};
    shown_text_.clear();
    read_shown();
  }

  void read_shown()
  {
    const auto lines = split(shown_text_, '\n').size();
    const bool at_end = text_.at + 1 >= lines;
    const auto output = read_output(*open_.vault, *showing_);
    if (output) {
      shown_text_ = output->text;
      while (shown_text_.ends_with('\n')) shown_text_.pop_back();
      if (at_end) text_.at = split(shown_text_, '\n').size();
    } else if (output.error().kind != ErrorKind::not_found) {
      say(output.error());
    }
  }

  Context& context_;
  OpenStore& open_;
  Terminal& terminal_;
  StoreChanges changes_;
  const Interruption& interruption_;
  Zone zone_;

  TopPicture picture_;
  Instant read_at_;  // the picture tells of then
  bool stale_ = false;
  Steady::time_point read_due_;
  Steady::time_point old_at_;

  Cursor cursor_;
  std::string selected_;          // the row, by its key
  std::optional<LastLine> said_;  // instead of the keys
  Action asked_;                  // done if the next key is y
  std::optional<NamedRun> showing_;
  std::string shown_text_;
  Cursor text_;
};

class Top final : public Command {
 public:
  void declare(Options&) override {}

  Result<ExitStatus> run(Context& context) override
  {
    if (context.globals().json) {
      return Error{ErrorKind::usage, "top is for people", "asyncz status --watch --json is not"};
    }
    auto open = context.open(Access::read);
    if (!open) return open.error();
    const auto changes = StoreChanges::of(*open->store);
    if (!changes) return changes.error();
    const Interruption interruption;
    const auto terminal = Terminal::open(context.colored());
    if (!terminal) return terminal.error();
    const auto ended = Session{context, *open, **terminal, *changes, interruption}.run();
    if (!ended) return ended.error();
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> make_top() { return std::make_unique<Top>(); }

}  // namespace asyncz::cli
