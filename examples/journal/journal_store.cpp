// SPDX-License-Identifier: MIT
#include "journal_store.hpp"

#include "base/json.hpp"
#include "store/demand.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <tuple>

using namespace asyncz;

namespace {

// The file is written again without what is over when it is larger than this, and than four times
// what it needs.
constexpr std::size_t least_size = std::size_t{1} << 20;

std::string line_of(const Value& change) { return json_text(change) + '\n'; }

Error no_task(std::string_view id)
{
  return {ErrorKind::not_found, "there is no task '" + std::string{id} + "'", {}};
}

Error changed(std::string_view id)
{
  return {ErrorKind::conflict, "task '" + std::string{id} + "' has changed meanwhile", {}};
}

}  // namespace

// --- The file ------------------------------------------------------------------------------------

class JournalStore::Locked {
 public:
  explicit Locked(JournalStore& store) : file_{store.file_}, status_{file_.lock()} {}
  ~Locked() { file_.unlock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

  [[nodiscard]] const Status& status() const { return status_; }

 private:
  JournalFile& file_;
  Status status_;
};

JournalStore::JournalStore(std::string path, std::string session)
    : session_{std::move(session)},
      file_{std::move(path), [this](std::string_view line) { return apply(line); },
            [this] { forget(); }}
{
}

Result<std::unique_ptr<Store>> open_journal(const Greeting& greeting)
{
  if (!greeting.path.starts_with('/')) {
    return Error{ErrorKind::usage, "a journal is an absolute path",
                 "journal:/srv/tasks.journal is one"};
  }
  auto store = std::make_unique<JournalStore>(greeting.path, greeting.session);
  if (auto opened = store->open(greeting.create); !opened) return opened.error();
  return std::unique_ptr<Store>{std::move(store)};
}

void JournalStore::forget()
{
  records_.clear();
  runs_.clear();
  notes_.clear();
}

Error JournalStore::damaged(std::string_view why) const
{
  return {ErrorKind::corrupt, file_.path() + ": " + std::string{why}, {}};
}

Status JournalStore::apply(std::string_view line)
{
  const auto change = parse_json(line);
  if (!change) return damaged(change.error().what);
  if (const auto* value = change->find("put")) {
    auto record = wire::record_in(*value);
    if (!record) return damaged(record.error().what);
    records_.insert_or_assign(record->id, *std::move(record));
  } else if (const auto* removed = change->find("remove")) {
    const auto* id = removed->get<std::string>();
    id != nullptr ? void(records_.erase(*id)) : records_.clear();
  } else if (const auto* recorded = change->find("run")) {
    auto run = wire::run_in(*recorded);
    if (!run) return damaged(run.error().what);
    runs_.push_back(*std::move(run));
  } else if (const auto* pruned = change->find("prune")) {
    const auto kept = wire::list_in<RunRecord>(*pruned, wire::run_in);
    if (!kept) return damaged(kept.error().what);
    runs_ = *kept;
  } else if (const auto* put = change->find("note")) {
    auto note = wire::note_in(*put);
    const auto session = change->find("session");
    if (!note || session == nullptr || session->get<std::string>() == nullptr) {
      return damaged("a note is incomplete");
    }
    notes_[{note->kind, note->name}] = {*note, *session->get<std::string>()};
  } else if (const auto* gone = change->find("unnote")) {
    auto note = wire::note_in(*gone);
    if (!note) return damaged(note.error().what);
    notes_.erase({note->kind, note->name});
  }
  return {};
}

Status JournalStore::append(const Value& change)
{
  auto appended = file_.append(line_of(change));
  if (!appended || file_.size() < enough_) return appended;
  const auto lines = all_lines();
  enough_ = std::max(least_size, 4 * lines.size());
  if (2 * lines.size() < file_.size()) static_cast<void>(file_.replace(lines));  // or the next time
  return appended;
}

// What a file says in which nothing is over.
std::string JournalStore::all_lines() const
{
  std::string lines;
  for (const auto& [id, record] : records_) {
    lines += line_of(ValueMap{{"put", wire::value_of(record)}});
  }
  for (const auto& run : runs_) lines += line_of(ValueMap{{"run", wire::value_of(run)}});
  for (const auto& [key, owned] : notes_) {
    lines += line_of(ValueMap{{"note", wire::value_of(owned.note)}, {"session", owned.session}});
  }
  return lines;
}

// --- Tasks ---------------------------------------------------------------------------------------

Status JournalStore::add_task(const Record& record)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status();
  if (records_.contains(record.id)) {
    return Error{ErrorKind::conflict, "task '" + record.id + "' is there already", {}};
  }
  return append(ValueMap{{"put", wire::value_of(record)}});
}

Result<Record> JournalStore::lookup_task(std::string_view id)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status().error();
  const auto found = records_.find(id);
  if (found == records_.end()) return no_task(id);
  return found->second;
}

Status JournalStore::stored_at(std::string_view id, std::int64_t revision) const
{
  const auto found = records_.find(id);
  if (found == records_.end()) return no_task(id);
  return found->second.revision == revision ? Status{} : changed(id);
}

Status JournalStore::update_task(const Record& record)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status();
  if (auto stored = stored_at(record.id, record.revision - 1); !stored) return stored;
  if (records_.find(record.id)->second.fence > record.fence) return changed(record.id);
  return append(ValueMap{{"put", wire::value_of(record)}});
}

Status JournalStore::delete_task(std::string_view id, std::int64_t revision)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status();
  if (auto stored = stored_at(id, revision); !stored) return stored;
  return append(ValueMap{{"remove", id}});
}

Status JournalStore::remove_all_tasks()
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status();
  return append(ValueMap{{"remove", true}});
}

Result<std::vector<Record>> JournalStore::get_due_tasks(const Demand& demand)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status().error();
  std::vector<Record> due;
  for (const auto& [id, record] : records_) {
    if (record.moment <= demand.now && wanted_of(demand, record.queue) > 0) due.push_back(record);
  }
  choose(due, demand);
  return due;
}

Result<Instant> JournalStore::get_next_run_time(const Demand& demand)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status().error();
  auto moment = never;
  for (const auto& [id, record] : records_) {
    if (wanted_of(demand, record.queue) > 0) moment = std::min(moment, record.moment);
  }
  return moment;
}

Status JournalStore::get_all_tasks(const Visit& visit)
{
  std::vector<Record> all;
  {
    const Locked locked{*this};
    if (!locked.status()) return locked.status();
    for (const auto& [id, record] : records_) all.push_back(record);
  }
  std::sort(all.begin(), all.end(), [](const Record& a, const Record& b) {
    return std::tie(a.moment, a.id) < std::tie(b.moment, b.id);
  });
  for (const auto& record : all) {
    if (!visit(record.id, record)) break;
  }
  return {};
}

// --- History -------------------------------------------------------------------------------------

Status JournalStore::record_run(const RunRecord& run, const Reservation* of)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status();
  if (of != nullptr) {
    const auto found = records_.find(of->record.id);
    if (found == records_.end() || found->second.fence != of->record.fence) {
      return Error{ErrorKind::conflict, "the reservation is lost", {}};
    }
  }
  return append(ValueMap{{"run", wire::value_of(run)}});
}

Result<RunRecord> JournalStore::find_run(std::uint64_t task_tag, std::uint64_t fence, std::uint32_t)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status().error();
  const auto found = std::find_if(runs_.rbegin(), runs_.rend(), [&](const RunRecord& run) {
    return run.task_tag == task_tag && run.fence == fence && run.part == 0;
  });
  if (found == runs_.rend()) return Error{ErrorKind::not_found, "there is no such run", {}};
  return *found;
}

Status JournalStore::runs(const RunQuery& query, const VisitRun& visit)
{
  std::vector<RunRecord> chosen;
  {
    const Locked locked{*this};
    if (!locked.status()) return locked.status();
    std::copy_if(runs_.rbegin(), runs_.rend(), std::back_inserter(chosen),
                 [&](const RunRecord& run) {
                   return (!query.task_tag || run.task_tag == *query.task_tag) &&
                          (!query.since || run.recorded >= *query.since);
                 });
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const RunRecord& a, const RunRecord& b) { return a.recorded > b.recorded; });
  for (const auto& run : chosen) {
    if (!visit(run)) break;
  }
  return {};
}

Status JournalStore::prune_runs(Instant before, std::int64_t keep_bytes)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status();
  std::vector<RunRecord> kept;
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    keep_bytes -= run->recorded < before ? 0 : static_cast<std::int64_t>(run->sealed.size());
    if (run->recorded >= before && keep_bytes >= 0) kept.push_back(*run);
  }
  if (kept.size() == runs_.size()) return {};
  ValueList list;
  for (auto run = kept.rbegin(); run != kept.rend(); ++run) list.push_back(wire::value_of(*run));
  return append(ValueMap{{"prune", std::move(list)}});
}

// --- Notes ---------------------------------------------------------------------------------------

namespace {

bool has_expired(const Note& note)
{
  return note.expires && *note.expires <= std::chrono::system_clock::now();
}

}  // namespace

Status JournalStore::put_note(const Note& note)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status();
  const auto found = notes_.find({note.kind, note.name});
  if (found != notes_.end() && note.kind == NoteKind::key) {
    return Error{ErrorKind::conflict, "the key is known already", {}};
  }
  if (found != notes_.end() && note.kind == NoteKind::worker && found->second.session != session_ &&
      !has_expired(found->second.note)) {
    return Error{ErrorKind::conflict, "a worker named '" + note.name + "' is at work already",
                 "give this one another name with --name"};
  }
  return append(ValueMap{{"note", wire::value_of(note)}, {"session", session_}});
}

Status JournalStore::remove_note(NoteKind kind, std::string_view name)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status();
  const auto found = notes_.find({kind, std::string{name}});
  if (found == notes_.end()) return {};
  if (kind == NoteKind::worker && found->second.session != session_) return {};
  return append(ValueMap{{"unnote", wire::value_of(found->second.note)}});
}

Result<std::vector<Note>> JournalStore::notes(NoteKind kind)
{
  const Locked locked{*this};
  if (!locked.status()) return locked.status().error();
  std::vector<Note> found;
  for (const auto& [key, owned] : notes_) {
    if (key.first == kind && !has_expired(owned.note)) found.push_back(owned.note);
  }
  return found;
}

// --- Changes -------------------------------------------------------------------------------------

// The folder, since the file may be replaced.
Result<int> JournalStore::watch()
{
  const auto folder = file_.path().substr(0, file_.path().rfind('/') + 1);
  watch_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (watch_ && ::inotify_add_watch(watch_.get(), folder.c_str(), IN_MODIFY | IN_MOVED_TO) >= 0) {
    return watch_.get();
  }
  return Error{ErrorKind::unavailable, folder + ": " + std::strerror(errno), {}};
}

Result<Changes> JournalStore::changes()
{
  std::array<char, 4096> events{};
  while (watch_ && ::read(watch_.get(), events.data(), events.size()) > 0) continue;
  Changes changes;
  changes.unknown = true;
  return changes;
}
