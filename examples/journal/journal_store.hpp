// SPDX-License-Identifier: MIT
// A store in one file, to which each change is appended as a line of JSON. Each process keeps what
// the file says in memory and reads on where it stopped.
#pragma once

#include "journal_file.hpp"

#include "store/serve.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

asyncz::Result<std::unique_ptr<asyncz::Store>> open_journal(const asyncz::Greeting& greeting);

class JournalStore final : public asyncz::Store {
 public:
  JournalStore(std::string path, std::string session);

  asyncz::Status open(bool create) { return file_.open(create); }

  // --- The eight operations ----------------------------------------------------------------------
  asyncz::Status add_task(const asyncz::Record& record) override;
  asyncz::Result<asyncz::Record> lookup_task(std::string_view id) override;
  asyncz::Status update_task(const asyncz::Record& record) override;
  asyncz::Status delete_task(std::string_view id, std::int64_t revision) override;
  asyncz::Status remove_all_tasks() override;
  asyncz::Result<std::vector<asyncz::Record>> get_due_tasks(const asyncz::Demand& demand) override;
  asyncz::Result<asyncz::Instant> get_next_run_time(const asyncz::Demand& demand) override;
  asyncz::Status get_all_tasks(const Visit& visit) override;

  // --- What is offered beside them ---------------------------------------------------------------
  asyncz::Status record_run(const asyncz::RunRecord& run, const asyncz::Reservation* of) override;
  asyncz::Result<asyncz::RunRecord> find_run(std::uint64_t task_tag, std::uint64_t fence,
                                             std::uint32_t worker) override;
  asyncz::Status runs(const asyncz::RunQuery& query, const VisitRun& visit) override;
  asyncz::Status prune_runs(asyncz::Instant before, std::int64_t keep_bytes) override;
  asyncz::Status put_note(const asyncz::Note& note) override;
  asyncz::Status remove_note(asyncz::NoteKind kind, std::string_view name) override;
  asyncz::Result<std::vector<asyncz::Note>> notes(asyncz::NoteKind kind) override;
  asyncz::Result<int> watch() override;
  asyncz::Result<asyncz::Changes> changes() override;

 private:
  struct OwnedNote {
    asyncz::Note note;
    std::string session;
  };

  // Holds the file's lock, all of it read, while it lives.
  class Locked;

  asyncz::Status apply(std::string_view line);
  void forget();
  asyncz::Status append(const asyncz::Value& change);
  [[nodiscard]] std::string all_lines() const;
  [[nodiscard]] asyncz::Error damaged(std::string_view why) const;
  asyncz::Status stored_at(std::string_view id, std::int64_t revision) const;

  const std::string session_;
  JournalFile file_;
  std::size_t enough_ = std::size_t{1} << 20;  // size of the file at which it is looked through
  asyncz::UniqueFd watch_;
  std::map<std::string, asyncz::Record, std::less<>> records_;
  std::vector<asyncz::RunRecord> runs_;  // as they came
  std::map<std::pair<asyncz::NoteKind, std::string>, OwnedNote> notes_;
};
