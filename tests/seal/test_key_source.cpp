// SPDX-License-Identifier: MIT
#include "base/unique_fd.hpp"
#include "seal/key_file.hpp"
#include "seal/key_source.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace asyncz;
namespace fs = std::filesystem;

namespace {

// A folder of its own, and an environment without keys; both as before when it goes.
class Scene {
 public:
  Scene()
  {
    auto name = (fs::temp_directory_path() / "asyncz-keys.XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    forget_environment();
  }
  ~Scene()
  {
    forget_environment();
    fs::remove_all(folder_);
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

  std::string write(const std::string& name, const std::string& content, mode_t mode = 0600) const
  {
    fs::create_directories(fs::path{path(name)}.parent_path());
    std::ofstream{path(name), std::ios::binary} << content;
    REQUIRE(::chmod(path(name).c_str(), mode) == 0);
    return path(name);
  }

 private:
  static void forget_environment()
  {
    for (const auto* name : {"ASYNCZ_STORE_ENCRYPTION_KEY", "ASYNCZ_STORE_ENCRYPTION_KEY_FILE",
                             "ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS", "CREDENTIALS_DIRECTORY"}) {
      ::unsetenv(name);
    }
  }

  fs::path folder_;
};

KeyId id_of(std::string_view secret) { return Key::from_secret(bytes_of(secret)).id(); }

KeyId current_of(KeySource& source)
{
  const auto ring = source.load();
  REQUIRE(ring);
  REQUIRE(*ring);
  return (*ring)->current().id();
}

ErrorKind refusal_of(KeySource& source)
{
  const auto ring = source.load();
  REQUIRE_FALSE(ring);
  return ring.error().kind;
}

std::string content_of(const std::string& path)
{
  std::ostringstream content;
  content << std::ifstream{path, std::ios::binary}.rdbuf();
  return content.str();
}

}  // namespace

TEST_CASE("sources are asked in their order")
{
  const Scene scene;
  const auto source = make_key_source(
      {true, scene.write("configured", "configured"), scene.write("default", "default")}, {});
  CHECK(current_of(*source) == id_of("configured"));

  scene.write("credentials/asyncz-store-key", "credential", 0440);
  ::setenv("CREDENTIALS_DIRECTORY", scene.path("credentials").c_str(), 1);
  CHECK(current_of(*source) == id_of("credential"));

  ::setenv("ASYNCZ_STORE_ENCRYPTION_KEY_FILE", scene.write("named", "named").c_str(), 1);
  CHECK(current_of(*source) == id_of("named"));

  ::setenv("ASYNCZ_STORE_ENCRYPTION_KEY", "variable", 1);
  CHECK(current_of(*source) == id_of("variable"));
}

TEST_CASE("one newline at the end of a key file is no part of the key, a second one is")
{
  const Scene scene;
  const auto source = make_key_source({true, scene.write("key", "secret\n"), {}}, {});
  CHECK(current_of(*source) == id_of("secret"));
  scene.write("key", "secret\n\n");
  CHECK(current_of(*source) == id_of("secret\n"));
}

TEST_CASE("previous keys still open, from the environment and from files put aside")
{
  const Scene scene;
  const auto source = make_key_source({true, scene.write("key", "new"), {}}, {});
  scene.write("key.previous", "old\n");
  scene.write("key.previous.1", "older");
  scene.write("key.previous.12", "oldest");  // those between were removed
  ::setenv("ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS", "ancient", 1);
  const auto ring = source->load();
  REQUIRE(ring);
  for (const auto* secret : {"new", "old", "older", "oldest", "ancient"}) {
    CHECK((*ring)->find(id_of(secret)) != nullptr);
  }
  CHECK((*ring)->find(id_of("never")) == nullptr);
  CHECK((*ring)->current().id() == id_of("new"));
}

TEST_CASE("a key file that is open to others, empty, missing or no file is refused")
{
  const Scene scene;
  const auto source = make_key_source({true, scene.write("key", "secret", 0640), {}}, {});
  CHECK(refusal_of(*source) == ErrorKind::denied);
  CHECK(source->load().error().hint.find("chmod 600") != std::string::npos);
  scene.write("key", "\n");
  CHECK(refusal_of(*source) == ErrorKind::usage);
  fs::remove(scene.path("key"));
  CHECK(refusal_of(*source) == ErrorKind::usage);
  fs::create_directory(scene.path("key"));
  CHECK(refusal_of(*source) == ErrorKind::usage);
}

TEST_CASE("a variable that is set but empty is refused rather than passed over")
{
  const Scene scene;
  const auto source = make_key_source({true, {}, scene.write("default", "default")}, {});
  ::setenv("ASYNCZ_STORE_ENCRYPTION_KEY", "", 1);
  CHECK(refusal_of(*source) == ErrorKind::usage);
}

TEST_CASE("a network store without a key is refused, an unsealed store has none")
{
  const Scene scene;
  CHECK(refusal_of(*make_key_source({true, {}, {}}, {})) == ErrorKind::usage);
  const auto ring = make_key_source({false, {}, {}}, {})->load();
  REQUIRE(ring);
  CHECK(*ring == nullptr);
}

TEST_CASE("a local store gets a key at first use, and says so once")
{
  const Scene scene;
  const auto file = scene.path("config/asyncz/key");
  std::vector<std::string> told;
  const auto source =
      make_key_source({true, {}, file}, [&](std::string_view name) { told.emplace_back(name); });
  CHECK(refusal_of(*source) == ErrorKind::not_found);
  CHECK_FALSE(fs::exists(file));

  REQUIRE(source->load_or_make());
  REQUIRE(source->load_or_make());
  CHECK(told == std::vector{file});

  const auto text = content_of(file);
  CHECK(text.size() == 65);
  CHECK(text.find_first_not_of("0123456789abcdef") == 64);
  CHECK(text.back() == '\n');
  CHECK(current_of(*source) == id_of(text.substr(0, 64)));
  CHECK(fs::status(file).permissions() == fs::perms{0600});
  CHECK(fs::status(scene.path("config/asyncz")).permissions() ==
        fs::perms{::geteuid() == 0 ? 0755U : 0700U});
}

TEST_CASE("a key file is never written over")
{
  const Scene scene;
  const auto file = scene.write("key", "precious");
  const auto status = generate_key_file(file);
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ErrorKind::conflict);
  CHECK(content_of(file) == "precious");
  CHECK(std::distance(fs::directory_iterator{scene.path("")}, {}) == 1);
}

TEST_CASE("processes that make a key at the same time end with one")
{
  const Scene scene;
  const auto source = make_key_source({true, {}, scene.path("a/b/key")}, {});
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto ring = source->load_or_make();
      if (!ring) ::_exit(1);
      const auto id = key_id_text((*ring)->current().id());
      std::ofstream{scene.path("id." + std::to_string(i))} << id;
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  const auto ours = key_id_text(current_of(*source));
  for (int i = 0; i < 8; ++i) CHECK(content_of(scene.path("id." + std::to_string(i))) == ours);
}

TEST_CASE("a rotation keeps every key that was ever in the file, under a name of its own")
{
  const Scene scene;
  const auto file = scene.write("key", "first\n");
  const auto source = make_key_source({true, file, {}}, {});
  for (int turn = 0; turn < 3; ++turn) REQUIRE(*source->rotate() == file);
  CHECK(content_of(file + ".previous.1") == "first\n");
  CHECK(fs::exists(file + ".previous"));
  CHECK(fs::exists(file + ".previous.2"));

  const auto ring = *source->load();
  CHECK(ring->previous().size() == 3);
  CHECK(ring->find(id_of("first")) != nullptr);
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("two rotations at once exchange one key")
{
  const Scene scene;
  const auto file = scene.write("key", "first");
  const UniqueFd folder{::open(scene.path("").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  REQUIRE(::flock(folder.get(), LOCK_EX) == 0);
  CHECK(replace_key_file(file).error().kind == ErrorKind::conflict);
  CHECK(content_of(file) == "first");
  CHECK_FALSE(fs::exists(file + ".previous"));
  CHECK(replace_key_file(scene.path("missing")).error().kind == ErrorKind::not_found);
}

TEST_CASE("a key of the environment or of a credential is exchanged by its owner only")
{
  const Scene scene;
  const auto source = make_key_source({true, {}, scene.write("default", "default")}, {});
  scene.write("credentials/asyncz-store-key", "credential", 0440);
  ::setenv("CREDENTIALS_DIRECTORY", scene.path("credentials").c_str(), 1);
  CHECK(source->rotate().error().kind == ErrorKind::usage);
  ::setenv("ASYNCZ_STORE_ENCRYPTION_KEY", "variable", 1);
  CHECK(source->rotate().error().kind == ErrorKind::usage);
  CHECK(content_of(scene.path("default")) == "default");
}
