// SPDX-License-Identifier: MIT
#include "seal/key_source.hpp"

#include "base/text.hpp"
#include "seal/key_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz {
namespace {

constexpr const char* key_variable = "ASYNCZ_STORE_ENCRYPTION_KEY";
constexpr const char* key_file_variable = "ASYNCZ_STORE_ENCRYPTION_KEY_FILE";
constexpr const char* previous_variable = "ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS";

std::optional<std::string_view> environment(const char* name)
{
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string_view>{value};
}

Result<std::optional<Key>> key_in_variable(const char* name)
{
  const auto secret = environment(name);
  if (!secret) return std::optional<Key>{};
  if (secret->empty()) {
    return Error{ErrorKind::usage, std::string{name} + " is set, but empty",
                 "give a key or unset it"};
  }
  return std::optional<Key>{Key::from_secret(bytes_of(*secret))};
}

// The file of the systemd credential, where there is one.
std::optional<std::string> credential()
{
  const auto folder = environment("CREDENTIALS_DIRECTORY");
  if (!folder || folder->empty()) return std::nullopt;
  auto file = std::string{*folder} + "/asyncz-store-key";
  return ::access(file.c_str(), F_OK) == 0 ? std::optional{std::move(file)} : std::nullopt;
}

// A file that must be there, since somebody named it.
struct NamedFile {
  std::string path;
  KeyFileAccess access = KeyFileAccess::owner_only;
};

Result<Key> required_key(const NamedFile& file)
{
  auto key = read_key_file(file.path, file.access);
  if (!key) return key.error();
  if (!*key) {
    return Error{ErrorKind::usage, "there is no key file " + file.path,
                 "asyncz key generate " + shell_quoted(file.path) + " makes one"};
  }
  return std::move(**key);
}

// The names of FILE.previous, FILE.previous.1, … that are there; one of them may have been removed.
// In a folder that we may not list these two are tried.
std::vector<std::string> previous_names(const std::filesystem::path& file)
{
  const auto first = file.filename().string() + ".previous";
  std::error_code error;
  std::vector<std::string> names;
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
  for (std::filesystem::directory_iterator it{folder, error}, end; !error && it != end;
       it.increment(error)) {
    const auto name = it->path().filename().string();
    if (!name.starts_with(first)) continue;
    const auto rest = std::string_view{name}.substr(first.size());
    const bool numbered = rest.size() > 1 && rest[0] == '.' &&
                          rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (rest.empty() || numbered) names.push_back(name);
  }
  if (error) names = {first, first + ".1"};
  std::sort(names.begin(), names.end());
  return names;
}

// The keys that `key rotate` put aside.
Status add_previous_files(Keyring& ring, const NamedFile& file)
{
  for (const auto& name : previous_names(file.path)) {
    auto key = read_key_file(std::filesystem::path{file.path}.replace_filename(name), file.access);
    if (!key) return key.error();
    if (*key) ring.add_previous(std::move(**key));
  }
  return {};
}

class ConfiguredKeySource final : public KeySource {
 public:
  ConfiguredKeySource(KeyPlaces places, std::function<void(std::string_view)> made)
      : places_{std::move(places)}, made_{std::move(made)}
  {
  }

  Result<std::shared_ptr<const Keyring>> load() override
  {
    if (!places_.enabled) return std::shared_ptr<const Keyring>{};
    auto from_variable = key_in_variable(key_variable);
    if (!from_variable) return from_variable.error();
    if (*from_variable) return ring_of(std::move(**from_variable), std::nullopt);

    if (const auto file = named_file()) {
      auto key = required_key(*file);
      return key ? ring_of(std::move(*key), file) : key.error();
    }
    if (places_.default_file.empty()) return no_key();
    auto key = read_key_file(places_.default_file, KeyFileAccess::owner_only);
    if (!key) return key.error();
    return *key ? ring_of(std::move(**key), NamedFile{places_.default_file}) : no_key_yet();
  }

  Result<std::shared_ptr<const Keyring>> load_or_make() override
  {
    auto ring = load();
    if (ring || ring.error().kind != ErrorKind::not_found) return ring;
    const auto status = generate_key_file(places_.default_file);
    if (status && made_) made_(places_.default_file);
    // A conflict means that another process was quicker: its key is ours as well.
    if (!status && status.error().kind != ErrorKind::conflict) return status.error();
    return load();
  }

  Result<std::string> rotate() override
  {
    if (environment(key_variable)) return not_ours(std::string{"in "} + key_variable);
    const auto file = named_file();
    if (file && file->access == KeyFileAccess::any) return not_ours("a credential of the service");
    const auto path = file ? file->path : places_.default_file;
    if (path.empty()) return no_key();
    if (auto replaced = replace_key_file(path); !replaced) return replaced.error();
    return path;
  }

 private:
  std::optional<NamedFile> named_file() const
  {
    if (const auto path = environment(key_file_variable)) return NamedFile{std::string{*path}};
    if (auto file = credential()) return NamedFile{*std::move(file), KeyFileAccess::any};
    if (!places_.key_file.empty()) return NamedFile{places_.key_file};
    return std::nullopt;
  }

  static Result<std::shared_ptr<const Keyring>> ring_of(Key current,
                                                        const std::optional<NamedFile>& file)
  {
    auto ring = std::make_shared<Keyring>(std::move(current));
    auto previous = key_in_variable(previous_variable);
    if (!previous) return previous.error();
    if (*previous) ring->add_previous(std::move(**previous));
    if (file) {
      if (auto status = add_previous_files(*ring, *file); !status) return status.error();
    }
    return std::shared_ptr<const Keyring>{std::move(ring)};
  }

  static Error not_ours(const std::string& place)
  {
    return {
        ErrorKind::usage, "the key is " + place + ", where only you can change it",
        "restart all workers with the new key in ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS, exchange "
        "the two, then rotate"};
  }

  static Error no_key()
  {
    return {ErrorKind::usage, "this store needs a key, and none is given",
            "set ASYNCZ_STORE_ENCRYPTION_KEY_FILE or encryption.key_file, or write out "
            "encryption.enabled = false"};
  }

  Error no_key_yet() const
  {
    return {ErrorKind::not_found, "there is no key file " + places_.default_file + " yet", {}};
  }

  KeyPlaces places_;
  std::function<void(std::string_view)> made_;
};

}  // namespace

std::optional<KeyOrigin> key_origin()
{
  if (environment(key_variable)) return KeyOrigin{key_variable, ""};
  if (const auto path = environment(key_file_variable)) {
    return KeyOrigin{key_file_variable, std::string{*path}};
  }
  if (auto file = credential()) return KeyOrigin{"systemd credential", *std::move(file)};
  return std::nullopt;
}

bool has_previous_key() { return environment(previous_variable).has_value(); }

std::unique_ptr<KeySource> make_key_source(KeyPlaces places,
                                           std::function<void(std::string_view file)> made)
{
  return std::make_unique<ConfiguredKeySource>(std::move(places), std::move(made));
}

}  // namespace asyncz
