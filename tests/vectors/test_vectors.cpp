// SPDX-License-Identifier: MIT
// What make_vectors.py sealed and encoded by asyncz-record(5), our code opens and decodes: the
// *.vector files beside this one, each of which says in its first line what it shows.
#include "codec/run_codec.hpp"
#include "codec/samples.hpp"
#include "codec/task_codec.hpp"
#include "seal/seal.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace asyncz;

namespace {

struct Vector {
  std::map<std::string, std::string> fields;

  [[nodiscard]] const std::string& at(const std::string& name) const
  {
    const auto found = fields.find(name);
    REQUIRE(found != fields.end());
    return found->second;
  }

  [[nodiscard]] Bytes bytes(const std::string& name) const
  {
    Bytes bytes;
    const auto& digits = at(name);
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    }
    return bytes;
  }

  [[nodiscard]] SealKind kind() const
  {
    const std::map<std::string, SealKind> kinds = {{"task", SealKind::task},
                                                   {"run", SealKind::run},
                                                   {"worker", SealKind::worker},
                                                   {"note", SealKind::note},
                                                   {"log", SealKind::log}};
    return kinds.at(at("kind"));
  }

  [[nodiscard]] Result<Bytes> opened() const
  {
    const Keyring ring{Key::from_secret(bytes_of(at("secret")))};
    return open(ring, kind(), at("id"), bytes("sealed"));
  }
};

// Lines of `name: value`; a value goes on in the lines that are indented.
Vector read_vector(const std::filesystem::path& path)
{
  Vector vector;
  std::ifstream file{path};
  std::string name;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  ")) {
      vector.fields[name] += line.substr(2);
      continue;
    }
    const auto colon = line.find(':');
    REQUIRE(colon != std::string::npos);
    name = line.substr(0, colon);
    vector.fields[name] = colon + 2 < line.size() ? line.substr(colon + 2) : "";
  }
  return vector;
}

template <class T>
Result<Bytes> encoded_again(const Result<T>& decoded)
{
  if (!decoded) return decoded.error();
  return encode(*decoded);
}

// The content, decoded and encoded again.
Result<Bytes> round_trip(SealKind kind, const Bytes& content)
{
  switch (kind) {
    case SealKind::task:
      return encoded_again(decode_task(content));
    case SealKind::run:
      return encoded_again(decode_run(content));
    case SealKind::worker:
      return encoded_again(decode_worker(content));
    case SealKind::note:
      return encoded_again(decode_queue_pause(content));
    case SealKind::log:
      return content;
  }
  return content;
}

void check(const Vector& vector)
{
  const auto opened = vector.opened();
  const auto& expect = vector.at("expect");
  if (expect == "does not open") {
    REQUIRE_FALSE(opened);
    CHECK(opened.error().kind == ErrorKind::corrupt);
    return;
  }
  REQUIRE(opened);
  CHECK(*opened == vector.bytes("content"));
  const auto again = round_trip(vector.kind(), *opened);
  if (expect == "opens, does not decode") {
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == ErrorKind::corrupt);
    return;
  }
  REQUIRE(expect == "opens");
  REQUIRE(again);
  CHECK(*again == *opened);
}

const std::filesystem::path folder = VECTORS;

}  // namespace

TEST_CASE("every vector opens or is refused, as it says")
{
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    if (entry.path().extension() != ".vector") continue;
    const auto name = entry.path().stem().string();
    CAPTURE(name);
    check(read_vector(entry.path()));
    ++seen;
  }
  CHECK(seen >= 50);
}

TEST_CASE("the vectors hold what their names say, in every field")
{
  const auto content = [](const char* name) {
    return read_vector(folder / (std::string{name} + ".vector")).bytes("content");
  };
  CHECK(encode(samples::full_stored_task()) == content("task_everything"));
  CHECK(encode(samples::full_run()) == content("run_everything"));
  CHECK(encode(StoredTask{}) == content("task_nothing"));
  CHECK(encode(Run{}) == content("run_nothing"));
}
