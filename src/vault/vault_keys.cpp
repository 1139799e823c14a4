// SPDX-License-Identifier: MIT
// Which key a store is sealed under: compared at the opening, remembered, and exchanged for
// another.
#include "base/text.hpp"
#include "vault/vault.hpp"

#include <utility>

namespace asyncz {
namespace {

constexpr std::string_view key_note_name = "key";
constexpr std::string_view no_key = "none";
constexpr int most_passes = 100;

}  // namespace

Status Vault::unlock(bool may_write)
{
  const auto notes = store_.notes(NoteKind::key);
  if (!notes) return notes.error();
  const bool remembers = !notes->empty();
  auto loaded = envelope_.load(may_write && !remembers);
  if (!loaded && loaded.error().kind == ErrorKind::not_found) {
    // Nothing was ever written there, so nothing has to be opened.
    if (!remembers) return {};
    return Error{ErrorKind::corrupt,
                 "the store is sealed under key " + printable(text_of(notes->front().content)) +
                     ", and there is no key",
                 "give the key in ASYNCZ_STORE_ENCRYPTION_KEY_FILE"};
  }
  if (!loaded) return loaded;
  if (remembers) return compare_keys(notes->front().content);
  if (!may_write) return {};
  const auto put = remember_key();
  // Another process was quicker: its key must be ours as well.
  if (!put && put.error().kind == ErrorKind::conflict) return unlock(false);
  return put;
}

Result<std::string> Vault::key_id() const
{
  const auto id = envelope_.key_id();
  if (!id) return id.error();
  return *id ? key_id_text(**id) : std::string{};
}

Status Vault::remember_key()
{
  const auto id = key_id();
  if (!id) return id.error();
  const auto bytes = bytes_of(id->empty() ? no_key : *id);
  return store_.put_note(
      {NoteKind::key, std::string{key_note_name}, std::nullopt, {bytes.begin(), bytes.end()}});
}

Status Vault::compare_keys(ByteView remembered)
{
  const auto id = envelope_.key_id();
  if (!id) return id.error();
  const auto text = text_of(remembered);
  if (!*id && text == no_key) return {};
  if (!*id) {
    return Error{
        ErrorKind::corrupt,
        "the store is sealed under key " + printable(text) + ", and encryption is disabled",
        "enable encryption and give the key"};
  }
  if (text == no_key) {
    return Error{ErrorKind::corrupt, "the store is not sealed, and encryption is enabled",
                 "asyncz migrate copies its tasks to a sealed store"};
  }
  if (envelope_.knows(text)) return {};
  return Error{
      ErrorKind::corrupt,
      "the store is sealed under key " + printable(text) + ", and ours is " + key_id_text(**id),
      "give its key, or the former one in ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS"};
}

Result<bool> Vault::rotation_is_due()
{
  const auto notes = store_.notes(NoteKind::key);
  if (!notes) return notes.error();
  const auto id = key_id();
  if (!id) return id.error();
  return !id->empty() && !notes->empty() && text_of(notes->front().content) != *id;
}

Result<Vault::Resealed> Vault::reseal(const std::function<void(std::size_t tasks)>& progress)
{
  if (auto loaded = envelope_.load(false); !loaded) return loaded.error();
  Resealed done;
  for (int pass = 0;; ++pass) {
    if (pass == most_passes) {
      return Error{ErrorKind::unavailable, "somebody goes on sealing under another key",
                   "give every worker the present key, then rotate again"};
    }
    const auto resealed = reseal_pass(done, progress);
    if (!resealed) return resealed.error();
    if (*resealed == 0) break;
  }
  const auto paused = paused_queues();
  if (!paused) return paused.error();
  for (const auto& pause : *paused) {
    if (auto status = pause_queue(pause); !status) return status.error();
  }
  // Who opens the store between these two steps finds no key remembered and tells it its own, which
  // opened all records: any other one is refused by the first record that it meets.
  if (auto removed = store_.remove_note(NoteKind::key, key_note_name); !removed) {
    return removed.error();
  }
  if (auto put = remember_key(); !put) return put.error();
  return done;
}

Result<std::size_t> Vault::reseal_pass(Resealed& done,
                                       const std::function<void(std::size_t tasks)>& progress)
{
  std::vector<std::string> old;
  const auto visited = store_.get_all_tasks([&](std::string_view id, Result<Record> record) {
    const auto task = record ? verified(*record) : record.error();
    if (!task) {
      const bool is_new = done.unreadable.emplace(id).second;
      if (is_new && reports_) reports_(id, task.error());
    } else if (!envelope_.is_current(record->sealed)) {
      old.emplace_back(id);
    }
    return true;
  });
  if (!visited) return visited.error();

  std::size_t resealed = 0;
  for (const auto& id : old) {
    const auto written = update(id, [](StoredTask&) { return Status{}; });
    // It has run and left meanwhile, or was damaged: the next pass tells.
    const bool gone = !written && (written.error().kind == ErrorKind::not_found ||
                                   written.error().kind == ErrorKind::corrupt);
    if (!written && !gone) return written.error();
    if (written) progress(++done.tasks);
    if (written) ++resealed;
  }
  return resealed;
}

}  // namespace asyncz
