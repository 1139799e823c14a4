// SPDX-License-Identifier: MIT
// Runs commands in turn and prints how long each took, so that both sides see the same noise.
//
//   race ROUNDS COMMAND… [--- COMMAND…]…
//
// One line a round, a column a command, in microseconds from vfork to the end. The order turns by
// one each round; a command's path must be absolute. `{}` as the end of a word becomes the number
// of the round.
#include "bare.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

enum { most_commands = 8, most_words = 64 };

static char* numbered(char* word, int round)
{
  size_t length = strlen(word);
  if (length < 2 || strcmp(word + length - 2, "{}") != 0) return word;
  char* text = malloc(length + 12);
  sprintf(text, "%.*s%d", (int)length - 2, word, round);
  return text;
}

static int64_t time_of(char** command, int round)
{
  char* words[most_words + 1] = {0};
  for (int i = 0; i < most_words && command[i]; ++i) words[i] = numbered(command[i], round);
  int64_t begin = microseconds(CLOCK_MONOTONIC);
  pid_t child = start(words);
  int status = 0;
  waitpid(child, &status, 0);
  int64_t end = microseconds(CLOCK_MONOTONIC);
  if (status != 0) {
    dprintf(2, "race: %s ended with status %d in round %d\n", words[0], status, round);
    exit(1);
  }
  return end - begin;
}

int main(int argc, char** argv)
{
  char** commands[most_commands];
  int count = 0;
  int rounds = atoi(argv[1]);
  commands[count++] = argv + 2;
  for (int i = 2; i < argc; ++i) {
    if (strcmp(argv[i], "---") != 0) continue;
    argv[i] = NULL;
    if (count == most_commands) return 125;
    commands[count++] = argv + i + 1;
  }

  int results = dup(1);
  fcntl(results, F_SETFD, FD_CLOEXEC);
  int null = open("/dev/null", O_RDWR);
  dup2(null, 0);
  dup2(null, 1);

  for (int round = 0; round < rounds; ++round) {
    int64_t times[most_commands];
    for (int i = 0; i < count; ++i) {
      int turn = (round + i) % count;
      times[turn] = time_of(commands[turn], round);
    }
    for (int i = 0; i < count; ++i) {
      dprintf(results, "%lld%c", (long long)times[i], i + 1 < count ? ' ' : '\n');
    }
  }
  return 0;
}
