// SPDX-License-Identifier: MIT
// asyncz key: make a key file.
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "seal/key_file.hpp"

#include <string>
#include <vector>

namespace asyncz::cli {
namespace {

class KeyCommand final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("generate [FILE]", words_, 1, 2, "Make a random key; without FILE the user's own",
                  WordKind::file);
  }

  Result<ExitStatus> run(Context& context) override
  {
    if (words_[0] != "generate") {
      return Error{ErrorKind::usage, "there is no `asyncz key " + words_[0] + "`",
                   "asyncz key generate [FILE] makes a key file"};
    }
    auto file = chosen_file(context);
    if (!file) return file.error();
    const auto made = generate_key_file(*file);
    if (!made) return made.error();
    if (context.globals().json) {
      print_json(context, ValueMap{{"file", *file}});
    } else {
      context.out(*file + "\n");
    }
    return 0;
  }

 private:
  Result<std::string> chosen_file(Context& context) const
  {
    if (words_.size() == 2) return words_[1];
    const auto settings = context.settings();
    if (!settings) return settings.error();
    const auto& named = (*settings)->encryption.key_file;
    return named.empty() ? default_key_file() : named;
  }

  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_key() { return std::make_unique<KeyCommand>(); }

}  // namespace asyncz::cli
