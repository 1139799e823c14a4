// SPDX-License-Identifier: MIT
#include "store/serve.hpp"

#include "base/json.hpp"
#include "base/line_buffer.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>
#include <utility>

namespace asyncz {

struct StoreService::Row {
  std::string_view name;
  Operation operation;
  std::optional<wire::Offer> offer;  // that it is part of
};

const StoreService::Row* StoreService::find(std::string_view operation)
{
  using wire::Offer;
  using S = StoreService;
  static constexpr std::array rows{
      Row{"hello", &S::hello, {}},
      Row{"add_task", &S::add_task, {}},
      Row{"lookup_task", &S::lookup_task, {}},
      Row{"update_task", &S::update_task, {}},
      Row{"delete_task", &S::delete_task, {}},
      Row{"remove_all_tasks", &S::remove_all_tasks, {}},
      Row{"get_due_tasks", &S::get_due_tasks, {}},
      Row{"get_next_run_time", &S::get_next_run_time, {}},
      Row{"get_all_tasks", &S::get_all_tasks, {}},
      Row{"add_tasks", &S::add_tasks, Offer::batches},
      Row{"ids_with_prefix", &S::ids_with_prefix, Offer::prefixes},
      Row{"reserve_due", &S::reserve_due, Offer::reservations},
      Row{"reserve", &S::reserve, Offer::reservations},
      Row{"holder", &S::holder, Offer::reservations},
      Row{"extend", &S::extend, Offer::reservations},
      Row{"settle", &S::settle, Offer::reservations},
      Row{"watch", &S::watch, Offer::watch},
      Row{"record_run", &S::record_run, Offer::history},
      Row{"find_run", &S::find_run, Offer::history},
      Row{"runs", &S::runs, Offer::history},
      Row{"prune_runs", &S::prune_runs, Offer::history},
      Row{"put_note", &S::put_note, Offer::notes},
      Row{"remove_note", &S::remove_note, Offer::notes},
      Row{"notes", &S::notes, Offer::notes},
      Row{"examine", &S::examine, Offer::examination},
      Row{"quarantine", &S::quarantine, Offer::quarantine},
  };
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const Row& it) { return it.name == operation; });
  return row != rows.end() ? &*row : nullptr;
}

void StoreService::answer(std::string_view line)
{
  const auto message = parse_json(line);
  const auto* number = message ? message->find("n") : nullptr;
  number_ = number != nullptr ? *number : Value{};
  auto outcome = message ? outcome_of(*message) : Result<Value>{message.error()};
  ValueMap reply{{"n", number_}};
  if (outcome) {
    reply.emplace_back("ok", *std::move(outcome));
  } else {
    reply.emplace_back("error", wire::value_of(outcome.error()));
  }
  emit_(json_text(reply));
}

Result<Value> StoreService::outcome_of(const Value& message)
{
  wire::Fields request{message};
  const auto name = request.text("op");
  if (!request.status()) return request.status().error();
  const auto* row = find(name);
  if (row == nullptr || (row->offer && !offers_.has(*row->offer))) {
    return Error{ErrorKind::usage, "no operation '" + name + "' is offered", {}};
  }
  if (!store_ && row->operation != &StoreService::hello) {
    return Error{ErrorKind::usage, "the first request is hello", {}};
  }
  return (this->*row->operation)(request);
}

void StoreService::emit_item(Value item)
{
  emit_(json_text(ValueMap{{"n", number_}, {"item", std::move(item)}}));
}

Result<Value> StoreService::hello(Request& request)
{
  if (request.count("protocol") != wire::protocol) {
    return Error{ErrorKind::usage, "this helper speaks protocol 1", {}};
  }
  Greeting greeting;
  greeting.url = request.text("url");
  greeting.authority = request.text("authority");
  greeting.path = request.text("path");
  greeting.create = request.flag("create");
  greeting.session = request.text("session");
  const auto parameters = request.member("parameters");
  if (const auto* map = parameters.get<ValueMap>())
    greeting.parameters.insert(map->begin(), map->end());
  if (!request.status()) return request.status().error();
  auto opened = open_(greeting);
  if (!opened) return opened.error();
  store_ = *std::move(opened);
  return Value{ValueMap{{"protocol", wire::protocol}, {"offers", wire::value_of(offers_)}}};
}

Result<Value> StoreService::watch(Request&)
{
  const auto fd = store_->watch();
  if (!fd) return fd.error();
  if (*fd < 0) return Error{ErrorKind::usage, "this store does not tell of changes", {}};
  watched_ = *fd;
  return Value{true};
}

// A store object tells which of its own reservations were touched; those are in other processes.
void StoreService::tell_changes()
{
  static_cast<void>(store_->changes());
  emit_(json_text(ValueMap{{"changed", Value{}}}));
}

// --- Standard input and output -------------------------------------------------------------------

namespace {

// Reads lines from stdin, also beside another descriptor.
class Lines {
 public:
  // The next whole line, or nothing where stdin has ended.
  std::optional<std::string> next()
  {
    for (;;) {
      if (auto line = unread_.take()) return line;
      std::array<char, 65536> chunk{};
      const auto got = ::read(STDIN_FILENO, chunk.data(), chunk.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0 || unread_.size() > wire::longest_line) return std::nullopt;
      unread_.append({chunk.data(), static_cast<std::size_t>(got)});
    }
  }

 private:
  LineBuffer unread_;
};

// Whether the descriptor became readable before stdin did or ended.
bool is_told_first(int fd)
{
  std::array<pollfd, 2> polled{{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                                {.fd = fd, .events = POLLIN, .revents = 0}}};
  while (::poll(polled.data(), polled.size(), -1) < 0) continue;
  return polled[0].revents == 0;
}

}  // namespace

int serve_store(const OpenServed& open, wire::Offers offers)
{
  std::signal(SIGPIPE, SIG_IGN);
  bool heard = true;
  StoreService service{open, offers, [&](std::string_view line) {
                         heard = heard &&
                                 std::fwrite(line.data(), 1, line.size(), stdout) == line.size() &&
                                 std::fputc('\n', stdout) != EOF;
                       }};
  Lines lines;
  while (heard) {
    if (service.watched() >= 0 && is_told_first(service.watched())) {
      service.tell_changes();
    } else {
      const auto line = lines.next();
      if (!line) return 0;
      service.answer(*line);
    }
    heard = heard && std::fflush(stdout) == 0;
  }
  return 1;
}

}  // namespace asyncz
