// SPDX-License-Identifier: MIT
// asyncz key: make a key file, or put a new key in the place of a store's present one.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/views/json.hpp"
#include "seal/key_file.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace asyncz::cli {
namespace {

class KeyCommand final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("generate [FILE]|rotate", words_, 1, 2,
                  "Make a random key, without FILE the user's own; or give the store a new key",
                  WordKind::file);
  }

  Result<ExitStatus> run(Context& context) override
  {
    if (words_[0] == "generate") return generate(context);
    if (words_ == std::vector<std::string>{"rotate"}) return rotate(context);
    return Error{ErrorKind::usage, "there is no `asyncz key " + joined(words_, " ") + "`",
                 "asyncz key generate [FILE] makes a key file, asyncz key rotate gives the store a "
                 "new key"};
  }

 private:
  Result<ExitStatus> generate(Context& context) const
  {
    auto file = chosen_file(context);
    if (!file) return file.error();
    const auto made = generate_key_file(*file);
    if (!made) return made.error();
    if (context.globals().json) {
      print_json(context, ValueMap{{"file", *file}});
    } else {
      context.out(printable(*file) + "\n");
    }
    return 0;
  }

  Result<std::string> chosen_file(Context& context) const
  {
    if (words_.size() == 2) return words_[1];
    const auto settings = context.settings();
    if (!settings) return settings.error();
    const auto& named = (*settings)->encryption.key_file;
    return named.empty() ? default_key_file() : named;
  }

  // A rotation that was interrupted, or that was begun with another store of the same key, is ended
  // before another one can begin.
  static Result<ExitStatus> rotate(Context& context)
  {
    auto open = context.open(Access::read);
    if (!open) return open.error();
    const auto before = open->vault->key_id();
    if (!before) return before.error();
    if (before->empty()) return Error{ErrorKind::usage, "this store is not sealed", {}};
    const auto begun = open->vault->rotation_is_due();
    if (!begun) return begun.error();
    if (!*begun) {
      const auto file = open->keys->rotate();
      if (!file) return file.error();
      context.note(fmt::format("{0} holds a new key, {0}.previous the old one", *file));
    } else {
      context.warn(
          "the store was sealed under an earlier key than the present one: no new key is made");
    }
    Progress progress{context, "tasks sealed anew"};
    const auto done = open->vault->reseal([&](std::size_t tasks) { progress.show(tasks); });
    if (!done) return done.error();
    const auto after = open->vault->key_id();
    if (!after) return after.error();
    print(context, *after, *done);
    return done->unreadable.empty() ? 0 : static_cast<ExitStatus>(ErrorKind::corrupt);
  }

  static void print(Context& context, const std::string& key, const Vault::Resealed& done)
  {
    if (context.globals().json) {
      print_json(context, ValueMap{{"key", key},
                                   {"tasks", static_cast<std::int64_t>(done.tasks)},
                                   {"unreadable",
                                    ValueList{done.unreadable.begin(), done.unreadable.end()}}});
      return;
    }
    context.out(key + "\n");
    context.note(fmt::format("tasks sealed under the new key: {}", done.tasks));
  }

  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_key() { return std::make_unique<KeyCommand>(); }

}  // namespace asyncz::cli
