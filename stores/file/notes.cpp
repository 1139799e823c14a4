// SPDX-License-Identifier: MIT
#include "stores/file/notes.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "stores/file/disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>

namespace asyncz::stores {
namespace {

constexpr std::size_t largest_note = std::size_t{1} << 20;
constexpr std::string_view queue_prefix = "queue-";
constexpr std::string_view key_name = "key";

bool is_number(std::string_view name)
{
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

// A worker's note is its name, NUL, and the content.
Bytes worker_content(const Note& note)
{
  Bytes bytes{note.name.begin(), note.name.end()};
  bytes.push_back(0);
  bytes.insert(bytes.end(), note.content.begin(), note.content.end());
  return bytes;
}

std::optional<Note> worker_note(const Bytes& bytes)
{
  const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  if (end == bytes.end()) return std::nullopt;
  return Note{
      .kind = NoteKind::worker, .name = {bytes.begin(), end}, .content = {end + 1, bytes.end()}};
}

Result<Bytes> read_note(int dir, const std::string& name)
{
  const auto fd = open_regular(dir, name, O_RDONLY);
  if (!fd) return fd.error();
  return read_all(fd->get(), largest_note, name);
}

bool is_locked_seat(int dir, const std::string& name)
{
  const auto fd = open_regular(dir, name, O_RDONLY);
  return fd && is_file_locked(fd->get());
}

std::string file_of(NoteKind kind, std::string_view name)
{
  return kind == NoteKind::key ? std::string{key_name}
                               : std::string{queue_prefix} + std::string{name};
}

// A key's note is never replaced: the store is sealed under the one that came first.
Status put_key(int dir, const Note& note)
{
  const auto temporary = "key." + new_task_id();
  if (auto written = write_file(dir, temporary, note.content, true); !written) return written;
  const bool done =
      ::renameat2(dir, temporary.c_str(), dir, key_name.data(), RENAME_NOREPLACE) == 0;
  const auto error = errno;
  if (done) return sync(dir, "cannot make the key's note durable");
  ::unlinkat(dir, temporary.c_str(), 0);
  if (error != EEXIST) return disk_error("cannot write the key's note", error);
  return Error{ErrorKind::conflict, "the store already knows under which key it is sealed", {}};
}

// Replaces it; on a full disk in its place, where it has its room already.
Status renew(int dir, const std::string& name, const Bytes& content)
{
  auto written = write_file(dir, name, content, false);
  if (written || written.error().kind != ErrorKind::unavailable) return written;
  const auto fd = open_regular(dir, name, O_WRONLY);
  const auto size = static_cast<ssize_t>(content.size());
  if (!fd || ::pwrite(fd->get(), content.data(), content.size(), 0) != size) return written;
  return ::ftruncate(fd->get(), size) == 0 ? Status{} : written;
}

}  // namespace

Status Notes::put(const Note& note)
{
  if (note.kind == NoteKind::worker) return put_worker(note);
  const auto dir = folder_.inner("notes", true);
  if (!dir) return dir.error();
  if (note.kind == NoteKind::key) return put_key(dir->get(), note);
  if (auto named = check_queue_name(note.name); !named) return named;
  return write_file(dir->get(), file_of(note.kind, note.name), note.content, true);
}

Status Notes::put_worker(const Note& note)
{
  const auto number = seat_.number();
  if (!number) return number.error();
  const auto dir = folder_.inner("workers", true);
  if (!dir) return dir.error();
  const auto own = std::to_string(*number) + ".note";
  const auto content = worker_content(note);

  // Who has the name already need not look whether it is free.
  const auto present = read_note(dir->get(), own);
  const auto old = present ? worker_note(*present) : std::nullopt;
  if (old && old->name == note.name) return renew(dir->get(), own, content);

  const auto byte = locks_.lock(names_byte);
  if (!byte) return byte.error();
  const auto live = workers();
  if (!live) return live.error();
  for (const auto& other : *live) {
    if (other.name != note.name) continue;
    return Error{ErrorKind::conflict,
                 "a worker named '" + printable(note.name) + "' is already at work",
                 "give this one another name with --name"};
  }
  return write_file(dir->get(), own, content, false);
}

Status Notes::remove(NoteKind kind, std::string_view name)
{
  const auto dir = folder_.inner(kind == NoteKind::worker ? "workers" : "notes", true);
  if (!dir) return dir.error();
  std::string file;
  if (kind == NoteKind::worker) {
    if (!seat_.is_taken()) return {};
    const auto number = seat_.number();
    if (!number) return number.error();
    file = std::to_string(*number) + ".note";
    const auto note = read_note(dir->get(), file);
    const auto present = note ? worker_note(*note) : std::nullopt;
    if (!present || present->name != name) return {};
  } else {
    file = file_of(kind, name);
  }
  if (::unlinkat(dir->get(), file.c_str(), 0) != 0 && errno != ENOENT) {
    return disk_error("cannot remove the note '" + printable(name) + "'", errno);
  }
  return kind == NoteKind::worker ? Status{} : sync(dir->get(), "cannot remove the note");
}

Result<std::vector<Note>> Notes::all(NoteKind kind) const
{
  if (kind == NoteKind::worker) return workers();
  std::vector<Note> notes;
  const auto dir = folder_.inner("notes", false);
  if (!dir && dir.error().kind == ErrorKind::not_found) return notes;
  if (!dir) return dir.error();
  if (kind == NoteKind::key) {
    auto content = read_note(dir->get(), std::string{key_name});
    if (!content && content.error().kind == ErrorKind::not_found) return notes;
    if (!content) return content.error();
    notes.push_back({.kind = kind, .name = std::string{key_name}, .content = *std::move(content)});
    return notes;
  }
  const auto listed = each_name(dir->get(), [&](const char* file, unsigned char) {
    std::string_view name{file};
    if (!name.starts_with(queue_prefix)) return true;
    name.remove_prefix(queue_prefix.size());
    if (!check_queue_name(name)) return true;
    if (auto content = read_note(dir->get(), file)) {
      notes.push_back({.kind = kind, .name = std::string{name}, .content = *std::move(content)});
    }
    return true;
  });
  if (!listed) return listed.error();
  std::sort(notes.begin(), notes.end(),
            [](const Note& a, const Note& b) { return a.name < b.name; });
  return notes;
}

Result<std::vector<Note>> Notes::workers() const
{
  std::vector<Note> notes;
  const auto dir = folder_.inner("workers", false);
  if (!dir && dir.error().kind == ErrorKind::not_found) return notes;
  if (!dir) return dir.error();
  const auto listed = each_name(dir->get(), [&](const char* file, unsigned char) {
    const std::string name{file};
    if (!is_number(name)) return true;
    const auto content = read_note(dir->get(), name + ".note");
    if (!content || !is_locked_seat(dir->get(), name)) return true;
    if (auto note = worker_note(*content)) notes.push_back(*std::move(note));
    return true;
  });
  if (!listed) return listed.error();
  std::sort(notes.begin(), notes.end(),
            [](const Note& a, const Note& b) { return a.name < b.name; });
  return notes;
}

Result<bool> Notes::others_live() const
{
  bool live = false;
  const auto dir = folder_.inner("workers", false);
  if (!dir) return live;
  const auto own = seat_.is_taken() ? std::to_string(*seat_.number()) : std::string{};
  const auto listed = each_name(dir->get(), [&](const char* name, unsigned char) {
    live = is_number(name) && name != own && is_locked_seat(dir->get(), name);
    return !live;
  });
  if (!listed) return listed.error();
  return live;
}

}  // namespace asyncz::stores
